"""Sealed copies away from home: what goes there, what that says, and what comes back from it alone."""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import av
import numpy as np
import pyrage
import pytest
from click.testing import CliRunner
from moto.server import ThreadedMotoServer

from latchstring.base.ids import EventId
from latchstring.base.time import TimeRange, to_micros
from latchstring.cli.main import main
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.cameras.regions import Region
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.events import store as event_rows
from latchstring.hub.events.models import Event
from latchstring.hub.offsite import copier, parcel
from latchstring.hub.offsite import store as rows
from latchstring.hub.offsite.copier import SETTLED, Copier, NotSetUpYet, pause_after
from latchstring.hub.offsite.models import (
    BadTarget,
    DiskAway,
    NoHousehold,
    NoTarget,
    OtherHousehold,
    PlaceEmpty,
    Target,
    TargetTrouble,
)
from latchstring.hub.offsite.restore import restore
from latchstring.hub.offsite.target import COPIES, HOUSEHOLD, ObjectTarget
from latchstring.hub.owner import service as owner
from latchstring.hub.owner import store as owner_rows
from latchstring.hub.owner.models import Choices
from latchstring.hub.owner.password import hash_password
from latchstring.hub.recording import index
from latchstring.hub.recording.clip import Clip, cut, parts
from latchstring.hub.recording.download import while_made
from latchstring.hub.recording.recordings import Recordings
from latchstring.hub.recording.repair import repair
from latchstring.hub.recording.writer import GopWriter
from latchstring.hub.redaction import masks
from latchstring.hub.store import Store
from latchstring.hub.store.migrations import migrations
from latchstring.sealing import keys
from latchstring.sealing.keys import WrongRecoveryCode
from latchstring.sealing.recovery import RecoveryCode
from latchstring.testing.clock import FakeClock
from latchstring.testing.recorded import CAMERA, SMALL, gops_of
from latchstring.testing.waiting import until

PASSWORD = "three quiet herons"
NEW_PASSWORD = "four loud herons"
DOOR = Region(name="Door", corners=((0.1, 0.1), (0.5, 0.1), (0.5, 0.5)))
WIDE_EVENT = timedelta(seconds=1)


class Home:
    """A hub's store with an owner, a camera that has filmed, and a copier that is driven by hand."""

    def __init__(self, folder: Path, code: RecoveryCode, household: keys.Household, hashed: str) -> None:
        self.clock = FakeClock()
        self.store = Store(folder / "hub.db")
        self.code = code
        self.copier = Copier(self.store, Recordings(self.store), self.clock, folder / "copies")
        with self.store.write() as db:
            porch = CameraSettings(id=CAMERA, name="Porch", url="rtsp://owner:secret@192.0.2.1/main")
            camera_rows.add(porch, now=self.clock.now(), db=db)
            owner_rows.add_owner(hashed, household, now=self.clock.now(), db=db)

    def film(self, seconds: float, scene: Scene = SMALL, *, tone_rate: int | None = None) -> TimeRange:
        writer = GopWriter(self.store)
        filmed = gops_of(scene, seconds, clock=self.clock, tone_rate=tone_rate)
        gops = [writer.write(gop) for gop in filmed]
        writer.close()
        return TimeRange(gops[0].during.start, gops[-1].during.end)

    def event(self, during: TimeRange, name: str = "ev_a") -> Event:
        start, end = to_micros(during.start), to_micros(during.end)
        event = Event(
            id=EventId(name),
            camera=CAMERA,
            start_us=start,
            end_us=end,
            peak_us=start,
            score=0.25,
            is_open=False,
        )
        with self.store.write() as db:
            event_rows.save(event, db=db)
        return event

    def filmed_event(self, name: str = "ev_a", *, tone_rate: int | None = None) -> Event:
        """Something that is to be copied, long enough ago."""
        filmed = self.film(4, tone_rate=tone_rate)
        event = self.event(TimeRange(filmed.start + WIDE_EVENT, filmed.start + 2 * WIDE_EVENT), name)
        self.clock.advance((filmed.end + SETTLED - self.clock.now()).total_seconds() + 1)
        return event


