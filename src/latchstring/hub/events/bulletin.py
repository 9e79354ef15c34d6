"""What has just happened, told to whoever listens: pages, notifications, chimes.

Telling never waits and never fails: a listener hands on to its own thread, and one that raises is logged.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from latchstring.base.ids import CameraId, EventId, RequestId

log = logging.getLogger(__name__)

Kind = Literal[
    "motion-began",
    "motion-ended",
    "press",
    "press-late",  # somebody rang while the camera could not be reached, and has gone
    "answered",
    "camera-away",
    "camera-back",
    "request",
    "device",
    "disk-full",
]


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One thing that happened in this home."""

    kind: Kind
    at: datetime
    camera: CameraId | None = None
    event: EventId | None = None  # of motion, of presses and of their answers
    request: RequestId | None = None
    about: str = ""  # a few plain words, like the name of a new device; never an address or a login


Listener = Callable[[Happening], None]


class Bulletin:
    """Use from any thread. Listeners are called in the teller's thread, in the order they came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: tuple[Listener, ...] = ()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Be told from now on; call what is answered to stop."""
        with self._lock:
            self._listeners = (*self._listeners, listener)
        return lambda: self._leave(listener)

    def tell(self, happening: Happening) -> None:
        for listener in self._listeners:
            try:
                listener(happening)
            except Exception:
                log.exception("a listener of the bulletin failed on %s", happening.kind)

    def _leave(self, listener: Listener) -> None:
        with self._lock:
            self._listeners = tuple(each for each in self._listeners if each is not listener)
