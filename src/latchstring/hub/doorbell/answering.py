"""Presses to which nobody has come yet, and what is said by itself when nobody does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from latchstring.base.ids import CameraId, EventId
from latchstring.hub.events.bulletin import Bulletin, Happening
from latchstring.hub.events.models import Event

PATIENCE = timedelta(seconds=60)
"""Who rang longer ago has gone."""

Cancel = Callable[[], None]


class Later(Protocol):
    """Does something after so many seconds; answers how to leave it."""

    def __call__(self, seconds: float, act: Callable[[], None]) -> Cancel: ...


def by_timer(seconds: float, act: Callable[[], None]) -> Cancel:
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()
    return timer.cancel


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Somebody stands at the door."""

    event: EventId
    camera: CameraId
    at: datetime
    forget: Cancel


class Answering:
    """Use from any thread; `stop` at the end."""

    def __init__(self, bulletin: Bulletin, later: Later = by_timer) -> None:
        self._bulletin = bulletin
        self._later = later
        self._lock = threading.Lock()
        self._waiting: dict[EventId, Waiting] = {}

    def rang(self, event: Event, *, after_s: float, say: Callable[[], None] | None) -> None:
        """Somebody waits from now on; `say` is called once, unless somebody answers within `after_s`."""
        cancel = _nothing
        if say is not None:
            cancel = self._later(after_s, partial(self._nobody_came, event.id, say))
        waiting = Waiting(event=event.id, camera=event.camera, at=event.during.start, forget=cancel)
        with self._lock:
            old = [each for each in self._waiting.values() if each.at < waiting.at - PATIENCE]
            for each in old:
                del self._waiting[each.event]
            self._waiting[event.id] = waiting

    def waiting(self, *, now: datetime) -> list[Waiting]:
        """Who stands at the door now, the last one first."""
        with self._lock:
            found = [each for each in self._waiting.values() if now - PATIENCE < each.at]
        return sorted(found, key=lambda each: each.at, reverse=True)

    def answered(self, event: EventId) -> None:
        """Somebody of the household saw it; the other pages stop ringing. The second time it does nothing."""
        with self._lock:
            waiting = self._waiting.pop(event, None)
        if waiting is not None:
            waiting.forget()
            self._bulletin.tell(
                Happening(kind="answered", at=waiting.at, camera=waiting.camera, event=waiting.event)
            )

    def answered_at(self, camera: CameraId) -> None:
        """Somebody spoke at this door."""
        with self._lock:
            events = [each.event for each in self._waiting.values() if each.camera == camera]
        for event in events:
            self.answered(event)

    def stop(self) -> None:
        with self._lock:
            for each in self._waiting.values():
                each.forget()
            self._waiting.clear()

    def _nobody_came(self, event: EventId, say: Callable[[], None]) -> None:
        with self._lock:
            is_waiting = event in self._waiting
        if is_waiting:
            say()


def _nothing() -> None:
    """There is nothing to leave."""
