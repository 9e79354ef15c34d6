"""The rules that judge a request, at the officer's desk, at the network's door and again in every home.

R01 an active case · R02 a listed offence · R04 length of the window · R05 how far back · R06 size of the area
R07 its shape · R09 posts for one case · R12 how long it may be answered · R14 a template's words
Every broken rule is named, with what is wrong and how to mend it. Nothing here knows what time it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from latchstring.base.geo import Area
from latchstring.base.time import EPOCH, TimeRange
from latchstring.protocol.drafts import Draft
from latchstring.protocol.policy import Policy
from latchstring.protocol.statements import Request

CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far the clocks of officer, network and hub may lie apart."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MINUTE = timedelta(minutes=1)
_UNREADABLE = {
    "case_reference": ("R01", "Shorten it."),
    "recipient": ("R01", "Make a new key for this case."),
    "offence": ("R02", "Choose one from the list."),
    "window": ("R04", "Give a start and a later end."),
    "area": ("R07", "Draw the area again."),
    "incident_cell": ("R07", "Mark the place of the incident again."),
    "template": ("R14", "Choose one from the list."),
    "expires_at": ("R12", "Choose a day."),
}


@dataclass(frozen=True)
class BrokenRule:
    """One rule that a request breaks: what is wrong, and how to mend it."""

    rule: str
    what: str
    mend: str

    def to_json(self) -> dict[str, str]:
        return {"rule": self.rule, "what": self.what, "mend": self.mend}


_MISSING = {
    "case_reference": BrokenRule(
        "R01", "There is no case reference.", "Enter the reference of the active case."
    ),
    "recipient": BrokenRule("R01", "The case has no key yet.", "Make a key for this case."),
    "offence": BrokenRule("R02", "There is no offence.", "Choose one from the list."),
    "window": BrokenRule("R04", "There is no time window.", "Say from when to when."),
    "area": BrokenRule("R06", "There is no area.", "Draw one on the map."),
    "incident_cell": BrokenRule("R07", "There is no place of the incident.", "Mark it on the map."),
    "expires_at": BrokenRule("R12", "It does not say until when owners may answer.", "Choose a day."),
    "template": BrokenRule("R14", "There is no text.", "Choose a template from the list."),
}


def judge(request: Request, policy: Policy, *, now: datetime) -> tuple[BrokenRule, ...]:
    """Every rule that a finished request breaks. R05 looks back from its own date, R12 also at `now`."""
    return tuple(_judge(request, policy, now))


def judge_submission(
    request: Request, policy: Policy, *, now: datetime, prior_posts: int
) -> tuple[BrokenRule, ...]:
    """`judge`, and whether the request is dated now and its post number follows the case's `prior_posts`."""
    broken = [*_judge(request, policy, now)]
    if abs(now - request.created_at) > CLOCK_TOLERANCE:
        dated = _written(request.created_at)
        broken.append(
            BrokenRule("R05", f"The request is dated {dated}, which is not now.", "Prepare it again.")
        )
    if request.post_number != prior_posts + 1:
        broken.append(
            BrokenRule(
                "R09",
                f"It says it is post {request.post_number} of its case; it would be post {prior_posts + 1}.",
                "Prepare it again.",
            )
        )
    return tuple(dict.fromkeys(broken))


def judge_draft(
    draft: Mapping[str, Any], policy: Policy, *, now: datetime, prior_posts: int
) -> tuple[BrokenRule, ...]:
    """Every rule that a draft (its JSON, see `drafts`) would break if it were submitted as it is."""
    return tuple(sorted(_judge_draft(Draft.from_json(draft), policy, now, prior_posts), key=lambda b: b.rule))


def is_wide(asked: Request | Draft, policy: Policy) -> bool:
    """Whether it uses the wide limits of R04 or R06, which need more votes."""
    long = asked.window is not None and asked.window.duration > timedelta(minutes=policy.max_minutes)
    large = asked.area is not None and asked.area.square_miles > policy.max_square_miles
    return long or large


def votes_needed(asked: Request | Draft, policy: Policy) -> int:
    return policy.quorum_wide if is_wide(asked, policy) else policy.quorum


def render(template: str, offence: str, window: TimeRange, policy: Policy) -> str:
    """The text that owners read. Times are UTC to the minute, outward: `21 Nov 2026, 18:30 UTC`."""
    past_minute = (window.end - EPOCH) % _MINUTE
    return policy.templates[template].format(
        offence=offence.replace("-", " "),
        start=_written(window.start),
        end=_written(window.end + (_MINUTE - past_minute) % _MINUTE),
    )


def _judge(request: Request, policy: Policy, now: datetime) -> Iterator[BrokenRule]:
    yield from _offence(request.offence, policy)
    yield from _window_length(request.window, policy)
    yield from _window_place(request.window, request.created_at, policy)
    if request.created_at > now + CLOCK_TOLERANCE:
        dated = _written(request.created_at)
        yield BrokenRule(
            "R05", f"The request is dated ahead, {dated}.", "Set the clock right and prepare it again."
        )
    yield from _area_size(request.area, policy)
    yield from _area_shape(request.area, request.incident_cell, policy)
    yield from _posts(request.post_number, policy)
    yield from _expiry(request.expires_at, request.created_at, policy)
    if request.expires_at <= now:
        yield BrokenRule(
            "R12", f"It could be answered until {_written(request.expires_at)}, which is over.", "Ask anew."
        )
    yield from _text(request, policy)