@pytest.fixture(scope="session")
def made_once() -> tuple[RecoveryCode, keys.Household, str]:
    """A code, the key that it opens, and a password's hash: each takes its time on purpose."""
    code = RecoveryCode.generate()
    return code, keys.new_household(code), hash_password(PASSWORD)


@pytest.fixture
def home(tmp_path: Path, made_once: tuple[RecoveryCode, keys.Household, str]) -> Iterator[Home]:
    home = Home(tmp_path / "home", *made_once)
    yield home
    home.store.close()


@pytest.fixture
def place(tmp_path: Path) -> Target:
    return Target(url=(tmp_path / "elsewhere").as_uri(), keep_days=30)


@pytest.fixture
def new_hub(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "new" / "hub.db")
    yield store
    store.close()


def everything_in(place: Target) -> dict[str, bytes]:
    opened = ObjectTarget(place)
    return {name: opened.get_bytes(name) or b"" for name in [HOUSEHOLD, *opened.names()]}


def bring_back(store: Store, place: Target, home: Home, code: RecoveryCode | None = None):
    return restore(
        store,
        place,
        code or home.code,
        password=NEW_PASSWORD,
        now=home.clock.now(),
        tell=lambda done, of: None,
    )


def clip_of(store: Store, during: TimeRange) -> Clip:
    return cut(store, CAMERA, during)


def test_a_new_hub_comes_back_from_the_code_and_the_copies_alone(home, place, new_hub):
    """The event, its clip byte for byte, the camera's name and its masks; and the household's own key."""
    home.copier.choose(place)
    event = home.filmed_event()
    masks.set_masks(home.store, CAMERA, [DOOR], now=event.during.start)
    assert home.copier.copy_next()

    back = bring_back(new_hub, place, home)

    assert (back.copies, back.events, back.bad) == (1, 1, ())
    assert event_rows.get(new_hub, event.id) == event
    assert clip_of(new_hub, event.during).sha256 == clip_of(home.store, event.during).sha256
    assert camera_rows.get(new_hub, CAMERA).name == "Porch"
    assert camera_rows.get(new_hub, CAMERA).url == ""
    assert masks.covering(new_hub, CAMERA, event.during) == [DOOR]
    owner.sign_in(new_hub, password=NEW_PASSWORD, now=home.clock.now())
    assert not repair(new_hub).found_something


def test_sound_comes_back_with_its_pictures(home, place, new_hub):
    """Byte for byte, row for row; a player decodes the tone for as long as the pictures last."""
    home.copier.choose(place)
    event = home.filmed_event(tone_rate=8000)
    home.copier.copy_next()
    bring_back(new_hub, place, home)
    was, came = clip_of(home.store, event.during), clip_of(new_hub, event.during)
    assert came.run.sound == was.run.sound is not None
    assert came.data == was.data
    assert [gop.sound_bytes for gop in came.gops] == [gop.sound_bytes for gop in was.gops]
    assert all(gop.sound_bytes > 7000 for gop in came.gops)
    with av.open(io.BytesIO(b"".join(while_made(came, came.pictures.chunks())))) as file:
        rate = file.streams.audio[0].rate
        to_s16 = av.AudioResampler("s16", "mono", rate)
        frames = [out for frame in file.decode(audio=0) for out in to_s16.resample(frame)]
    heard = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    assert np.argmax(np.abs(np.fft.rfft(heard))) * rate / len(heard) == pytest.approx(440, abs=1)
    assert len(heard) / rate == pytest.approx(came.during.duration.total_seconds(), abs=0.3)
    assert not repair(new_hub).found_something


def test_what_lies_there_says_nothing(home, place):
    """Sealed: no frame, no name, no time, no camera's login; object names and lengths give nothing away."""
    home.copier.choose(place)
    event = home.filmed_event()
    home.copier.copy_next()
    keyframe = clip_of(home.store, event.during).chunk(1)[200:400]
    told = everything_in(place)
    assert len(told) == 2
    for name, data in told.items():
        for secret in (
            keyframe,
            b"Porch",
            b"secret",
            b"192.0.2.1",
            b"mdat",
            event.id.encode(),
            home.code.text.encode(),
        ):
            assert secret not in data
        assert event.id not in name
        assert CAMERA not in name


