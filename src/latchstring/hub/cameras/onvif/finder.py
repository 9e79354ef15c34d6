"""Looks for cameras in the background, and tells what has answered so far."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from latchstring.base.clock import Clock
from latchstring.hub.cameras.onvif.discovery import SEARCH_SECONDS
from latchstring.hub.cameras.onvif.models import Found


@dataclass(frozen=True, kw_only=True)
class Search:
    """How a search stands."""

    running: bool
    share: float  # of its time that has passed, 0 to 1
    found: tuple[Found, ...]


class Finder:
    """One search at a time. Use from any thread."""

    def __init__(self, look: Callable[[], Iterator[Found]], clock: Clock) -> None:
        self._look = look
        self._clock = clock
        self._lock = threading.Lock()
        self._found: list[Found] = []
        self._began = 0.0
        self._running = False

    def begin(self) -> Search:
        """Search anew; one that is under way goes on."""
        with self._lock:
            if not self._running:
                self._running, self._found, self._began = True, [], self._clock.monotonic()
                threading.Thread(target=self._run, name="find-cameras", daemon=True).start()
        return self.state()

    def state(self) -> Search:
        with self._lock:
            passed = (self._clock.monotonic() - self._began) / SEARCH_SECONDS
            return Search(
                running=self._running,
                share=min(1.0, passed) if self._running else 1.0,
                found=tuple(self._found),
            )

    def _run(self) -> None:
        try:
            for found in self._look():
                with self._lock:
                    self._found.append(found)
        finally:
            with self._lock:
                self._running = False