def _judge_draft(draft: Draft, policy: Policy, now: datetime, prior_posts: int) -> Iterator[BrokenRule]:
    for name, why in draft.unreadable.items():
        rule, mend = _UNREADABLE[name]
        yield BrokenRule(rule, f"{why[:1].upper()}{why[1:]}.", mend)
    for name, broken in _MISSING.items():
        if getattr(draft, name) is None and name not in draft.unreadable:
            yield broken
    if draft.offence is not None:
        yield from _offence(draft.offence, policy)
    if draft.window is not None:
        yield from _window_length(draft.window, policy)
        yield from _window_place(draft.window, now, policy)
    if draft.area is not None:
        yield from _area_size(draft.area, policy)
        if draft.incident_cell is not None:
            yield from _area_shape(draft.area, draft.incident_cell, policy)
    if draft.case_reference is not None:
        yield from _posts(prior_posts + 1, policy)
    if draft.expires_at is not None:
        yield from _expiry(draft.expires_at, now, policy)
    if draft.template is not None:
        yield from _template(draft.template, policy)


def _offence(offence: str, policy: Policy) -> Iterator[BrokenRule]:
    choice = f"Choose one of: {', '.join(policy.allowed_offences)}."
    if offence not in policy.offences:
        yield BrokenRule("R02", f"{offence[:60]!r} is not on the list of offences.", choice)
    elif policy.offences[offence] < policy.min_severity:
        yield BrokenRule("R02", f"{offence!r} is too slight to ask neighbours for footage.", choice)


def _window_length(window: TimeRange, policy: Policy) -> Iterator[BrokenRule]:
    minutes = window.duration / _MINUTE
    if minutes < policy.min_minutes:
        yield BrokenRule(
            "R04",
            f"The window is {minutes:.1f} minutes long; the shortest is {policy.min_minutes}.",
            "Start earlier or end later.",
        )
    if minutes > policy.max_minutes_wide:
        yield BrokenRule(
            "R04",
            f"The window is {minutes / 60:.1f} hours long; the longest is {policy.max_minutes / 60:g} hours, "
            f"or {policy.max_minutes_wide / 60:g} with {policy.quorum_wide} votes.",
            "Start later or end earlier.",
        )


def _window_place(window: TimeRange, asked_at: datetime, policy: Policy) -> Iterator[BrokenRule]:
    if asked_at - window.start > timedelta(days=policy.lookback_days):
        yield BrokenRule(
            "R05",
            f"The window begins {_written(window.start)}, more than {policy.lookback_days} days back.",
            "Choose a later start; older footage cannot be asked for.",
        )
    if window.end > asked_at:
        yield BrokenRule(
            "R05",
            f"The window ends in the future, {_written(window.end)}; neighbours are not asked to watch.",
            "Choose an end that has passed.",
        )


def _area_size(area: Area, policy: Policy) -> Iterator[BrokenRule]:
    size = area.square_miles
    if size < policy.min_square_miles:
        yield BrokenRule(
            "R06",
            f"The area has {size:.3f} square miles; the smallest is {policy.min_square_miles:g}, "
            "so that no single house is meant.",
            "Draw it larger.",
        )
    if size > policy.max_square_miles_wide:
        yield BrokenRule(
            "R06",
            f"The area has {size:.3f} square miles; the largest is {policy.max_square_miles:g}, "
            f"or {policy.max_square_miles_wide:g} with {policy.quorum_wide} votes.",
            "Draw it smaller.",
        )


def _area_shape(area: Area, incident_cell: str, policy: Policy) -> Iterator[BrokenRule]:
    if area.aspect > policy.max_aspect:
        yield BrokenRule(
            "R07",
            f"The area is {area.aspect:.1f} times as long as it is wide; the limit is {policy.max_aspect:g}.",
            "Draw it rounder.",
        )
    if not area.touches_cell(incident_cell):
        yield BrokenRule(
            "R07", "The incident lies outside the area.", "Draw the area around the place of the incident."
        )


def _posts(number: int, policy: Policy) -> Iterator[BrokenRule]:
    if number > policy.max_posts_per_case:
        yield BrokenRule(
            "R09",
            f"This would be post {number} of the case; a case has at most {policy.max_posts_per_case}.",
            "Work with what the earlier posts brought.",
        )


def _expiry(expires_at: datetime, asked_at: datetime, policy: Policy) -> Iterator[BrokenRule]:
    if expires_at <= asked_at:
        yield BrokenRule("R12", "It would be over before it began.", "Choose a later day.")
    if expires_at - asked_at > timedelta(days=policy.max_expiry_days):
        yield BrokenRule(
            "R12",
            f"Owners could answer until {_written(expires_at)}; the limit is {policy.max_expiry_days} days.",
            "Choose an earlier day.",
        )


def _text(request: Request, policy: Policy) -> Iterator[BrokenRule]:
    broken = [*_template(request.template, policy)]
    yield from broken
    if not broken and request.text != render(request.template, request.offence, request.window, policy):
        yield BrokenRule(
            "R14",
            "The text is not what the template says for this request.",
            "Use the template's words unchanged.",
        )
    if len(request.text) > policy.max_characters:
        yield BrokenRule(
            "R14",
            f"The text has {len(request.text)} characters; the limit is {policy.max_characters}.",
            "Choose a shorter template.",
        )


def _template(template: str, policy: Policy) -> Iterator[BrokenRule]:
    if template not in policy.templates:
        yield BrokenRule(
            "R14",
            f"{template[:60]!r} is not a template; owners read no words of an officer's own.",
            f"Choose one of: {', '.join(policy.templates)}.",
        )


def _written(instant: datetime) -> str:
    """UTC to the minute, rounded down, the same in every locale: `21 Nov 2026, 18:30 UTC`."""
    utc = instant.astimezone(UTC)
    return f"{utc.day} {_MONTHS[utc.month - 1]} {utc.year}, {utc:%H:%M} UTC"
