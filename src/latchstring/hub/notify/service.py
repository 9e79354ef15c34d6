"""Tells the owner what happens at home: hears the bulletin, decides, writes down; the outbox sends."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import Any, Protocol

from latchstring.base import ids
from latchstring.base.clock import Clock
from latchstring.base.errors import LatchstringError
from latchstring.base.ids import CameraId
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.events.bulletin import Happening
from latchstring.hub.notify import apprise_service, mqtt, policy, push, sending, webhook, words
from latchstring.hub.notify import store as rows
from latchstring.hub.notify.farewell import LET_GO_AFTER, Farewell
from latchstring.hub.notify.homeassistant import Shown
from latchstring.hub.notify.models import (
    BadChannelName,
    Channel,
    ChannelId,
    ChannelKind,
    Notice,
    Subject,
    Told,
    Went,
)
from latchstring.hub.notify.mqtt import Mirror
from latchstring.hub.notify.outbox import Outbox
from latchstring.hub.notify.quiet import NoSuchZone, zone_of
from latchstring.hub.notify.sending import Sender
from latchstring.hub.notify.store import Chosen
from latchstring.hub.store import Store, StoreFull

log = logging.getLogger(__name__)

Picture = Callable[[Happening], bytes | None]
"""The moment of a happening as JPEG, fit to leave the home; None where there is none."""

PICTURE_WAIT: dict[Subject, timedelta] = {"press": timedelta(seconds=0.25), "motion": timedelta(seconds=0.5)}
"""How long telling waits for its picture: a bell is worth more at once than a picture a moment later."""

AT_ONCE = 4
REQUEST_DELAY = timedelta(minutes=30)
"""A message right after a look at the network would show who watches the line that this home was asked."""


class _Lane:
    """Threads that decide, and threads that make pictures. Rings have their own: they wait for no motion."""

    def __init__(self) -> None:
        self.deciding = ThreadPoolExecutor(AT_ONCE, "notify")
        self.painting = ThreadPoolExecutor(AT_ONCE, "notify-picture")


class Detection(Protocol):
    """Whether motion is looked for at a camera, for whoever turns it on and off from outside."""

    def detects(self, camera: CameraId, /) -> bool: ...

    def detect(self, camera: CameraId, is_on: bool, /) -> None: ...


class Notifier:
    """All telling of the home. Use from any thread; `start` it, `stop` it."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        picture: Picture,
        is_doorbell: Callable[[CameraId], bool] = lambda _: False,
        detection: Detection | None = None,
        senders: Mapping[ChannelKind, Sender] | None = None,
        request_delay: timedelta = REQUEST_DELAY,
    ) -> None:
        self._store = store
        self._clock = clock
        self._picture = picture
        self._is_doorbell = is_doorbell
        self._detection = detection
        self._request_delay = request_delay
        self._keys = push.Keys(store)
        self._senders: dict[ChannelKind, Sender] = {
            "push": push.Push(self._keys, clock),
            "apprise": apprise_service.AppriseService(),
            "webhook": webhook.Webhook(clock),
            **(senders or {}),
        }
        self._outbox = Outbox(store, clock, self._senders)
        self._mirrors: dict[ChannelId, Mirror] = {}
        self._mirrors_lock = threading.Lock()
        self._farewells: list[Farewell] = []
        self._rings, self._rest = _Lane(), _Lane()

    def start(self) -> None:
        self._outbox.start()
        for channel in self.channels():
            self._mirror(channel)
        for channel in self._owed_farewells():
            self._say_farewell(channel)

    def stop(self) -> None:
        """What was heard is written down first."""
        self._rings.deciding.shutdown()
        self._rest.deciding.shutdown()
        with self._mirrors_lock:
            mirrors = list(self._mirrors.values())
            self._mirrors.clear()
        for mirror in mirrors:
            mirror.stop()
        for farewell in self._farewells:
            farewell.stop()
        self._rings.painting.shutdown(cancel_futures=True)
        self._rest.painting.shutdown(cancel_futures=True)
        self._outbox.stop()

    def hear(self, happening: Happening) -> None:
        """A listener of the bulletin."""
        for mirror in tuple(self._mirrors.values()):
            mirror.hear(happening)
        if happening.kind in words.SUBJECTS:
            lane = self._rings if happening.kind == "press" else self._rest
            lane.deciding.submit(self._take, happening)

    def _take(self, happening: Happening) -> None:
        try:
            self.tell(happening)
        except Exception:
            log.exception("%s could not be told", happening.kind)

    def tell(self, happening: Happening) -> None:
        """Decide, write down, find the picture, and let it go."""
        channels = [c for c in self.channels() if c.is_on and c.kind in self._senders]
        if not channels:
            return
        rules = _rules(self.chosen())
        notice = words.notice_of(happening, camera_name=self._name(happening.camera), zone=rules.zone)
        if notice is None:
            return
        wait = PICTURE_WAIT.get(notice.subject, timedelta())
        try:
            decision = self._write_down(notice, channels, rules, wait=wait)
        except StoreFull:
            self._tell_unwritten(notice, channels, rules)
            return
        if decision is None:
            return
        try:
            if wait:
                self._attach(notice, happening, wait=wait, after=decision.after)
        finally:
            self._outbox.wake()

    def _write_down(
        self, notice: Notice, channels: Sequence[Channel], rules: policy.Rules, *, wait: timedelta
    ) -> policy.Tell | None:
        """What is decided, and whom to tell; None: nobody."""
        now = self._clock.now()
        with self._store.write() as db:
            if notice.event is not None and rows.is_known(notice.event, db=db):
                return None
            before = rows.before(notice.camera, now=now, db=db)
            decision = policy.may_tell(
                notice.subject, notice.camera, rules=rules, before=before, now=now, at=notice.at
            )
            if isinstance(decision, policy.Silent):
                rows.add_notice(notice, silent=decision.reason, now=now, db=db)
                return None
            if notice.subject == "request":
                decision = _later(decision, self._request_delay)
            if notice.subject in policy.LAST_COUNTS:
                rows.let_go(notice.camera, notice.subject, now=now, db=db)
            rows.add_notice(notice, silent=None, now=now, db=db)
            for channel in channels:
                rows.add_delivery(notice.id, channel, replace(decision, after=decision.after + wait), db=db)
        return decision

    def _tell_unwritten(self, notice: Notice, channels: Sequence[Channel], rules: policy.Rules) -> None:
        """On a full disk: what cannot wait goes out once, from memory, and nobody knows later how it went."""
        now = self._clock.now()
        decision = policy.may_tell(
            notice.subject, notice.camera, rules=rules, before=policy.Before(), now=now, at=notice.at
        )
        if notice.subject not in policy.TOLD_UNWRITTEN or decision != policy.at_once(notice.subject, now):
            log.warning("a %s was not told: the disk is full", notice.subject)
            return
        for channel in channels:
            self._rings.painting.submit(self._send_unwritten, channel, notice)

    def _send_unwritten(self, channel: Channel, notice: Notice) -> None:
        try:
            self._senders[channel.kind].send(channel, notice)
        except Exception as e:  # noqa: BLE001  the message may hold a secret of the channel
            log.warning(
                "a %s was not told by a %s channel: %s", notice.subject, channel.kind, type(e).__name__
            )

    def _attach(self, notice: Notice, happening: Happening, *, wait: timedelta, after: datetime) -> None:
        """With its picture, if that is there in time; then nothing holds it back any more."""
        jpeg = None
        lane = self._rings if notice.subject == "press" else self._rest
        try:
            jpeg = lane.painting.submit(self._picture, happening).result(wait.total_seconds())
        except NotInTime:
            log.info("the picture of a %s was not there in time", happening.kind)
        except LatchstringError as e:
            log.info("no picture of a %s: %s", happening.kind, e.message)
        except Exception:
            log.exception("the picture of a %s could not be made", happening.kind)
        with self._store.write() as db:
            if jpeg is not None:
                rows.add_picture(notice.id, jpeg, db=db)
            rows.release(notice.id, after, db=db)

    # The owner's choices

    def chosen(self) -> Chosen:
        with self._store.read() as db:
            return rows.chosen(db=db)

    def choose(self, chosen: Chosen) -> None:
        """Quiet hours, their zone and the cap."""
        zone_of(chosen.zone)
        with self._store.write() as db:
            rows.choose(chosen, db=db)

    def switch(self, camera: CameraId | None, subject: Subject, *, is_on: bool) -> None:
        """Whether this is told, of this camera or of the home."""
        with self._store.write() as db:
            rows.switch(camera, subject, is_on=is_on, db=db)

    # Channels

    def channels(self) -> list[Channel]:
        with self._store.read() as db:
            return rows.channels(db=db)

    def channel(self, channel: ChannelId) -> Channel:
        with self._store.read() as db:
            return rows.channel(channel, db=db)

    def push_key(self) -> str:
        """What a browser subscribes with."""
        return self._keys.public()

    def add_push(
        self, name: str, *, endpoint: str, p256dh: str, auth: str, device: str | None = None
    ) -> Channel:
        """A browser's subscription; the same browser again replaces its old one."""
        secret = push.settings(endpoint, p256dh, auth)
        made = replace(self._made("push", name, push.about(endpoint), secret), device=device)
        with self._store.write() as db:
            for old in rows.channels(db=db):
                if old.kind == "push" and old.secret["endpoint"] == endpoint:
                    rows.remove_channel(old.id, db=db)
            rows.add_channel(made, now=self._clock.now(), db=db)
        return made

    def add_apprise(self, name: str, url: str) -> Channel:
        return self._add(
            self._made("apprise", name, apprise_service.about(url), apprise_service.settings(url))
        )

    def add_webhook(self, name: str, url: str, *, with_picture: bool = True) -> Channel:
        """Its `secret` is what receivers check the signature with; it is made here."""
        secret = webhook.settings(url, with_picture=with_picture)
        return self._add(self._made("webhook", name, webhook.about(url), secret))

    def add_mqtt(self, name: str, secret: dict[str, Any]) -> Channel:
        """Mirror the home on a broker from now on; `secret` comes from `mqtt.settings`."""
        added = self._add(self._made("mqtt", name, mqtt.about(secret), secret))
        self._mirror(added)
        return added

    def change(self, channel: ChannelId, *, name: str | None = None, is_on: bool | None = None) -> Channel:
        known = self.channel(channel)
        changed = replace(
            known,
            name=known.name if name is None else _checked_name(name),
            is_on=known.is_on if is_on is None else is_on,
        )
        with self._store.write() as db:
            rows.change_channel(changed, db=db)
        self._mirror(changed)
        return changed

    def remove(self, channel: ChannelId) -> None:
        known = self.channel(channel)
        with self._mirrors_lock:
            mirror = self._mirrors.pop(channel, None)
        is_owed = known.kind == "mqtt" and not (mirror is not None and mirror.stop(is_removed=True))
        with self._store.write() as db:
            rows.remove_channel(channel, db=db)
            if is_owed:
                rows.owe_farewell(known, now=self._clock.now(), db=db)
        if is_owed:
            self._say_farewell(known)
        else:
            self._announce_again()

    def test(self, channel: ChannelId) -> Went:
        """Tell something through it now, and what came of it."""
        known = self.channel(channel)
        now = self._clock.now()
        try:
            went = Went(at=now, ok=True, message=self._try(known, now))
        except sending.TryAgain as e:
            went = Went(
                at=now, ok=False, message=e.message.removesuffix("; it is tried again.").rstrip(".") + "."
            )
        except LatchstringError as e:
            went = Went(at=now, ok=False, message=e.message)
        with self._store.write() as db:
            rows.note_use(channel, went, db=db)
        return went

    def history(self, limit: int = 50) -> list[Told]:
        """The newest first."""
        with self._store.read() as db:
            return rows.history(limit=limit, db=db)

    def _try(self, channel: Channel, now: datetime) -> str:
        if channel.kind == "mqtt":
            return mqtt.try_out(channel, self._clock)
        return self._senders[channel.kind].send(channel, words.a_test(now))

    # The home, as it is mirrored

    def shown(self) -> list[Shown]:
        return [
            Shown(
                camera=camera.id,
                name=camera.name,
                is_doorbell=self._is_doorbell(camera.id),
                detects=self._detection is None or self._detection.detects(camera.id),
            )
            for camera in camera_rows.all_cameras(self._store)
        ]

    def removed(self) -> list[CameraId]:
        with self._store.read() as db:
            return rows.removed_cameras(db=db)

    def tells(self, camera: CameraId, subject: Subject) -> bool:
        return (camera, subject) not in self.chosen().off

    def detect(self, camera: CameraId, *, is_on: bool) -> None:
        if self._detection is not None:
            self._detection.detect(camera, is_on)

    def picture_of(self, camera: CameraId) -> bytes | None:
        now = Happening(kind="motion-began", at=self._clock.now(), camera=camera)
        try:
            return self._picture(now)
        except LatchstringError:
            return None

    def went(self, channel: Channel, went: Went) -> None:
        with suppress(StoreFull), self._store.write() as db:
            rows.note_use(channel.id, went, db=db)

    def _owed_farewells(self) -> list[Channel]:
        with suppress(StoreFull), self._store.write() as db:
            return rows.owed_farewells(since=self._clock.now() - LET_GO_AFTER, db=db)
        return []

    def _say_farewell(self, channel: Channel) -> None:
        farewell = Farewell(channel, self, self._farewell_said)
        self._farewells.append(farewell)
        farewell.start()

    def _farewell_said(self, channel: ChannelId) -> None:
        self._announce_again()
        with self._store.write() as db:
            rows.farewell_said(channel, db=db)

    def _announce_again(self) -> None:
        """Another channel may lead to the same broker, where the cameras have the same names."""
        for mirror in tuple(self._mirrors.values()):
            mirror.announce_again()

    def _mirror(self, channel: Channel) -> None:
        """Begin, end or renew the mirroring of an MQTT channel; nothing for others."""
        if channel.kind != "mqtt":
            return
        with self._mirrors_lock:
            old = self._mirrors.pop(channel.id, None)
        if old is not None:
            old.stop()
        if channel.is_on:
            mirror = Mirror(channel, self, self._clock)
            with self._mirrors_lock:
                self._mirrors[channel.id] = mirror
            mirror.start()

    def _made(self, kind: ChannelKind, name: str, about: str, secret: Mapping[str, Any]) -> Channel:
        return Channel(
            id=ChannelId(ids.new("ch")), kind=kind, name=_checked_name(name), about=about, secret=secret
        )

    def _add(self, channel: Channel) -> Channel:
        with self._store.write() as db:
            rows.add_channel(channel, now=self._clock.now(), db=db)
        return channel

    def _name(self, camera: CameraId | None) -> str:
        return "" if camera is None else camera_rows.get(self._store, camera).name


def _rules(chosen: Chosen) -> policy.Rules:
    return policy.Rules(
        zone=_zone(chosen.zone),
        quiet=chosen.quiet,
        rings_in_quiet=chosen.rings_in_quiet,
        per_hour=chosen.per_hour,
        off=chosen.off,
    )


def _zone(chosen: str | None) -> tzinfo:
    """A zone that this machine no longer knows, as after a move to another one, silences no bell."""
    try:
        return zone_of(chosen)
    except NoSuchZone:
        log.warning("this machine does not know the time zone %s any more; its own is taken", chosen)
        return zone_of(None)


def _later(tell: policy.Tell, most: timedelta) -> policy.Tell:
    """After a random part of `most`."""
    delay = timedelta(microseconds=secrets.randbelow(most // timedelta(microseconds=1) + 1))
    return policy.Tell(tell.after + delay, tell.until + delay)


def _checked_name(name: str) -> str:
    if not 1 <= len(name.strip()) <= 60:
        raise BadChannelName
    return name.strip()
