"""The hub's video side as one object: cameras, their recorders and watchers, recordings and events."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from latchstring.base import ids, memory
from latchstring.base.clock import Clock
from latchstring.base.errors import BadInput, LatchstringError
from latchstring.base.ids import CameraId, EventId
from latchstring.base.time import TimeRange, from_micros, to_micros
from latchstring.hub.cameras import address, decode
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.errors import NoKeyframe
from latchstring.hub.cameras.models import CameraSettings, Opener, pictures
from latchstring.hub.cameras.opener import CameraOpener
from latchstring.hub.cameras.patience import WATCHED_SECONDS, Patience
from latchstring.hub.events import store as event_rows
from latchstring.hub.events.around import POST_ROLL, PRE_ROLL, around
from latchstring.hub.events.bulletin import Bulletin, Happening
from latchstring.hub.events.keeper import Keeper
from latchstring.hub.events.models import Count, Event
from latchstring.hub.live.absence import Absences
from latchstring.hub.live.main_stream import MainStream
from latchstring.hub.live.player import NothingLive
from latchstring.hub.live.small_stream import SmallStream
from latchstring.hub.motion import store as motion_rows
from latchstring.hub.motion.models import FrameFeed, MotionSettings
from latchstring.hub.motion.substream import SubStream
from latchstring.hub.motion.watcher import Watcher
from latchstring.hub.recording import beside, index, storage
from latchstring.hub.recording.age import AgeClock
from latchstring.hub.recording.assembler import Assembler
from latchstring.hub.recording.clip import Clip, NothingRecorded
from latchstring.hub.recording.feed import LiveFeed
from latchstring.hub.recording.models import Fragment, Run, StoredGop
from latchstring.hub.recording.pictures import keyframe_jpeg
from latchstring.hub.recording.recorder import CameraStatus, Recorder
from latchstring.hub.recording.recordings import Recordings
from latchstring.hub.recording.repair import RepairReport, repair
from latchstring.hub.recording.retention import Keep, Moment
from latchstring.hub.recording.room import Room
from latchstring.hub.recording.sound_feed import SoundFeed
from latchstring.hub.recording.storage import Storage
from latchstring.hub.recording.thumbnails import Thumbnails
from latchstring.hub.recording.writer import GopWriter
from latchstring.hub.redaction import stills
from latchstring.hub.redaction.plan import Plan, plan_for
from latchstring.hub.store import Store

log = logging.getLogger(__name__)
TIDY_SECONDS = 30.0
MEASURE_SECONDS = 600.0
TEST_SECONDS = 10.0
SNAPSHOT_WIDTH = 1280
ALWAYS = TimeRange(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


class BadCameraName(BadInput):
    """A camera's name has 1 to 60 signs."""


@dataclass(frozen=True, kw_only=True)
class CameraTest:
    """What a first call to an address brought."""

    ok: bool
    message: str
    snapshot: bytes | None = None  # JPEG


@dataclass(frozen=True)
class _Post:
    """One camera at work."""

    recorder: Recorder
    watcher: Watcher
    keeper: Keeper


