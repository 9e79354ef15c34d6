"""One home's recorder: builds the parts and keeps them running. The only file that knows them all."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Any

from latchstring.base.clock import Clock, SteadyClock, SystemClock
from latchstring.base.errors import LatchstringError
from latchstring.base.files import FolderLock
from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.models import CameraNotice
from latchstring.hub.cameras.onvif.service import Onvif
from latchstring.hub.doorbell import moment
from latchstring.hub.doorbell.service import Doorbell
from latchstring.hub.events.bulletin import Bulletin, Happening
from latchstring.hub.https.certificates import HomeCertificate, OwnersCertificate
from latchstring.hub.https.machine import reached
from latchstring.hub.live.video import Video
from latchstring.hub.notify.service import Notifier
from latchstring.hub.offsite import restore
from latchstring.hub.offsite.copier import Copier
from latchstring.hub.owner import service as owner
from latchstring.hub.owner.models import Choices
from latchstring.hub.recording import rules
from latchstring.hub.recording.recordings import Recordings
from latchstring.hub.recording.repair import RepairReport
from latchstring.hub.recording.retention import Keep, Rule
from latchstring.hub.recording.rules import OwnRule
from latchstring.hub.redaction import masks, stills
from latchstring.hub.redaction.redactor import Redactor
from latchstring.hub.settings import HubSettings
from latchstring.hub.store import Store, backup, snapshot
from latchstring.hub.uplink.follow import Follower
from latchstring.hub.uplink.share import Sender, Sharing
from latchstring.sealing import keys

SEND_AGAIN_SECONDS = 30.0
"""How long to wait for a network that is down, before an upload goes on."""


class Hub:
    """A hub on its data folder, which it owns alone. Build it, `start` it, `stop` it; usable with `with`."""

    def __init__(self, settings: HubSettings, *, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = SteadyClock(clock or SystemClock())
        self.outbox = settings.data / "outbox"
        self.leaving = threading.Event()  # set when nobody new is answered: what has no end ends
        with ExitStack() as made:
            made.enter_context(FolderLock(settings.data))
            snapshot.tidy(settings.data)
            backup.tidy(settings.data)
            restore.tidy(settings.data)
            self.store = Store(settings.data / "hub.db")
            made.callback(self.store.close)
            self.device = keys.load_or_make_device_key(settings.data / "device.key")
            self.outbox.mkdir(exist_ok=True, mode=0o700)
            self.certificate = self._certificate()
            self.bulletin = Bulletin()
            self.video = Video(
                self.store,
                settings.data,
                self.clock,
                keep=self._keep(),
                bulletin=self.bulletin,
                is_doorbell=self._is_doorbell,
            )
            self.recordings = Recordings(self.store, with_sound=False)  # for all that may leave on request
            self.doorbell = Doorbell(
                self.store,
                self.bulletin,
                self.clock,
                feed=self.video.feed,
                changed=self.video.look_as_chosen,
            )
            made.callback(self.doorbell.stop)
            self.notifier = Notifier(
                self.store,
                self.clock,
                picture=self._picture,
                is_doorbell=self._is_doorbell,
                detection=self.video,
            )
            made.callback(self.notifier.stop)
            self.onvif = Onvif(
                self.store,
                self.clock,
                tell=self.hear,
                masks_of=lambda camera: masks.holding(self.store, camera),
                where=settings.camera_search,
            )
            self.copier = Copier(
                self.store,
                self.video.recordings,
                self.clock,
                settings.data / "copies",
                old_by=self.video.old_by,
            )
            self.follower = Follower(
                self.store,
                self.recordings,
                self.choices,
                clock=self.clock,
                every=settings.follow_seconds,
                jitter=settings.follow_jitter_seconds,
                bulletin=self.bulletin,
            )
            self.redactor = Redactor(self.store, lambda: self.recordings, self.clock)
            sharing = Sharing(self.store, self.recordings, self.device, self.outbox)
            self.sender = Sender(
                sharing,
                self.store,
                self.choices,
                clock=self.clock,
                old_by=self.video.old_by,
                look_again_seconds=min(settings.follow_seconds, SEND_AGAIN_SECONDS),
            )
            self._made = made.pop_all()

    def choices(self) -> Choices:
        """What holds now: the owner's choice, or else the settings file's."""
        return owner.choices(self.store, self.settings)

    def own_rules(self) -> Mapping[CameraId, OwnRule]:
        """Of cameras that are kept longer or shorter than the rest: the page's rules over the file's."""
        with self.store.read() as db:
            names = camera_rows.ids_by_name(db=db)
        filed = {
            names[camera["name"]]: _filed_rule(camera)
            for camera in self.settings.camera
            if camera["name"] in names
        }
        return {**filed, **rules.all_own(self.store)}

    def keep_otherwise(self, camera: CameraId, rule: OwnRule) -> None:
        """The owner wants one camera's recordings kept longer or shorter than the rest."""
        self.video.camera(camera)
        with self.store.write() as db:
            rules.save(camera, rule, db=db)
        self.choices_changed()

    def choices_changed(self) -> None:
        """The owner chose something on the pages."""
        self.video.keep = self._keep()
        self.follower.begin_if_idle()

    def start(self) -> RepairReport:
        """Record, follow, and carry on what was begun; answers what a crash had left to repair."""
        self._made.callback(self.video.stop)
        self.notifier.start()
        self._made.callback(self.bulletin.listen(self.notifier.hear))
        report = self.video.start()
        self.video.ensure_cameras(self.settings.cameras)
        self.video.keep = self._keep()  # the file's cameras are known now
        self.onvif.start()
        self._made.callback(self.onvif.stop)
        self.redactor.start()
        self._made.callback(self.redactor.stop)
        self.copier.start()
        self._made.callback(self.copier.stop)
        self._made.callback(self.bulletin.listen(self.copier.hear))
        self.follower.start()
        self._made.callback(self.follower.stop)
        self.sender.start()
        self._made.callback(self.sender.stop)
        return report

    def hear(self, notice: CameraNotice) -> None:
        """A camera said something by itself: a press is told, and what goes on is looked at closely."""
        if notice.kind == "press":
            self.doorbell.hear(notice)
        if notice.active and not notice.is_late:
            self.video.stir(notice.camera, notice.at_us)

    def is_alive(self) -> bool:
        """Whether the store can be read: what a restart could mend."""
        try:
            with self.store.read() as db:
                db.execute("SELECT 1 FROM camera LIMIT 1")
        except (sqlite3.Error, LatchstringError):
            return False
        return True

    def stop(self) -> None:
        """Stop what was started, in the opposite order, and let go of the folder."""
        self._made.close()

    def _is_doorbell(self, camera: CameraId) -> bool:
        return self.doorbell.settings(camera).is_on

    def _certificate(self) -> HomeCertificate | OwnersCertificate | None:
        settings = self.settings
        if not settings.serves_https:
            return None
        if settings.certificate is not None and settings.certificate_key is not None:
            return OwnersCertificate(settings.certificate, settings.certificate_key)
        return HomeCertificate(settings.data / "https", lambda: reached(settings.names), self.clock)

    def _picture(self, happening: Happening) -> bytes | None:
        """The moment of a happening, fit to leave the home."""
        camera = happening.camera
        if camera is None:
            return None
        if happening.kind in ("press", "press-late") and happening.event is not None:
            return self.doorbell.picture(happening.event)
        now = self.clock.now()
        picture = moment.picture(self.store, self.video.feed(camera), camera, now)
        return stills.masked(self.store, camera, picture, TimeRange(now - moment.OLDEST, now))

    def _keep(self) -> Keep:
        choices, settings = self.choices(), self.settings
        common = Rule(
            days=choices.retention_days or settings.retention_days,
            event_days=choices.event_days or settings.event_days,
        )
        return Keep(
            rule=common,
            cameras={camera: own.over(common) for camera, own in self.own_rules().items()},
            min_free_bytes=round(settings.reserve_gb * 1e9),
        )

    def __enter__(self) -> Hub:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.stop()


def _filed_rule(camera: Mapping[str, Any]) -> OwnRule:
    """What the settings file says of how long a camera's recordings stay."""
    gb = camera.get("max_gb")
    return OwnRule(
        days=camera.get("retention_days"),
        event_days=camera.get("event_days"),
        max_bytes=None if gb is None else round(gb * 1e9),
    )
