"""Somebody presses the button: it is written down, told, and its moment is kept as a picture."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from latchstring.base import ids
from latchstring.base.clock import Clock
from latchstring.base.errors import LatchstringError
from latchstring.base.ids import CameraId, EventId
from latchstring.base.time import TimeRange, from_micros, to_micros
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.models import CameraNotice
from latchstring.hub.doorbell import moment
from latchstring.hub.doorbell import store as rows
from latchstring.hub.doorbell.models import (
    DoorbellSettings,
    NoPicture,
    NotADoorbell,
    Sound,
    WrongToken,
    new_token,
)
from latchstring.hub.events import store as event_rows
from latchstring.hub.events.bulletin import Bulletin, Happening
from latchstring.hub.events.models import Event
from latchstring.hub.recording.feed import LiveFeed
from latchstring.hub.redaction import stills
from latchstring.hub.store import Store

log = logging.getLogger(__name__)
SAME_PRESS = timedelta(seconds=2)
"""Who presses twice within this time, or is heard twice, rang once."""
PRESS_US = 1_000_000
PICTURE_SECONDS = 5.0


class Doorbell:
    """All doorbells of the home. Use from any thread; `stop` at the end."""

    def __init__(
        self, store: Store, bulletin: Bulletin, clock: Clock, *, feed: Callable[[CameraId], LiveFeed]
    ) -> None:
        self._store = store
        self._bulletin = bulletin
        self._clock = clock
        self._feed = feed
        self._painter = ThreadPoolExecutor(1, "press-picture")
        self._painting: dict[EventId, Future[bytes]] = {}

    def stop(self) -> None:
        """The pictures that were begun are kept first."""
        self._painter.shutdown()

    # Which cameras are doorbells

    def settings(self, camera: CameraId) -> DoorbellSettings:
        camera_rows.get(self._store, camera)
        with self._store.read() as db:
            return rows.find(camera, db=db) or DoorbellSettings(camera=camera)

    def mark(self, camera: CameraId, *, is_on: bool = True) -> DoorbellSettings:
        """Say that it is a doorbell, or that it is none; its address for presses stays the same."""
        return self.change(replace(self.settings(camera), is_on=is_on))

    def change(self, settings: DoorbellSettings) -> DoorbellSettings:
        settings = replace(settings, token=settings.token or new_token())
        with self._store.write() as db:
            rows.save(settings, db=db)
        return settings

    def renew_token(self, camera: CameraId) -> DoorbellSettings:
        """From now on only the new address rings."""
        return self.change(replace(self.settings(camera), token=new_token()))

    def sound(self) -> Sound:
        return rows.sound(self._store)

    def choose_sound(self, sound: Sound) -> None:
        with self._store.write() as db:
            rows.save_sound(sound, db=db)

    # Presses

    def hear(self, notice: CameraNotice) -> None:
        """A camera said so by itself. One that does is a doorbell, unless its owner said that it is none."""
        if notice.kind != "press":
            return
        with self._store.read() as db:
            known = rows.find(notice.camera, db=db)
        if known is None:
            known = self.mark(notice.camera)
        if known.is_on:
            self.press(notice.camera, from_micros(notice.at_us))

    def hook(self, camera: CameraId, token: str) -> Event | None:
        """Somebody called the doorbell's own address."""
        with self._store.read() as db:
            known = rows.find(camera, db=db)
        expected = known.token if known else new_token()
        if not secrets.compare_digest(token.encode(), expected.encode()) or known is None:
            raise WrongToken
        if not known.is_on:
            raise NotADoorbell
        return self.press(camera, self._clock.now())

    def press(self, camera: CameraId, at: datetime) -> Event | None:
        """Write it down, then tell. None: it is the press that was heard already."""
        at_us = to_micros(at)
        event = Event(
            id=EventId(ids.new("ev")),
            camera=camera,
            start_us=at_us,
            end_us=at_us + PRESS_US,
            peak_us=at_us,
            score=0.0,
            is_open=False,
            kind="press",
        )
        with self._store.write() as db:
            if event_rows.was_pressed(camera, at, within=SAME_PRESS, db=db):
                return None
            event_rows.save(event, db=db)
        self._painting[event.id] = self._painter.submit(self._paint, event)
        self._bulletin.tell(Happening(kind="press", at=at, camera=camera, event=event.id))
        return event

    def picture(self, event: EventId) -> bytes:
        """The moment of a press, as JPEG, masks painted over; waits for one that is being made."""
        if (painting := self._painting.get(event)) is not None:
            picture: bytes | None = painting.result(PICTURE_SECONDS)
        else:
            picture = rows.picture(self._store, event)
        if picture is None:
            raise NoPicture
        pressed = event_rows.get(self._store, event)
        at = pressed.during.start
        filmed = TimeRange(at - moment.OLDEST, at + stills.INSTANT)
        return stills.masked(self._store, pressed.camera, picture, filmed)

    def _paint(self, event: Event) -> bytes:
        try:
            jpeg = moment.picture(self._store, self._feed_of(event.camera), event.camera, event.during.start)
            with self._store.write() as db:
                rows.add_picture(event.id, jpeg, db=db)
            return jpeg
        except LatchstringError as e:
            log.info("no picture of the press at camera %s: %s", event.camera, e.message)
            raise
        finally:
            self._painting.pop(event.id, None)

    def _feed_of(self, camera: CameraId) -> LiveFeed | None:
        try:
            return self._feed(camera)
        except camera_rows.NoSuchCamera:
            return None
