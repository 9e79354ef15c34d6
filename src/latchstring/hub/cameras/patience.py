"""How long pictures may wait to be taken: for as long as nobody waits for them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

RECORDED_SECONDS = 0.4
"""What is only written down; a fifth of a usual GOP, which waits in memory anyway."""
WATCHED_SECONDS = 0.2
"""What is looked at for motion, while something may stir: one look."""
TOLD_SECONDS = 1.0
"""What is looked at while something moves that has been told already."""


class Patience:
    """One reader's. It is lost and found again by any thread; `seconds` are set by who uses what is read."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._lock = threading.Lock()
        self._waiting: list[object] = []
        self._lost = threading.Event()

    @property
    def is_lost(self) -> bool:
        return self._lost.is_set()

    def lose(self) -> Callable[[], None]:
        """Somebody waits for each picture from now on; answers how to say that they no longer do."""
        who = object()
        with self._lock:
            self._waiting.append(who)
            self._lost.set()

        def find() -> None:
            with self._lock, suppress(ValueError):
                self._waiting.remove(who)
                if not self._waiting:
                    self._lost.clear()

        return find

    def sleep(self, seconds: float) -> None:
        """Not a moment longer than until it is lost."""
        self._lost.wait(seconds)
