"""Somebody presses the button: it is written down, told, its moment kept as a picture, and it is answered."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from latchstring.base import ids
from latchstring.base.clock import Clock
from latchstring.base.errors import LatchstringError
from latchstring.base.ids import CameraId, EventId
from latchstring.base.time import TimeRange, from_micros, to_micros
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.backchannel import Backchannel, Heard
from latchstring.hub.cameras.models import CameraNotice
from latchstring.hub.doorbell import chime, moment
from latchstring.hub.doorbell import store as rows
from latchstring.hub.doorbell.answering import Answering, Later, Waiting, by_timer
from latchstring.hub.doorbell.models import (
    BadChimeUrl,
    Chimed,
    DoorbellSettings,
    NoPicture,
    NoPictureYet,
    NoSuchReply,
    NotADoorbell,
    ReplyId,
    SomebodyTalks,
    Sound,
    WrongToken,
    new_token,
)
from latchstring.hub.doorbell.replies import Replies
from latchstring.hub.doorbell.talk import OpenDoor, Talk, Talks
from latchstring.hub.events import store as event_rows
from latchstring.hub.events.bulletin import Bulletin, Happening, Kind
from latchstring.hub.events.models import Event
from latchstring.hub.recording.feed import LiveFeed
from latchstring.hub.redaction import stills
from latchstring.hub.store import Store, StoreFull

log = logging.getLogger(__name__)
SAME_PRESS = timedelta(seconds=2)
"""Who presses twice within this time, or is heard twice, rang once."""
PRESS_US = 1_000_000
PICTURE_SECONDS = 5.0


class Doorbell:
    """All doorbells of the home. Use from any thread; `stop` at the end."""

    def __init__(
        self,
        store: Store,
        bulletin: Bulletin,
        clock: Clock,
        *,
        feed: Callable[[CameraId], LiveFeed],
        changed: Callable[[CameraId], None] = lambda _: None,
        open_door: OpenDoor = Backchannel,
        later: Later = by_timer,
    ) -> None:
        self._store = store
        self._bulletin = bulletin
        self._clock = clock
        self._feed = feed
        self._changed = changed
        self.replies = Replies(store)
        self._talks = Talks(store, open_door=open_door)
        self._answering = Answering(bulletin, clock, later)
        self._chimes = ThreadPoolExecutor(2, "chime")
        self._chiming: set[CameraId] = set()
        self._painter = ThreadPoolExecutor(1, "press-picture")
        self._painting: dict[EventId, Future[bytes]] = {}

    def stop(self) -> None:
        """The pictures that were begun are kept first, the chimes that were begun are called."""
        self._answering.stop()
        self._talks.stop()
        self._chimes.shutdown()
        self._painter.shutdown()

    # Which cameras are doorbells

    def settings(self, camera: CameraId) -> DoorbellSettings:
        camera_rows.get(self._store, camera)
        with self._store.read() as db:
            return rows.find(camera, db=db) or DoorbellSettings(camera=camera)

    def mark(self, camera: CameraId, *, is_on: bool = True) -> DoorbellSettings:
        """Say that it is a doorbell, or that it is none; its address for presses stays the same."""
        return self.change(camera, lambda known: replace(known, is_on=is_on))

    def change(
        self, camera: CameraId, change: Callable[[DoorbellSettings], DoorbellSettings]
    ) -> DoorbellSettings:
        """What `change` makes of what is known; nobody else changes it meanwhile."""
        camera_rows.present(self._store, camera)
        with self._store.write() as db:
            settings = self._checked(change(rows.find(camera, db=db) or DoorbellSettings(camera=camera)))
            rows.save(settings, db=db)
        self._changed(camera)
        return settings

    def renew_token(self, camera: CameraId) -> DoorbellSettings:
        """From now on only the new address rings."""
        return self.change(camera, lambda known: replace(known, token=new_token()))

    def _checked(self, settings: DoorbellSettings) -> DoorbellSettings:
        if settings.reply is not None:
            self.replies.get(settings.reply)
        url = chime.check(settings.chime_url) if settings.chime_url else None
        return replace(settings, token=settings.token or new_token(), chime_url=url)

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
            self.press(notice.camera, from_micros(notice.at_us), is_late=notice.is_late)

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

    def press(self, camera: CameraId, at: datetime, *, is_late: bool = False) -> Event | None:
        """Write it down, then tell. None: it is the press that was heard already.

        One that comes late is told and rings nowhere: nobody stands there now.

        On a full disk it is told all the same, and then it is said that it was not written down.
        """
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
        try:
            with self._store.write() as db:
                if event_rows.was_pressed(camera, at, within=SAME_PRESS, db=db):
                    return None
                event_rows.save(event, db=db)
        except StoreFull:
            self._tell(event, is_late=is_late)
            raise
        self._painting[event.id] = painting = self._painter.submit(self._paint, event)
        painting.add_done_callback(lambda _: self._painting.pop(event.id, None))
        self._tell(event, is_late=is_late)
        return event

    def _tell(self, event: Event, *, is_late: bool) -> None:
        """Pages and notifications are told; a chime rings and a reply waits where somebody stands."""
        kind: Kind = "press-late" if is_late else "press"
        self._bulletin.tell(Happening(kind=kind, at=event.during.start, camera=event.camera, event=event.id))
        if not is_late:
            self._ring(event)

    def _ring(self, event: Event) -> None:
        with self._store.read() as db:
            chosen = rows.find(event.camera, db=db) or DoorbellSettings(camera=event.camera)
        if chosen.chime_url and event.camera not in self._chiming:  # else it is being called
            self._chiming.add(event.camera)
            called = self._chimes.submit(self._chime, chosen, event.during.start)
            called.add_done_callback(lambda _: self._chiming.discard(event.camera))
        say = partial(self._reply_by_itself, event.camera, chosen.reply) if chosen.reply else None
        self._answering.rang(event, after_s=chosen.reply_after_s, say=say)

    def picture(self, event: EventId) -> bytes:
        """The moment of a press, as JPEG, masks painted over; waits for one that is being made."""
        if (painting := self._painting.get(event)) is not None:
            try:
                picture: bytes | None = painting.result(PICTURE_SECONDS)
            except TimeoutError:
                raise NoPictureYet from None
        else:
            picture = rows.picture(self._store, event)
        if picture is None:
            raise NoPicture
        pressed = event_rows.get(self._store, event)
        at = pressed.during.start
        filmed = TimeRange(at - moment.OLDEST, at + stills.INSTANT)
        return stills.masked(self._store, pressed.camera, picture, filmed)

    # Answers

    def waiting(self) -> list[Waiting]:
        """Who stands at a door now, the last one first."""
        return self._answering.waiting()

    def answered(self, event: EventId) -> None:
        """Somebody of the household saw it."""
        self._answering.answered(event)

    def talk(self, camera: CameraId, heard: Heard | None = None) -> Talk:
        """Speak at the door; end it afterwards."""
        talk = self._talks.begin(camera, heard)
        self._answering.answered_at(camera)
        return talk

    def reply(self, camera: CameraId, reply: ReplyId) -> None:
        """Say a recorded reply at the door; answers when it has begun."""
        self._talks.play(camera, self.replies.pcm(reply))
        self._answering.answered_at(camera)

    def try_chime(self, camera: CameraId) -> Chimed:
        """Call it now, and say how it went."""
        chosen = self.settings(camera)
        if not chosen.chime_url:
            raise BadChimeUrl("there is no chime's address yet; save one first")
        return self._chime(chosen, self._clock.now())

    def _chime(self, chosen: DoorbellSettings, at: datetime) -> Chimed:
        name = camera_rows.get(self._store, chosen.camera).name
        chimed = chime.call(chosen.chime_url or "", chosen.chime_method, camera=name, at=at)
        if not chimed.ok:
            log.warning("the chime of camera %s did not ring: %s", chosen.camera, chimed.message)
        with self._store.write() as db:
            rows.save_chimed(chosen.camera, chimed, db=db)
        return chimed

    def _reply_by_itself(self, camera: CameraId, reply: ReplyId) -> None:
        try:
            self._talks.play(camera, self.replies.pcm(reply))
        except (NoSuchReply, SomebodyTalks) as e:
            log.info("nothing was said at camera %s: %s", camera, e.message)
        except LatchstringError as e:
            log.warning("the reply at camera %s could not be said: %s", camera, e.message)

    # Pictures

    def _paint(self, event: Event) -> bytes:
        try:
            jpeg = moment.picture(self._store, self._feed_of(event.camera), event.camera, event.during.start)
            with self._store.write() as db:
                rows.add_picture(event.id, jpeg, db=db)
            return jpeg
        except LatchstringError as e:
            log.info("no picture of the press at camera %s: %s", event.camera, e.message)
            raise

    def _feed_of(self, camera: CameraId) -> LiveFeed | None:
        try:
            return self._feed(camera)
        except camera_rows.NoSuchCamera:
            return None
