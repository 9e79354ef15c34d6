"""The time, handed in."""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

log = logging.getLogger(__name__)

LEAP = timedelta(seconds=3)
"""A difference of more than this is a leap, not drift."""
BELIEVED_AFTER_SECONDS = 30.0
SLEW = 500e-6
_RUNNING_ON = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # counts while the machine sleeps, too


class Clock(Protocol):
    """Tells the time. Only daemons, jobs and the edges of the web hold one; the middle is passed `now`."""

    def now(self) -> datetime:
        """The time of day in UTC; may jump when the machine's clock is set."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed instant; never goes back."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.clock_gettime(_RUNNING_ON)


class SteadyClock:
    """Another clock without its leaps, for all who stamp one home's recordings. Use from any thread.

    A time server that errs, or a mistyped year, sets a machine's clock for a moment and back again. So a leap
    is believed only once it has lasted; until then time goes on as before. Small corrections are followed at
    once, but by no more than 500 parts per million, so that no two readings fold or tear a recording.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._zero = clock.now() - timedelta(seconds=clock.monotonic())  # UTC of monotonic 0
        self._looked = clock.monotonic()
        self._leapt: float | None = None

    def now(self) -> datetime:
        with self._lock:
            running = self._clock.monotonic()
            self._follow(self._clock.now() - timedelta(seconds=running), running)
            return self._zero + timedelta(seconds=running)

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def _follow(self, zero: datetime, running: float) -> None:
        away = zero - self._zero
        if abs(away) <= LEAP:
            self._leapt = None
            most = timedelta(seconds=(running - self._looked) * SLEW)
            self._zero += max(-most, min(most, away))
        elif self._leapt is None:
            self._leapt = running
            log.warning("the machine's clock leapt by %s; it is believed if it stays there", away)
        elif running - self._leapt >= BELIEVED_AFTER_SECONDS:
            self._zero, self._leapt = zero, None
            log.warning("the machine's clock stayed where it had leapt to; it is followed from now on")
        self._looked = running
