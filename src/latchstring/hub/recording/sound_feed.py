"""The newest sound of one camera in memory, for everybody who listens."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from latchstring.hub.cameras.patience import Patience
from latchstring.hub.recording.models import Run
from latchstring.hub.recording.sound_track import SoundPiece

KEPT = 64
"""Packets: a second or more. Who is slower than that goes on with the newest."""


@dataclass(frozen=True)
class Heard:
    """What is new for a listener; all of one run."""

    run: Run
    pieces: tuple[SoundPiece, ...]
    number: int  # of the last of them


class SoundFeed:
    """Written by the recorder's thread, read from any."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience or Patience(0)
        self._lock = threading.Lock()
        self._kept: deque[tuple[Run, SoundPiece]] = deque(maxlen=KEPT)
        self._count = 0
        self._wakers: list[Callable[[], None]] = []

    def add(self, run: Run, piece: SoundPiece) -> None:
        with self._lock:
            self._kept.append((run, piece))
            self._count += 1
            for wake in self._wakers:
                wake()

    def clear(self) -> None:
        """The camera is gone; nobody should hear what was before."""
        with self._lock:
            self._kept.clear()

    def after(self, number: int | None) -> Heard | None:
        """What has come since packet `number`; None: nothing yet. A new listener starts with the newest."""
        with self._lock:
            fresh = 1 if number is None else self._count - number
            new = list(self._kept)[-fresh:] if fresh else []
            if not new:
                return None
            run = new[-1][0]
            return Heard(run, tuple(piece for of, piece in new if of is run), self._count)

    def on_news(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Have `wake` called at every packet, in the recorder's thread, so briefly; answers how to stop.

        From now until then each packet is taken as soon as the camera has sent it.
        """
        with self._lock:
            self._wakers.append(wake)
        find_patience = self._patience.lose()

        def stop() -> None:
            find_patience()
            with self._lock:
                self._wakers.remove(wake)

        return stop
