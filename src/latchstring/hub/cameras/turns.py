"""When a camera's call is read next: with its next picture, or when some have gathered."""

from __future__ import annotations

from latchstring.hub.cameras.gathering import Gathering
from latchstring.hub.cameras.patience import Patience
from latchstring.hub.cameras.rhythm import Rhythm

PROMPT_SECONDS = 3.0
"""A connection's first pictures are taken at once: they tell where on the clock it starts."""


class Turns:
    """Of one connection, which began to play at `began`. Without `patience` no picture waits."""

    def __init__(self, timescale: int, patience: Patience | None, began: float) -> None:
        self._patience = patience
        self._rhythm = Rhythm(timescale)
        self._gathering = Gathering()
        self._prompt_until = began + PROMPT_SECONDS
        self.since = began
        """What is read next came after this."""
        self.has_gathered = False
        """Whether it came while nobody waited for it."""

    def whole(self, dts: int) -> None:
        """A picture is complete."""
        self._rhythm.whole(dts)

    def pause(self, heard_at: float, *, taken_bytes: int, holds_bytes: int) -> float:
        """Seconds to sleep, after all that had come by `heard_at` was taken from what the kernel holds."""
        self.since = heard_at
        patience = self._patience
        self.has_gathered = False
        if patience is None or patience.is_lost or heard_at < self._prompt_until:
            return self._rhythm.pause(heard_at)
        self.has_gathered = True
        return self._gathering.pause(taken_bytes, holds_bytes, patience.seconds)