class Video:
    """Everything about pictures. Made once by the daemon; use from any thread."""

    def __init__(
        self,
        store: Store,
        data_folder: Path,
        clock: Clock,
        opener: Opener | None = None,
        *,
        keep: Keep | None = None,
        bulletin: Bulletin | None = None,
        is_doorbell: Callable[[CameraId], bool] = lambda _: False,
    ) -> None:
        if index.folder(store).parent != data_folder:
            raise ValueError("the recordings lie beside the store's file")
        self.recordings = Recordings(store)
        self._store = store
        self._clock = clock
        self._opener = opener or CameraOpener(clock)
        self._bulletin = bulletin or Bulletin()
        self._is_doorbell = is_doorbell
        self._absences = Absences()
        self.thumbnails = Thumbnails(store)
        self._room = Room(store, keep or Keep(), self._moments)
        self._age = AgeClock(store, clock)
        self._beside: Mapping[beside.Kind, int] = {}
        self._measure_at = clock.monotonic()
        self._posts: dict[CameraId, _Post] = {}
        self._turns: dict[CameraId, threading.Lock] = {}
        self._lock = threading.Lock()
        self._running = False
        self._stopping = threading.Event()
        self._stop_listening: Callable[[], None] = lambda: None
        self._tidier = threading.Thread(target=self._tidy_on, name="tidy", daemon=True)

    def start(self) -> RepairReport:
        """Repair what a crash left, then call every camera; answers what was repaired."""
        memory.give_back_large()  # pictures, which are decoded in many threads
        report = repair(self._store)
        self._make_room()
        with self._store.write() as db:
            event_rows.close_all(db=db)
        with self._lock:
            self._running = True
            for camera in self.cameras():
                self._man(camera)
        self._stop_listening = self._bulletin.listen(self._wake_neighbours)
        self._tidier.start()
        self._store.keep_spare()
        return report

    def stop(self) -> None:
        """Let every camera go, all at once; what is in flight is written."""
        self._stopping.set()
        self._stop_listening()
        with self._lock:
            self._running = False
            posts = list(self._posts)
        leaving = [threading.Thread(target=self._dismiss, args=(camera,)) for camera in posts]
        for thread in leaving:
            thread.start()
        for thread in leaving:
            thread.join()
        if self._tidier.ident is not None:
            self._tidier.join()

    # Cameras

    def cameras(self) -> list[CameraSettings]:
        return camera_rows.all_cameras(self._store)

    def camera(self, camera: CameraId) -> CameraSettings:
        return camera_rows.get(self._store, camera)

    def status(self, camera: CameraId) -> CameraStatus:
        post = self._posts.get(camera)
        if post is None:
            self.camera(camera)
            return CameraStatus(state="failed", since=self._clock.now(), message="The hub is not recording.")
        return post.recorder.status

    def add_camera(
        self, name: str, url: str, sub_url: str | None = None, *, records_sound: bool = False
    ) -> CameraSettings:
        """Enter a camera and call it. That it answers is not needed yet."""
        camera = _checked(
            CameraSettings(
                id=CameraId(ids.new("cam")),
                name=name,
                url=url,
                sub_url=sub_url or None,
                records_sound=records_sound,
            )
        )
        with self._store.write() as db:
            camera_rows.add(camera, now=self._clock.now(), db=db)
        with self._lock:
            if self._running:
                self._man(camera)
        return camera

    def ensure_cameras(self, wanted: Sequence[tuple[str, str, str | None]]) -> None:
        """Cameras from the settings file, as (name, url, sub_url): added or changed, by their name."""
        present = {camera.name: camera for camera in self.cameras()}
        for name, url, sub_url in wanted:
            if name not in present:
                self.add_camera(name, url, sub_url)
            elif (url, sub_url) != (present[name].url, present[name].sub_url):
                self.change_camera(present[name].id, name=name, url=url, sub_url=sub_url)

    def change_camera(
        self,
        camera: CameraId,
        *,
        name: str,
        url: str | None = None,
        sub_url: str | None = None,
        records_sound: bool | None = None,
    ) -> CameraSettings:
        """Rename it, give it new addresses with `url`, record its sound or no longer.

        It is called anew only if something else than its name changed.
        """
        with self._turn(camera):
            old = camera_rows.present(self._store, camera)
            new = replace(old, name=name)
            if records_sound is not None:
                new = replace(new, records_sound=records_sound)
            if url is not None:
                new = replace(new, url=url, sub_url=sub_url or None)
            _checked(new)
            with self._store.write() as db:
                camera_rows.change(new, db=db)
            if replace(old, name=name) != new:
                self._let_go(camera)
                with self._lock:
                    if self._running:
                        self._man(new)
        return new

    def remove_camera(self, camera: CameraId) -> None:
        """Stop recording it. What it recorded stays until its time is up."""
        with self._turn(camera):
            camera_rows.present(self._store, camera)
            self._let_go(camera)
            with self._store.write() as db:
                camera_rows.remove(camera, now=self._clock.now(), db=db)

    def test_camera(self, url: str) -> CameraTest:
        """Call an address once and fetch a picture."""
        try:
            track_avcc, keyframe = self._first_keyframe(url)
            picture = decode.jpeg(keyframe, track_avcc, width=SNAPSHOT_WIDTH)
        except LatchstringError as e:
            return CameraTest(ok=False, message=e.message)
        return CameraTest(
            ok=True, message="The camera answers, and its pictures can be recorded.", snapshot=picture
        )

    def stir(self, camera: CameraId, at_us: int) -> None:
        """Something stirs in front of it, says somebody other than its pictures."""
        post = self._posts.get(camera)
        if post is not None:
            post.watcher.stir(at_us)

    def motion(self, camera: CameraId) -> MotionSettings:
        """Where and how readily its motion is told."""
        return motion_rows.settings_of(self._store, self.camera(camera).id)

    def set_motion(self, camera: CameraId, settings: MotionSettings) -> None:
        self.camera(camera)
        with self._store.write() as db:
            motion_rows.save(camera, settings, db=db)
        self.look_as_chosen(camera)

    def detects(self, camera: CameraId) -> bool:
        """Whether anybody looks for motion there."""
        return self.motion(camera).is_on

    def detect(self, camera: CameraId, is_on: bool) -> None:
        """Look for motion there from now on, or no more."""
        self.set_motion(camera, replace(self.motion(camera), is_on=is_on))

    def looks_at_all(self, camera: CameraId) -> bool:
        """Whether every picture is looked at because it is a doorbell, whatever its owner chose."""
        return self._is_doorbell(camera)

    def look_as_chosen(self, camera: CameraId) -> None:
        """What was chosen for it changed, or whether it is a doorbell."""
        post = self._posts.get(camera)
        if post is not None:
            post.watcher.apply(self._looking(camera))

    def _looking(self, camera: CameraId) -> MotionSettings:
        chosen = self.motion(camera)
        return replace(chosen, always_awake=chosen.always_awake or self.looks_at_all(camera))

    def stirrings(self, camera: CameraId) -> dict[datetime, float]:
        """Minutes of the last day in which something moved, told or not, with the share that lasted."""
        since_us = to_micros(self._clock.now() - timedelta(days=1))
        found = event_rows.stirrings(self._store, camera, since_us=since_us)
        return {from_micros(minute): share for minute, share in found.items()}

    # What they saw

    def feed(self, camera: CameraId) -> LiveFeed:
        """Its live pictures."""
        post = self._posts.get(camera)
        if post is None:
            raise camera_rows.NoSuchCamera
        return post.recorder.feed

    def sound(self, camera: CameraId) -> SoundFeed:
        """Its live sound."""
        post = self._posts.get(camera)
        if post is None:
            raise camera_rows.NoSuchCamera
        return post.recorder.sound

    def longest_clip(self, camera: CameraId, during: TimeRange) -> Clip:
        """For watching: where the recording has breaks, its longest unbroken part within `during`."""
        parts = self.recordings.parts(camera, during)
        if not parts:
            raise NothingRecorded
        return max(parts, key=lambda part: part.during.duration)

    def event_clip(
        self, event: EventId, *, before: timedelta = PRE_ROLL, after: timedelta = POST_ROLL
    ) -> Clip:
        """An event with what was before and after; where that has breaks, the part with most of the event."""
        found = self.event(event)
        parts = self.recordings.parts(found.camera, around(found, before=before, after=after))
        if not parts:
            raise NothingRecorded

        def shares(part: Clip) -> timedelta:
            both = part.during.overlap(found.during)
            return both.duration if both else timedelta()

        return max(parts, key=shares)

    def hidden(self, clip: Clip) -> Plan:
        """What privacy masks hide in it once it leaves."""
        return plan_for(self._store, clip)

    def thumbnail(self, camera: CameraId, at: datetime) -> tuple[StoredGop, bytes]:
        """The GOP that holds `at`, or begins within a minute of it, and a small picture, masks painted."""
        gop, picture = self.thumbnails.at(camera, at)
        return gop, stills.masked(self._store, camera, picture, gop.during)

    def snapshot(
        self,
        camera: CameraId,
        at: datetime | None = None,
        *,
        width: int = SNAPSHOT_WIDTH,
        whole: bool = False,
    ) -> bytes:
        """The keyframe at or last before `at`, or the newest, as JPEG; masks are painted unless `whole`."""
        if at is None and (newest := self._newest(camera, width)) is not None:
            picture, filmed = newest
            return picture if whole else stills.masked(self._store, camera, picture, filmed)
        gop = index.at(self._store, camera, at or self._clock.now())
        if gop is None:
            raise NothingRecorded
        picture = keyframe_jpeg(self._store, gop, width=width)
        return picture if whole else stills.masked(self._store, camera, picture, gop.during)

    def live_picture(self, camera: CameraId) -> bytes:
        """The newest keyframe as JPEG, masks painted; only while the camera is there."""
        newest = self._newest(camera, SNAPSHOT_WIDTH)
        if newest is None:
            raise NothingLive
        picture, filmed = newest
        return stills.masked(self._store, camera, picture, filmed)

    def _newest(self, camera: CameraId, width: int) -> tuple[bytes, datetime] | None:
        """The keyframe in memory, whole, and when it was filmed."""
        post = self._posts.get(camera)
        batch = None if post is None else post.recorder.feed.after(None)
        if batch is None:
            return None
        first = batch.fragments[0]
        picture = decode.jpeg(first.data[first.sample_at :], batch.run.track.avcc, width=width)
        return picture, from_micros(first.utc_us)

    def events_during(self, camera: CameraId, time: TimeRange) -> list[Event]:
        return event_rows.during(self._store, camera, time)

    def event_counts(self, camera: CameraId, time: TimeRange) -> list[Count]:
        return event_rows.counts(self._store, camera, time)

    def events(
        self,
        *,
        before: datetime | None = None,
        after: datetime | None = None,
        cameras: Collection[CameraId] | None = None,
    ) -> list[Event]:
        """The newest first, a page of them; of these cameras, or of all."""
        return event_rows.latest(self._store, before=before, after=after, cameras=cameras)

    def event(self, event: EventId) -> Event:
        return event_rows.get(self._store, event)

    def activity(self, camera: CameraId, time: TimeRange, *, step_seconds: int = 60) -> dict[datetime, float]:
        """Each step in which something moved, with the largest share of the picture that did."""
        found = event_rows.activity(self._store, camera, time, step_us=step_seconds * 1_000_000)
        return {from_micros(start): peak for start, peak in found.items()}

    # Keeping

    @property
    def keep(self) -> Keep:
        return self._room.keep

    @keep.setter
    def keep(self, keep: Keep) -> None:
        self._room.keep = keep

    @property
    def free_bytes(self) -> int:
        return self._room.free_bytes()

    @property
    def used_bytes(self) -> int:
        """By recordings."""
        return sum(index.taken(self._store).values())

    def old_by(self) -> datetime:
        """The time by which age is judged: whoever deletes for good asks this, not the clock."""
        return self._age.now()

    def storage(self) -> Storage:
        """What the recordings take, and for how long the disk lasts."""
        return storage.look(
            storage.held(self._store, now=self._clock.now()),
            self.keep,
            free_bytes=self._room.free_bytes(),
            reserve_bytes=self._room.reserve_bytes(),
            beside=self._beside,
            doubt=self._age.doubt(),
        )

    # At work

    def _man(self, camera: CameraSettings) -> None:
        recorder = Recorder(
            camera,
            opener=self._opener,
            clock=self._clock,
            writer=GopWriter(self._store),
            make_room=self._make_room,
        )
        frames: FrameFeed = MainStream(recorder.feed)
        patience = [recorder.patience]
        if camera.sub_url:
            patience.append(Patience(WATCHED_SECONDS))
            called = SubStream(
                camera, camera.sub_url, opener=self._opener, clock=self._clock, patience=patience[-1]
            )
            frames = SmallStream(recorder, called)
        keeper = Keeper(camera.id, self._store, self._bulletin)
        watcher = Watcher(camera.id, frames, keeper.tell, self._looking(camera.id), patience=patience)
        self._posts[camera.id] = _Post(recorder, watcher, keeper)
        recorder.start()
        watcher.start()

    def _wake_neighbours(self, happening: Happening) -> None:
        """Who is at one camera is soon at another."""
        if happening.kind in ("motion-began", "press"):
            for camera in list(self._posts):
                if camera != happening.camera:
                    self.stir(camera, to_micros(happening.at))

    @contextmanager
    def _turn(self, camera: CameraId) -> Iterator[None]:
        """Nobody else changes this camera meanwhile; one that is slow to stop holds up no other."""
        with self._lock:
            turn = self._turns.setdefault(camera, threading.Lock())
        with turn:
            yield

    def _dismiss(self, camera: CameraId) -> None:
        with self._turn(camera):
            self._let_go(camera)

    def _let_go(self, camera: CameraId) -> None:
        """In its turn."""
        post = self._posts.get(camera)
        if post is not None:
            post.watcher.stop()
            post.recorder.stop()
            post.keeper.stop()
            del self._posts[camera]  # not before: what it still writes is growing

    def _make_room(self) -> None:
        """Called before each GOP is written; deletes only when the disk is short."""
        if self._room.is_short():
            self._room.make(now=self._age.now(), growing=self._growing())

    def _moments(self, camera: CameraId) -> list[Moment]:
        """What of a camera belongs to events, with the seconds around each."""
        parts = [around(event) for event in event_rows.during(self._store, camera, ALWAYS)]
        return [Moment(to_micros(part.start), to_micros(part.end)) for part in parts]

    def _growing(self) -> set[str]:
        return {path for post in list(self._posts.values()) if (path := post.recorder.growing)}

    def _tidy_on(self) -> None:
        while not self._stopping.wait(TIDY_SECONDS):
            try:
                self.tidy()
            except Exception as e:  # noqa: BLE001  one surprise must not let a disk fill up for good
                log.warning("old recordings could not be deleted: %s", type(e).__name__)

    def tidy(self) -> None:
        """Tell who is away, and delete what is past its time; every half minute."""
        self._age.look()
        self._store.keep_spare()
        now, old_by = self._clock.now(), self._age.now()
        statuses = {camera: post.recorder.status for camera, post in list(self._posts.items())}
        for happening in self._absences.look(statuses, now):
            self._bulletin.tell(happening)
        self._room.make(now=old_by, growing=self._growing())
        self._age.keep()
        with self._store.write() as db:
            for camera in camera_rows.ids(db=db):
                rule = self.keep.rule_of(camera)
                days = timedelta(days=max(rule.days, rule.event_days))
                event_rows.forget_before(camera, old_by - days, db=db)
        for post in list(self._posts.values()):
            post.keeper.settle(to_micros(now))
        if (running := self._clock.monotonic()) >= self._measure_at:
            self._beside, self._measure_at = beside.sizes(self._store.path.parent), running + MEASURE_SECONDS

    def _first_keyframe(self, url: str) -> tuple[bytes, bytes]:
        """Decoder set-up and first keyframe of an address."""
        deadline = self._clock.monotonic() + TEST_SECONDS
        camera = CameraId("test")
        with closing(self._opener.open(url)) as source:
            assembler = Assembler(camera, source.info, self._clock)
            run: Run | None = None
            for packet in pictures(source):
                for made in assembler.feed(packet):
                    if isinstance(made, Run):
                        run = made
                    elif isinstance(made, Fragment) and run is not None:
                        return run.track.avcc, made.data[made.sample_at :]
                if self._clock.monotonic() > deadline:
                    break
        raise NoKeyframe


def _checked(camera: CameraSettings) -> CameraSettings:
    if not 1 <= len(camera.name.strip()) <= 60:
        raise BadCameraName
    for url in filter(None, (camera.url, camera.sub_url)):
        address.parse(url)
    return camera
