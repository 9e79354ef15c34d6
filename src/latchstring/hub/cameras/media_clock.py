"""One clock for everything a camera sends: its arrival, never the camera's own wall clock.

Arrival is read on the monotonic clock and tied to UTC once per run, so a step of the machine's clock cannot
fold or tear a recording. The camera's media time counts the distance between frames; where it drifts from
arrival, it is followed by at most 500 parts per million. docs/design/time.md says why.
"""

from __future__ import annotations

from latchstring.base.clock import Clock
from latchstring.base.time import to_micros

MAX_SLEW = 500e-6
STEP_US = 3_000_000
"""Media time and arrival that disagree by more than this belong to two runs."""


class Anchor:
    """Ties the monotonic clock to UTC at the moment it is made."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._utc_us = to_micros(clock.now())
        self._monotonic = clock.monotonic()

    def utc_us(self, monotonic: float) -> int:
        """UTC of an instant of the monotonic clock, in microseconds."""
        return self._utc_us + round((monotonic - self._monotonic) * 1e6)

    def was_stepped(self) -> bool:
        """Whether the machine's clock has since been set to another time."""
        return abs(to_micros(self._clock.now()) - self.utc_us(self._clock.monotonic())) > STEP_US


def end_of_gop(start_us: int, media_us: int, earliest_us: int) -> int:
    """UTC at which a GOP of `media_us` ends and the next one starts.

    `earliest_us` is how long after its predicted time the promptest of its frames arrived. Network delay only
    ever adds, so the promptest frame tells the drift.
    """
    most = round(media_us * MAX_SLEW)
    return start_us + media_us + max(-most, min(most, earliest_us))
