"""The clip of an event: cut from what is always recorded, so it may begin as long before as one likes."""

from __future__ import annotations

from datetime import timedelta

from latchstring.base.time import TimeRange
from latchstring.hub.events.models import Event

PRE_ROLL = timedelta(seconds=10)
POST_ROLL = timedelta(seconds=5)


def around(event: Event, *, before: timedelta = PRE_ROLL, after: timedelta = POST_ROLL) -> TimeRange:
    """From `before` its start to `after` its end; on disk, the GOPs that hold these and all between."""
    return TimeRange(event.during.start - before, event.during.end + after)