def test_restoring_twice_changes_nothing(home, place, new_hub):
    """Who is interrupted simply does it again."""
    home.copier.choose(place)
    home.filmed_event()
    home.copier.copy_next()
    first = bring_back(new_hub, place, home)
    again = bring_back(new_hub, place, home)
    assert first.gops > 0
    assert (again.gops, again.events) == (0, 0)


def test_clips_that_share_gops_come_back_as_one_recording(home, place, new_hub):
    """Two events a second apart are two copies that overlap; each GOP is there once."""
    home.copier.choose(place)
    filmed = home.film(6)
    for n, name in enumerate(("ev_a", "ev_b")):
        start = filmed.start + timedelta(seconds=1 + 2 * n)
        home.event(TimeRange(start, start + WIDE_EVENT), name)
    home.clock.advance(60)
    while home.copier.copy_next():
        pass
    bring_back(new_hub, place, home)
    [clip] = parts(new_hub, CAMERA, filmed)
    assert clip.sha256 == clip_of(home.store, filmed).sha256
    assert not repair(new_hub).found_something


def test_a_changed_object_is_named_and_the_rest_comes_back(home, place, new_hub, tmp_path):
    home.copier.choose(place)
    home.filmed_event("ev_a")
    home.filmed_event("ev_b")
    while home.copier.copy_next():
        pass
    [first, second] = sorted((tmp_path / "elsewhere" / COPIES).iterdir())
    data = bytearray(first.read_bytes())
    data[len(data) // 2] ^= 1
    first.write_bytes(data)
    back = bring_back(new_hub, place, home)
    assert back.bad == (COPIES + first.name,)
    assert (back.copies, back.events) == (1, 1)
    assert second.exists()


def test_a_restore_that_was_interrupted_is_done_again(home, place, new_hub):
    """The film was on disk, and its rows were not."""
    home.copier.choose(place)
    event = home.filmed_event()
    home.copier.copy_next()
    bring_back(new_hub, place, home)
    with new_hub.write() as db:
        index.drop_segments([each.id for each in index.segments(new_hub)], db=db)
    again = bring_back(new_hub, place, home)
    assert (again.copies, again.gops, again.bad) == (1, 0, ())
    assert clip_of(new_hub, event.during).sha256 == clip_of(home.store, event.during).sha256


@pytest.mark.parametrize(
    "other",
    [{"camera": "../../elsewhere"}, {"start_us": "soon"}, {"end_us": -1}, {"kind": "faces"}],
    ids=["a-path", "no-time", "a-time-before-all", "no-kind"],
)
def test_a_copy_that_somebody_else_sealed_is_named_and_leaves_no_file(home, place, new_hub, tmp_path, other):
    """Who can write to the place can seal to the household too; what is not as a hub writes it is left."""
    home.copier.choose(place)
    event = home.filmed_event()
    home.copier.copy_next()
    clip = clip_of(home.store, event.during)
    if "camera" in other:
        clip = replace(clip, camera=other["camera"])
    else:
        event = replace(event, **other)
    with home.store.read() as db:
        household = owner_rows.household(db=db)
    sealed = io.BytesIO()
    parcel.seal(clip, event, "Porch", [], sealed, household.recipient)
    ObjectTarget(place).put_bytes(f"{COPIES}0.age", sealed.getvalue())
    back = bring_back(new_hub, place, home)
    assert back.bad == (f"{COPIES}0.age",)
    assert (back.copies, back.events) == (1, 1)
    assert not list(tmp_path.rglob("elsewhere/2*"))


def test_a_copy_takes_no_instant_from_another_recording(home, place, new_hub):
    """Here another GOP began just then: both are kept, however often the copies are brought back."""
    home.copier.choose(place)
    home.filmed_event()
    home.copier.copy_next()
    writer = GopWriter(new_hub)
    here = [writer.write(gop) for gop in gops_of(replace(SMALL, seed=1), 4)]
    writer.close()
    back = bring_back(new_hub, place, home)
    assert back.gops > 0
    with new_hub.read() as db:
        (count,) = db.execute("SELECT count(*) FROM gop").fetchone()
    assert count == len(here) + back.gops
    assert bring_back(new_hub, place, home).gops == 0


def test_what_a_killed_restore_had_opened_is_deleted(home, place, new_hub):
    """By the next one; a start does the same."""
    left = new_hub.path.parent / ".restoring-abc"
    left.mkdir()
    (left / "plain").write_bytes(b"the street")
    home.copier.choose(place)
    bring_back(new_hub, place, home)
    assert not left.exists()


def test_another_code_opens_nothing(home, place, new_hub):
    home.copier.choose(place)
    with pytest.raises(WrongRecoveryCode):
        bring_back(new_hub, place, home, RecoveryCode.generate())
    assert owner.needs_set_up(new_hub)


def test_a_hub_of_another_household_is_left_alone(home, place, new_hub):
    owner.set_up(new_hub, password=PASSWORD, choices=Choices(), now=home.clock.now())
    home.copier.choose(place)
    with pytest.raises(OtherHousehold):
        bring_back(new_hub, place, home)


def test_only_what_happened_since_is_copied(home, place):
    """Choosing a place does not send the past away."""
    home.filmed_event("ev_a")
    home.copier.choose(place)
    assert not home.copier.copy_next()
    home.filmed_event("ev_b")
    assert home.copier.progress().waiting == 1
    assert home.copier.copy_next()
    assert home.copier.progress().waiting == 0


def test_an_event_without_a_recording_is_not_asked_for_again(home, place):
    """Its time was up before the store came back."""
    home.copier.choose(place)
    now = home.clock.now()
    home.event(TimeRange(now + timedelta(seconds=1), now + timedelta(seconds=2)))
    home.clock.advance(60)
    assert home.copier.copy_next()
    assert not home.copier.copy_next()
    assert home.copier.progress().copies == 0


def test_a_recording_that_cannot_be_read_holds_up_no_other(home, place, caplog):
    """Deleted by hand, or the disk has lost it: the next event is copied, and the log says what is missing."""
    home.copier.choose(place)
    home.filmed_event("ev_a")
    [lost] = index.folder(home.store).glob("*/*/*.mp4")
    lost.unlink()
    home.filmed_event("ev_b")
    while home.copier.copy_next():
        pass
    progress = home.copier.progress()
    assert (progress.copies, progress.waiting) == (1, 0)
    assert "its recording cannot be read" in caplog.text


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_store_that_was_half_filled_gives_back_the_rest(home, place, new_hub, tmp_path, share):
    """A copy that broke off on its way is named; the whole one beside it comes back."""
    home.copier.choose(place)
    home.filmed_event("ev_a")
    event = home.filmed_event("ev_b")
    while home.copier.copy_next():
        pass
    with home.store.read() as db:
        name = db.execute("SELECT name FROM offsite_copy WHERE event = 'ev_a'").fetchone()["name"]
    half = tmp_path / "elsewhere" / name
    half.write_bytes(half.read_bytes()[: round(half.stat().st_size * share)])
    back = bring_back(new_hub, place, home)
    assert (back.copies, back.bad) == (1, (name,))
    assert clip_of(new_hub, event.during).sha256 == clip_of(home.store, event.during).sha256


@pytest.mark.parametrize("record", [b"", b'{"version": "latchstring household 1", "recip'])
def test_without_a_whole_record_of_the_household_nothing_is_begun(home, place, new_hub, tmp_path, record):
    """The new hub stays without an owner, so it can be set up or restored from elsewhere."""
    home.copier.choose(place)
    (tmp_path / "elsewhere" / HOUSEHOLD).write_bytes(record)
    with pytest.raises(NoHousehold):
        bring_back(new_hub, place, home)
    with new_hub.read() as db:
        assert owner_rows.household(db=db) is None


def test_an_open_event_waits_for_its_end(home, place):
    home.copier.choose(place)
    home.filmed_event()
    with home.store.write() as db:
        db.execute("UPDATE event SET is_open = 1")
    assert not home.copier.copy_next()
    with home.store.write() as db:
        db.execute("UPDATE event SET is_open = 0")
    assert home.copier.copy_next()


def test_copies_are_deleted_when_their_time_is_up(home, place):
    home.copier.choose(place)
    home.filmed_event()
    home.copier.copy_next()
    home.clock.advance(29 * 86_400)
    home.copier.tidy()
    assert len(everything_in(place)) == 2
    home.clock.advance(86_400)
    home.copier.tidy()
    assert list(everything_in(place)) == [HOUSEHOLD]
    assert home.copier.progress().copies == 0


@pytest.fixture
def other(tmp_path: Path) -> Target:
    return Target(url=(tmp_path / "other").as_uri(), keep_days=10)


@pytest.fixture
def moved(home: Home, place: Target, other: Target) -> Home:
    """A copy lies in each: the owner chose another place after the first event."""
    home.copier.choose(place)
    home.filmed_event("ev_a")
    home.copier.copy_next()
    home.copier.choose(other)
    home.filmed_event("ev_b")
    home.copier.copy_next()
    return home


def tidy(home: Home) -> None:
    home.copier.tidy()
    for each in home.copier.before():
        home.copier.tidy_before(each.target)


def ways_kept(home: Home) -> list[str]:
    """How to get to places before: with their keys."""
    with home.store.read() as db:
        return [row["url"] for row in db.execute("SELECT url FROM offsite_before")]


def test_what_went_elsewhere_before_is_deleted_there_when_its_time_is_up(moved, place, other):
    """Each by the days that its own place was given; then the hub forgets how to get there."""
    [before] = moved.copier.before()
    assert (before.target, before.copies, moved.copier.progress().copies) == (place, 1, 1)
    assert before.empty_at - moved.clock.now() < timedelta(days=30)
    moved.clock.advance(11 * 86_400)
    tidy(moved)
    assert (len(everything_in(place)), list(everything_in(other))) == (2, [HOUSEHOLD])
    moved.clock.advance(20 * 86_400)
    tidy(moved)
    assert list(everything_in(place)) == [HOUSEHOLD]
    assert ways_kept(moved) == []
    assert moved.copier.target() == other


def test_who_stops_copying_leaves_nothing_for_longer_than_was_promised(home, place):
    home.copier.choose(place)
    home.filmed_event()
    home.copier.copy_next()
    home.copier.leave()
    assert home.copier.target() is None
    assert [each.copies for each in home.copier.before()] == [1]
    home.clock.advance(31 * 86_400)
    tidy(home)
    assert list(everything_in(place)) == [HOUSEHOLD]


def test_a_place_that_is_chosen_again_is_no_place_before(moved, place, other):
    """Its copies count as they did; those of the place between are the ones from before now."""
    again = Target(url=place.url + "/", keep_days=30)
    moved.copier.choose(again)
    assert [each.target for each in moved.copier.before()] == [other]
    assert moved.copier.progress().copies == 1
    moved.clock.advance(31 * 86_400)
    tidy(moved)
    assert list(everything_in(place)) == list(everything_in(other)) == [HOUSEHOLD]


def test_a_place_without_copies_is_forgotten_at_once(home, place, other):
    home.copier.choose(place)
    home.copier.choose(other)
    assert ways_kept(home) == []


def test_a_disk_that_is_not_plugged_in_keeps_its_copies_in_mind(moved, place, tmp_path):
    """Its folder is gone, and that deletes nothing on it; plugged in again, what is old goes."""
    moved.clock.advance(31 * 86_400)
    (tmp_path / "elsewhere").rename(tmp_path / "drawer")
    with pytest.raises(PlaceEmpty):
        moved.copier.tidy_before(place)
    assert [each.copies for each in moved.copier.before()] == [1]
    (tmp_path / "drawer").rename(tmp_path / "elsewhere")
    moved.copier.tidy_before(place)
    assert list(everything_in(place)) == [HOUSEHOLD]
    assert moved.copier.before() == []


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


class Disk:
    """A folder on a disk: unplugged, only the empty folder is left on which it was mounted."""

    def __init__(self, folder: Path) -> None:
        self.mounted_at = folder / "media"
        self.drawer = folder / "drawer"
        self.mounted_at.mkdir()
        self.target = Target(url=(self.mounted_at / "copies").as_uri())

    def unplug(self) -> None:
        self.mounted_at.rename(self.drawer)
        self.mounted_at.mkdir()

    def plug_in(self) -> None:
        shutil.rmtree(self.mounted_at)
        self.drawer.rename(self.mounted_at)

    def left_under_it(self) -> list[Path]:
        return [path for path in self.mounted_at.rglob("*") if path.is_file()]


def test_a_disk_that_is_unplugged_is_missed_and_nothing_is_written_in_its_place(home, disk):
    """No copy counts as made there; plugged in again, what waited is copied."""
    home.copier.choose(disk.target)
    home.filmed_event()
    disk.unplug()
    with pytest.raises(DiskAway):
        home.copier.copy_next()
    assert list(disk.mounted_at.iterdir()) == []
    assert (home.copier.progress().copies, home.copier.progress().waiting) == (0, 1)
    disk.plug_in()
    assert home.copier.copy_next()
    assert (home.copier.progress().copies, home.copier.progress().waiting) == (1, 0)
    assert len(everything_in(disk.target)) == 2


def test_the_hub_says_that_the_disk_is_not_there_and_goes_on_by_itself(home, disk, monkeypatch):
    """However long it was away, it is looked for every minute."""
    monkeypatch.setattr(copier, "LOOK_SECONDS", 0.01)
    home.copier.choose(disk.target)
    home.filmed_event()
    disk.unplug()
    home.copier.start()
    try:
        until(lambda: home.copier.progress().trouble)
        assert home.copier.progress().trouble == DiskAway().message
        disk.plug_in()
        until(lambda: home.copier.progress().waiting == 0 and home.copier.progress().trouble is None)
    finally:
        home.copier.stop()
    assert home.copier.progress().copies == 1


def test_one_surprise_ends_no_copying(home, place, monkeypatch):
    """What nobody thought of is told, and tried again."""
    monkeypatch.setattr(copier, "LOOK_SECONDS", 0.01)
    home.copier.choose(place)
    home.filmed_event()
    put, tries = ObjectTarget.put_file, []

    def put_at_the_second_try(opened: ObjectTarget, name: str, path: Path) -> None:
        tries.append(home.copier.progress().trouble)
        if len(tries) == 1:
            raise OverflowError
        put(opened, name, path)

    monkeypatch.setattr(ObjectTarget, "put_file", put_at_the_second_try)
    home.copier.start()
    try:
        until(lambda: home.copier.progress().copies == 1)
    finally:
        home.copier.stop()
    assert "unexpected" in tries[1]


def test_a_disk_that_is_unplugged_under_a_copy_has_not_got_it(home, disk, monkeypatch):
    """What went into the folder under it is taken away, and copied again when the disk is back."""
    home.copier.choose(disk.target)
    home.filmed_event()
    put = ObjectTarget.put_file

    def put_too_late(opened: ObjectTarget, name: str, path: Path) -> None:
        disk.unplug()
        (disk.mounted_at / "copies").mkdir()
        put(ObjectTarget(opened.target), name, path)
        assert disk.left_under_it()

    monkeypatch.setattr(ObjectTarget, "put_file", put_too_late)
    with pytest.raises(DiskAway):
        home.copier.copy_next()
    monkeypatch.undo()
    assert disk.left_under_it() == []
    assert home.copier.progress().waiting == 1
    disk.plug_in()
    assert home.copier.copy_next()
    assert home.copier.progress().copies == 1


def test_copies_on_an_unplugged_disk_are_deleted_when_it_is_back(home, disk):
    """They are not forgotten meanwhile, or they would stay there for good."""
    home.copier.choose(disk.target)
    home.filmed_event()
    home.copier.copy_next()
    home.clock.advance(31 * 86_400)
    disk.unplug()
    with pytest.raises(DiskAway):
        home.copier.tidy()
    assert home.copier.progress().copies == 1
    disk.plug_in()
    home.copier.tidy()
    assert list(everything_in(disk.target)) == [HOUSEHOLD]


def test_an_unplugged_disk_is_not_chosen_anew_by_a_change_of_days(home, disk):
    """Else the folder under it would count as the disk from then on."""
    home.copier.choose(disk.target)
    disk.unplug()
    with pytest.raises(DiskAway):
        home.copier.choose(replace(disk.target, keep_days=7))
    assert list(disk.mounted_at.iterdir()) == []
    home.copier.leave()
    home.copier.choose(disk.target)
    assert list(everything_in(disk.target)) == [HOUSEHOLD]


@pytest.mark.parametrize(
    ("url", "keeps"),
    [
        ("s3://copies/gate", True),
        ("s3://copies", True),
        ("s3://of-others/door", False),
        ("gs://copies/door", False),
        ("file:///copies/door", False),
    ],
)
def test_options_hold_for_their_own_store_alone(home, url, keeps):
    """A key of one store is not shown to another."""
    known = Target(url="s3://copies/door", options={"secret_access_key": "of this store"})
    with home.store.write() as db:
        rows.keep_target(known, now=home.clock.now(), db=db)
    assert home.copier.options_for(Target(url=url)) == (known.options if keeps else {})


def test_options_of_a_place_before_are_used_when_it_is_chosen_again(moved, place, other):
    """They are kept for as long as copies lie there, and only for it."""
    with moved.store.write() as db:
        db.execute('UPDATE offsite_before SET options = \'{"key": "of that place"}\'')
    assert moved.copier.options_for(replace(place, keep_days=7)) == {"key": "of that place"}
    assert moved.copier.options_for(other) == {}


def test_a_place_before_that_refuses_holds_up_no_copy(moved, tmp_path):
    """It is told beside that place, and asked again later."""
    (tmp_path / "elsewhere").rename(tmp_path / "drawer")
    moved.clock.advance(31 * 86_400)
    moved.filmed_event("ev_c")
    moved.copier.start()
    try:
        until(lambda: moved.copier.before()[0].trouble)
        until(lambda: moved.copier.progress().copies == 1 and moved.copier.progress().waiting == 0)
    finally:
        moved.copier.stop()
    assert "plug it in" in (moved.copier.before()[0].trouble or "")
    assert moved.copier.progress().trouble is None


def test_the_owner_may_leave_copies_for_good(moved, place):
    """The hub forgets the place with its key, and touches nothing there any more."""
    moved.copier.forget_before(place.url)
    assert moved.copier.before() == ways_kept(moved) == []
    moved.clock.advance(31 * 86_400)
    tidy(moved)
    assert len(everything_in(place)) == 2
    with pytest.raises(NoTarget):
        moved.copier.forget_before(place.url)


def test_a_copy_that_is_under_way_while_another_place_is_chosen_is_not_lost_sight_of(
    home, place, other, monkeypatch
):
    """Nothing lay in the first place until then."""
    home.copier.choose(place)
    home.filmed_event()
    really_put = ObjectTarget.put_file

    def put(opened: ObjectTarget, name: str, path: Path) -> None:
        home.copier.choose(other)
        really_put(opened, name, path)

    monkeypatch.setattr(ObjectTarget, "put_file", put)
    home.copier.copy_next()
    assert [(each.target, each.copies) for each in home.copier.before()] == [(place, 1)]


def test_copies_of_an_older_version_lie_where_its_target_is(tmp_path: Path) -> None:
    """The migration that tells places apart."""
    old = sqlite3.connect(tmp_path / "hub.db")
    for number, sql in migrations()[:12]:
        old.executescript(f"{sql}; PRAGMA user_version = {number};")
    old.execute("INSERT INTO offsite_target VALUES (1, 's3://copies/home/', '{}', 30, 0)")
    old.execute("INSERT INTO offsite_copy VALUES ('a.age', 'ev_a', 5000000, 1000, 6000000)")
    old.commit()
    old.close()
    store = Store(tmp_path / "hub.db")
    copier = Copier(store, Recordings(store), FakeClock(), tmp_path / "work")
    assert (copier.progress().copies, copier.progress().size_bytes) == (1, 1000)
    copier.leave()
    assert [(each.target.url, each.copies) for each in copier.before()] == [("s3://copies/home/", 1)]
    store.close()


def test_a_clock_that_leaps_ahead_deletes_no_copy(home, place, tmp_path):
    """Age is reckoned as that of recordings is: what a wrong clock says counts for nothing."""
    home.copier.choose(place)
    home.filmed_event()
    home.copier.copy_next()
    reckoned = home.clock.now()
    careful = Copier(
        home.store, Recordings(home.store), home.clock, tmp_path / "work", old_by=lambda: reckoned
    )
    home.clock.advance(400 * 86_400)
    careful.tidy()
    assert len(everything_in(place)) == 2
    reckoned = home.clock.now()
    careful.tidy()
    assert list(everything_in(place)) == [HOUSEHOLD]


def test_what_a_power_cut_left_half_done_is_done_again(home, place, monkeypatch):
    """Put, but not written down: the same object is put once more, and there is one."""
    home.copier.choose(place)
    home.filmed_event()
    added = home.copier._copy

    def cut_off(*given: object) -> None:
        added(*given)
        with home.store.write() as db:
            db.execute("DELETE FROM offsite_copy")
        raise KeyboardInterrupt

    monkeypatch.setattr(home.copier, "_copy", cut_off)
    with pytest.raises(KeyboardInterrupt):
        home.copier.copy_next()
    monkeypatch.undo()
    assert home.copier.copy_next()
    assert len(everything_in(place)) == 2
    assert home.copier.progress().copies == 1


def test_a_place_that_cannot_be_written_is_not_chosen(home, tmp_path):
    """The owner hears it at once; nothing is changed."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadTarget):
        home.copier.choose(Target(url=(tmp_path / "file").as_uri() + "/below"))
    assert home.copier.target() is None


@pytest.mark.parametrize(
    "url", ["", "ftp://x/y", "s3://", "file://", "s3://key:secret@bucket", "s3://bucket?x=1", "https://x"]
)
def test_places_that_cannot_be(url):
    with pytest.raises(BadTarget):
        Target(url=url)


def test_a_hub_without_an_owner_has_nothing_to_seal_to(tmp_path, place):
    store = Store(tmp_path / "bare" / "hub.db")
    with pytest.raises(NotSetUpYet):
        Copier(store, Recordings(store), FakeClock(), tmp_path / "work").choose(place)
    store.close()


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Target]]:
    """An S3 server on loopback; answers targets in it."""
    server = ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    options = {
        "endpoint": f"http://{host}:{port}",
        "access_key_id": "key",
        "secret_access_key": "a secret of the store",
        "region": "us-east-1",
        "allow_http": "true",
    }
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    yield lambda url: Target(url=url, options=options)
    server.stop()


@pytest.mark.slow
def test_an_s3_store_end_to_end(home, s3, new_hub):
    """A real S3 server: a bucket that is not there is said, one that is takes copies and gives them back."""
    import boto3

    target = s3("s3://copies")
    with pytest.raises(TargetTrouble) as refused:
        home.copier.choose(target)
    assert "secret" not in refused.value.message
    boto3.client(
        "s3",
        endpoint_url=target.options["endpoint"],
        aws_access_key_id="key",
        aws_secret_access_key="a secret of the store",
        region_name="us-east-1",
    ).create_bucket(Bucket="copies")
    home.copier.choose(target)
    event = home.filmed_event()
    home.copier.copy_next()
    back = bring_back(new_hub, target, home)
    assert back.copies == 1
    assert clip_of(new_hub, event.during).sha256 == clip_of(home.store, event.during).sha256


def test_the_command_restores_and_names_what_is_broken(home, place, tmp_path):
    """`latchstring hub restore-copies`: exit code 0 when all is back, 1 when something was not."""
    home.copier.choose(place)
    home.filmed_event()
    home.copier.copy_next()
    code, password = tmp_path / "code", tmp_path / "password"
    code.write_text(home.code.text.lower() + "\n")
    password.write_text(NEW_PASSWORD + "\n")
    arguments = ["hub", "--data", str(tmp_path / "new"), "restore-copies", place.url]
    arguments += ["--code-file", str(code), "--password-file", str(password)]
    done = CliRunner().invoke(main, arguments)
    assert (done.exit_code, done.stdout[:22]) == (0, "1 copies are back: 1 e"), done.output
    stranger = pyrage.x25519.Identity.generate().to_public()
    foreign = pyrage.encrypt(b"{}\n", [stranger])
    ObjectTarget(place).put_bytes(COPIES + "foreign.age", foreign)
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 1
    assert "foreign.age is no copy of this household" in done.stderr


def test_a_store_that_is_down_for_weeks_is_still_asked() -> None:
    """After each failure a little later, never later than a quarter of an hour, and without an end."""
    assert [pause_after(failures) for failures in (0, 1, 2, 3)] == [60, 60, 120, 240]
    assert pause_after(100_000) == 900
