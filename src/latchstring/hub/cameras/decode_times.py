"""When each picture is decoded, for cameras that say only when it is shown."""

from __future__ import annotations

from heapq import heappop, heappush

MOST_REORDERED = 16
"""More pictures than this are never reordered in H.264 (A.3.1, MaxDpbFrames)."""
GUESSED_FPS = 25


class DecodeTimes:
    """Decode times are the presentation times in rising order, each as many pictures later as are reordered.

    So they never lie after the presentation time, and nothing has to be held back.
    """

    def __init__(self, timescale: int) -> None:
        self._timescale = timescale
        self._step = max(1, timescale // GUESSED_FPS)
        self._depth = 0
        self._is_told = False
        self._coming: list[int] = []
        self._last: int | None = None

    def expect(self, reordered: int | None) -> None:
        """What the camera says of the pictures from here on; None: nothing, so it is learned from them."""
        self._is_told = reordered is not None
        if reordered is not None:
            self._depth = min(reordered, MOST_REORDERED)

    def of(self, shown: int) -> int:
        """The decode time of the picture that comes next in decoding and is shown at `shown`."""
        last = self._last
        if last is not None and shown <= last:
            if shown < last - self._timescale:  # the camera's clock was set back
                self._coming, last = [], None
            elif not self._is_told:
                self._depth = min(self._depth + 1, MOST_REORDERED)
        heappush(self._coming, shown)
        missing = self._depth + 1 - len(self._coming)
        decoded = self._coming[0] - max(0, missing) * self._step
        while len(self._coming) > self._depth:
            decoded = heappop(self._coming)
        self._last = decoded if last is None else max(decoded, last + 1)
        return self._last
