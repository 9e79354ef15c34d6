"""One clock for everything a camera sends: its arrival, never the camera's own wall clock.

Main stream, sub stream, what a camera says by ONVIF and the press of a bell are all placed by the hub's
clock, which takes no leaps (`base.clock.SteadyClock`). Within a run the camera's media time counts the
distance between frames; where it drifts from arrival, it is followed by at most 500 parts per million.
docs/design/time.md says why.
"""

from __future__ import annotations

from latchstring.base.clock import Clock
from latchstring.base.time import to_micros

MAX_SLEW = 500e-6
STEP_US = 3_000_000
"""Media time and arrival that disagree by more than this belong to two runs."""


def arrival_us(clock: Clock, monotonic: float) -> int:
    """UTC of an instant of the monotonic clock, in microseconds."""
    return to_micros(clock.now()) + round((monotonic - clock.monotonic()) * 1e6)


def end_of_gop(start_us: int, media_us: int, earliest_us: int) -> int:
    """UTC at which a GOP of `media_us` ends and the next one starts.

    `earliest_us` is how long after its predicted time the promptest of its frames arrived. Network delay only
    ever adds, so the promptest frame tells the drift.
    """
    most = round(media_us * MAX_SLEW)
    return start_us + media_us + max(-most, min(most, earliest_us))
