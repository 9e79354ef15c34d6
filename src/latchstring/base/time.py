"""Aware, half-open time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from latchstring.base.errors import BadInput

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class BadTime(BadInput):
    """A time must be written like 2026-11-23T08:30:00Z, with its zone."""


@dataclass(frozen=True, order=True)
class TimeRange:
    """The instants from `start` up to, not including, `end`: [start, end)."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise BadTime
        if self.end <= self.start:
            raise BadTime("a time range must end after it starts")

    @property
    def duration(self) -> timedelta:
        return self.end - self.start

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end

    def overlap(self, other: TimeRange) -> TimeRange | None:
        """The part that both have, or None where they only touch or lie apart."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return TimeRange(start, end) if start < end else None

    def widened(self, by: timedelta) -> TimeRange:
        return TimeRange(self.start - by, self.end + by)


def to_micros(instant: datetime) -> int:
    """Microseconds since 1970-01-01T00:00:00Z, exact."""
    return (instant - EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def to_text(instant: datetime) -> str:
    """RFC 3339 in UTC with a `Z`; microseconds only where there are any."""
    if instant.tzinfo is None:
        raise BadTime
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """Read RFC 3339; a time without a zone is refused."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as e:
        raise BadTime(f"{text!r} is not a time; write it like 2026-11-23T08:30:00Z") from e
    if instant.tzinfo is None:
        raise BadTime(f"{text!r} has no zone; write it like 2026-11-23T08:30:00Z")
    if not 1970 < instant.year < 3000:
        raise BadTime(f"{text!r} lies outside the years 1971 to 2999")
    return instant.astimezone(UTC)
