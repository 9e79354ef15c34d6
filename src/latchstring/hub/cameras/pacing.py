"""Sources that are not live, played at their own pace."""

from __future__ import annotations

import time

from latchstring.base.clock import Clock


class Pace:
    """Holds media time to the clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._start: float | None = None

    def wait_for(self, media_seconds: float) -> float:
        """Return once `media_seconds` have passed since the first call; answers the time on the clock."""
        now = self._clock.monotonic()
        if self._start is None:
            self._start = now - media_seconds
        late = now - self._start - media_seconds
        if late > 1:  # the machine slept: go on from here instead of rushing
            self._start += late
        while (left := self._start + media_seconds - self._clock.monotonic()) > 0:
            time.sleep(left)
        return self._clock.monotonic()

    def due(self, media_seconds: float) -> float:
        """When it would return from waiting for `media_seconds`."""
        return media_seconds + (self._clock.monotonic() if self._start is None else self._start)
