"""Where a camera's sound belongs in its run: by when it arrived, smoothed by the camera's own count.

Pictures are placed so too, so both agree although a camera counts them by two clocks (docs/design/time.md).
"""

from __future__ import annotations

from latchstring.hub.cameras.media_clock import MAX_SLEW

WINDOW_SECONDS = 1.0
AUDIBLE_SECONDS = 0.04
"""Sound that is off by more is put right at once, less little by little."""
STEP_SECONDS = 0.4
"""Sound that is off by more does not even wait for the window's end: the camera counts from elsewhere now."""


class SoundClock:
    """For one run. Times in seconds of the run's media, counts in ticks of 1/`rate`."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._shift = 0  # from the camera's count to the run's
        self._last: int | None = None
        self._window_from = 0.0
        self._earliest: int | None = None

    def place(self, pts: int, samples: int, arrived: float) -> int:
        """The run's tick at which a packet begins; each begins after the one before it.

        It came when its last sample was spoken. Network delay only ever adds, so the promptest packet of a
        window tells how far the count is off.
        """
        wanted = round(arrived * self._rate) - samples
        late = wanted - (pts + self._shift)
        if self._last is None or abs(late) > STEP_SECONDS * self._rate:
            self._begin_anew(wanted - pts, arrived)
        elif arrived - self._window_from >= WINDOW_SECONDS:
            self._put_right(arrived)
        else:
            self._earliest = late if self._earliest is None else min(self._earliest, late)
        at = pts + self._shift
        at = at if self._last is None else max(at, self._last + 1)
        self._last = at
        return at

    def _begin_anew(self, shift: int, arrived: float) -> None:
        self._shift, self._window_from, self._earliest = shift, arrived, None

    def _put_right(self, arrived: float) -> None:
        off = self._earliest or 0
        if abs(off) <= AUDIBLE_SECONDS * self._rate:
            most = round((arrived - self._window_from) * self._rate * MAX_SLEW)
            off = max(-most, min(most, off))
        self._begin_anew(self._shift + off, arrived)
