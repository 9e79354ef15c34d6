"""Quiet hours: every day from one time of day to another, as the home's clocks show it."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from latchstring.base.errors import BadInput
from latchstring.base.time import TimeRange

_LOCAL_ZONE = Path("/etc/localtime")
_DAY = timedelta(days=1)


class BadQuietHours(BadInput):
    """Quiet hours begin and end at two different times of day."""


class NoSuchZone(BadInput):
    """This hub's machine does not know that time zone; on Debian, install its package tzdata."""


@dataclass(frozen=True, kw_only=True)
class QuietHours:
    """[begin, end) of each day; over midnight when `end` is the earlier one."""

    begin: time
    end: time

    def __post_init__(self) -> None:
        if self.begin == self.end or self.begin.tzinfo or self.end.tzinfo:
            raise BadQuietHours

    def at(self, now: datetime, zone: tzinfo) -> TimeRange | None:
        """The quiet hours that `now` lies in. A clock change makes a night longer or shorter, never two."""
        today = now.astimezone(zone).date()
        for day in (today - _DAY, today):
            if (night := self._of(day, zone)) is not None and now in night:
                return night
        return None

    def _of(self, day: date, zone: tzinfo) -> TimeRange | None:
        """Those that begin on `day`; None where a clock change leaves nothing of them."""
        begin = _instant(day, self.begin, zone)
        end = _instant(day if self.end > self.begin else day + _DAY, self.end, zone)
        return TimeRange(begin, end) if begin < end else None


def _instant(day: date, at: time, zone: tzinfo) -> datetime:
    """A time of day that the clocks show twice is the first of both; one they skip, as long after the gap."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def zone_of(name: str | None) -> tzinfo:
    """A zone by its IANA name, or the machine's own."""
    try:
        return ZoneInfo(name) if name else _machines_own()
    except (ValueError, OSError, LookupError) as e:
        raise NoSuchZone from e


def _machines_own() -> tzinfo:
    """What `TZ` names, be it a zone or a file; where it names neither, as `CET-1CEST` does, the system's."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if named and not named.startswith("/"):
        with suppress(ValueError, OSError, LookupError):
            return ZoneInfo(named)
    for path in (Path(named), _LOCAL_ZONE):
        with suppress(ValueError, OSError), path.open("rb") as f:
            return ZoneInfo.from_file(f)
    return UTC
