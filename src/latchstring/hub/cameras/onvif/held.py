"""How long a camera held what it said, because the hub could not reach it."""

from __future__ import annotations

from datetime import datetime, timedelta

LATE_FROM = timedelta(seconds=60)
"""Who rang longer ago has gone."""
SLACK = timedelta(seconds=5)
"""Two clocks are compared no better than the time that a question and its answer take."""


def held_for(
    said_at: datetime | None, *, now: datetime, clock_ahead: timedelta | None, unheard_for: timedelta
) -> timedelta:
    """Nothing, unless the camera's own time explains it.

    Cameras' clocks and zones are often wrong, and a ring that is taken for an old one is missed. So what the
    hub would have heard at once is never late, and neither is what came before it was last heard.
    """
    if said_at is None or clock_ahead is None or unheard_for < LATE_FROM:
        return timedelta()
    held = now + clock_ahead - said_at
    return held if LATE_FROM <= held <= unheard_for + SLACK else timedelta()
