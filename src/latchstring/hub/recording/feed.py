"""The newest frames of one camera in memory, for everybody who watches.

The last whole GOP and the one in flight are kept. A reader holds only a position in them, so a slow reader
costs nothing: one that falls more than a GOP behind is put on the newest keyframe.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from latchstring.hub.cameras.patience import Patience
from latchstring.hub.recording.models import Fragment, Run


@dataclass(frozen=True)
class Position:
    """Where a reader is: in which GOP, and how many of its parts it has."""

    gop: int
    part: int


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What is new for a reader; all of one run."""

    run: Run
    fragments: tuple[Fragment, ...]
    data: bytes  # the same bytes as on disk: the fragments, and the seals of GOPs that ended
    position: Position
    jumped: bool  # the reader was too slow and frames were left out


@dataclass
class _Gop:
    number: int
    run: Run
    fragments: list[Fragment] = field(default_factory=list)
    seal: bytes | None = None

    def parts(self, start: int) -> list[bytes]:
        parts = [fragment.data for fragment in self.fragments]
        if self.seal is not None:
            parts.append(self.seal)
        return parts[start:]

    @property
    def length(self) -> int:
        return len(self.fragments) + (self.seal is not None)


class LiveFeed:
    """Written by the recorder's thread, read from any."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience or Patience(0)
        self._news = threading.Condition()
        self._gops: list[_Gop] = []
        self._started = 0
        self._wakers: list[Callable[[], None]] = []

    def add(self, run: Run, fragment: Fragment) -> None:
        with self._news:
            if fragment.is_keyframe:
                self._started += 1
                self._gops = [*self._gops[-1:], _Gop(self._started, run)]
            self._gops[-1].fragments.append(fragment)
            self._tell()

    def seal(self, seal: bytes) -> None:
        """The GOP in flight has ended."""
        with self._news:
            self._gops[-1].seal = seal

    def clear(self) -> None:
        """The camera is gone; nobody should start with an old picture."""
        with self._news:
            self._gops.clear()
            self._tell()

    @property
    def run(self) -> Run | None:
        """What is being filmed; None while the camera is away."""
        with self._news:
            return self._gops[-1].run if self._gops else None

    def after(self, position: Position | None) -> Batch | None:
        """What has come since `position`; None: nothing yet. A new reader starts at the newest keyframe."""
        with self._news:
            if not self._gops:
                return None
            at = next(
                (i for i, gop in enumerate(self._gops) if position and gop.number == position.gop), None
            )
            jumped = position is not None and at is None
            if position is None or at is None:
                at, position = len(self._gops) - 1, Position(self._started, 0)
            if position.part == self._gops[at].length and at + 1 < len(self._gops):
                at, position = at + 1, Position(self._gops[at + 1].number, 0)
            gop = self._gops[at]
            parts = gop.parts(position.part)
            if not parts:
                return None
            return Batch(
                run=gop.run,
                fragments=tuple(gop.fragments[position.part :]),
                data=b"".join(parts),
                position=Position(gop.number, gop.length),
                jumped=jumped,
            )

    def wait(self, position: Position | None, seconds: float) -> Batch | None:
        """As `after`, but waits up to `seconds` for something new."""
        with self._news:
            batch = self.after(position)
            if batch is None:
                self._news.wait(seconds)
                batch = self.after(position)
            return batch

    def on_news(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Have `wake` called at every fragment, in the recorder's thread, so briefly; answers how to stop.

        From now until then each picture is taken as soon as the camera has sent it.
        """
        with self._news:
            self._wakers.append(wake)
        find_patience = self._patience.lose()

        def stop() -> None:
            find_patience()
            with self._news:
                self._wakers.remove(wake)

        return stop

    def _tell(self) -> None:
        self._news.notify_all()
        for wake in self._wakers:
            wake()
