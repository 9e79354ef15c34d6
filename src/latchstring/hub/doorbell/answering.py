"""Presses to which nobody has come yet, and what is said by itself when nobody does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Protocol

from latchstring.base.clock import Clock
from latchstring.base.ids import CameraId, EventId
from latchstring.hub.events.bulletin import Bulletin, Happening
from latchstring.hub.events.models import Event

PATIENCE_SECONDS = 60.0
"""Who rang longer ago has gone, whatever the clocks were set to meanwhile."""

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
    since: float  # seconds of the monotonic clock
    forget: Cancel | None  # leaves what would be said by itself; None: nothing will be


class Answering:
    """Use from any thread; `stop` at the end."""

    def __init__(self, bulletin: Bulletin, clock: Clock, later: Later = by_timer) -> None:
        self._bulletin = bulletin
        self._clock = clock
        self._later = later
        self._lock = threading.Lock()
        self._waiting: dict[EventId, Waiting] = {}

    def rang(self, event: Event, *, after_s: float, say: Callable[[], None] | None) -> None:
        """Somebody waits from now on; `say` is called once, unless somebody answers within `after_s`.

        Who rings again meanwhile is told nothing twice: what is to be said is said after the first press.
        """
        with self._lock:
            self._forget_who_left()
            forget = None
            if say is not None and not self._will_be_told(event.camera):
                forget = self._later(after_s, partial(self._nobody_came, event.id, say))
            self._waiting[event.id] = Waiting(
                event=event.id,
                camera=event.camera,
                at=event.during.start,
                since=self._clock.monotonic(),
                forget=forget,
            )

    def waiting(self) -> list[Waiting]:
        """Who stands at the door now, the last one first."""
        with self._lock:
            found = [each for each in self._waiting.values() if not self._has_left(each)]
        return sorted(found, key=lambda each: each.since, reverse=True)

    def answered(self, event: EventId) -> None:
        """Somebody of the household saw it; the other pages stop ringing. The second time it does nothing."""
        with self._lock:
            waiting = self._waiting.pop(event, None)
        if waiting is not None:
            if waiting.forget is not None:
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
                if each.forget is not None:
                    each.forget()
            self._waiting.clear()

    def _nobody_came(self, event: EventId, say: Callable[[], None]) -> None:
        with self._lock:
            waiting = self._waiting.get(event)
            if waiting is not None:
                self._waiting[event] = replace(waiting, forget=None)
        if waiting is not None:
            say()

    def _will_be_told(self, camera: CameraId) -> bool:
        return any(each.camera == camera and each.forget is not None for each in self._waiting.values())

    def _forget_who_left(self) -> None:
        for each in tuple(self._waiting.values()):
            if self._has_left(each) and each.forget is None:
                del self._waiting[each.event]

    def _has_left(self, waiting: Waiting) -> bool:
        return waiting.since <= self._clock.monotonic() - PATIENCE_SECONDS
