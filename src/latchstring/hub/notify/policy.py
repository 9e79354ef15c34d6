"""Whether something that happened is told, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from latchstring.base.ids import CameraId
from latchstring.hub.notify.models import Subject
from latchstring.hub.notify.quiet import QuietHours

KEPT: frozenset[Subject] = frozenset({"camera", "request", "device", "disk"})
"""What is still worth telling when the quiet hours are over."""

COUNTED: frozenset[Subject] = frozenset({"motion", "camera"})
"""What may come so often that it must be limited."""

LAST_COUNTS: frozenset[Subject] = frozenset({"camera", "disk"})
"""How something is. Who was not told yet wants to hear how it is now, not each way it was in the night."""

TOLD_UNWRITTEN: frozenset[Subject] = frozenset({"press", "disk"})
"""What is told even when the disk is too full to write down that it is."""

STALE: dict[Subject, timedelta] = {
    "press": timedelta(minutes=5),
    "motion": timedelta(minutes=30),
    "camera": timedelta(hours=6),
    "request": timedelta(hours=24),
    "device": timedelta(hours=24),
    "disk": timedelta(hours=24),
}
"""How long it says something new. Nobody wants to hear a bell that rang an hour ago."""

MOST_RINGS = 60
"""Told of one door in an hour: a button that is stuck or wet rings every few seconds for a whole night."""

SAME_VISIT = timedelta(seconds=30)
"""Motion this soon after a press is whoever pressed."""

RINGS = timedelta(seconds=60)
"""Told later than that, a press is news like other news: nobody stands at the door."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What the owner chose."""

    zone: tzinfo = UTC
    quiet: QuietHours | None = None
    rings_in_quiet: bool = True
    per_hour: int = 12
    off: frozenset[tuple[CameraId | None, Subject]] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Before:
    """What was told before."""

    counted: int = 0  # in the last hour, of `COUNTED`
    rang_at: datetime | None = None  # the last press at the same camera
    rings: int = 0  # in the last hour, of the same camera


@dataclass(frozen=True)
class Tell:
    """Tell it, no earlier than `after`, no later than `until`."""

    after: datetime
    until: datetime


@dataclass(frozen=True)
class Silent:
    """Tell nobody, and why."""

    reason: str


def may_tell(
    subject: Subject,
    camera: CameraId | None,
    *,
    rules: Rules,
    before: Before,
    now: datetime,
    at: datetime | None = None,
) -> Tell | Silent:
    """Decide about one thing that happened `at`; without it, that happens `now`."""
    if (camera, subject) in rules.off:
        return Silent("switched off")
    if subject == "motion" and before.rang_at is not None and now - before.rang_at < SAME_VISIT:
        return Silent("the bell has just told of it")
    if subject == "press" and before.rings >= MOST_RINGS:
        return Silent("this button rings without an end")
    if subject in COUNTED and before.counted >= rules.per_hour:
        return Silent("enough for one hour")
    after = now
    night = rules.quiet.at(now, rules.zone) if rules.quiet else None
    rings = subject == "press" and (at is None or now - at < RINGS)
    if night is not None and not (rings and rules.rings_in_quiet):
        if subject not in KEPT:
            return Silent("quiet hours")
        after = night.end
    return at_once(subject, after)


def at_once(subject: Subject, now: datetime) -> Tell:
    """From `now` on, for as long as it says something new."""
    return Tell(now, now + STALE[subject])
