"""A real disk of 8 MB that is too small for what is recorded."""

import pytest

from latchstring.base.clock import SystemClock
from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange, from_micros
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.cameras.opener import CameraOpener
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.recording import index
from latchstring.hub.recording.assembler import Assembler, WholeGop
from latchstring.hub.recording.recorder import Recorder
from latchstring.hub.recording.repair import RepairReport, repair
from latchstring.hub.recording.retention import Keep
from latchstring.hub.recording.room import Room
from latchstring.hub.recording.writer import DiskFull, GopWriter
from latchstring.hub.store import Store
from latchstring.testing.clock import FakeClock
from latchstring.testing.disk import MayNotMount, fill, tiny_disk
from latchstring.testing.films import BEGAN, packets
from latchstring.testing.recorded import CAMERA, SMALL, gops_of
from latchstring.testing.waiting import until

FILM = Scene(width=640, height=360, fps=5, gop_seconds=1)
SECONDS = 4


@pytest.fixture
def disk(tmp_path):
    """8 MB, as tmpfs."""
    try:
        with tiny_disk(tmp_path / "disk") as at:
            yield at
    except MayNotMount as e:
        pytest.skip(e.message)


@pytest.fixture
def on_disk(disk):
    store = Store(disk / "hub.db")
    yield store
    store.close()


@pytest.fixture(scope="module")
def film():
    return packets(FILM, SECONDS)


def test_three_disks_full_are_recorded_without_one_error(on_disk, film):
    """Room is made before each GOP: nothing fails, the newest is always there, and the oldest went."""
    info, frames = film
    room, written, count = Room(on_disk, Keep()), 0, 0
    while written < 24_000_000:
        clock = FakeClock(BEGAN)
        clock.advance(count * SECONDS)
        assembler, writer = Assembler(CAMERA, info, clock), GopWriter(on_disk)
        shifted = clock.monotonic() - 1000
        for packet in frames:
            moved = packet.__class__(
                data=packet.data,
                pts=packet.pts,
                dts=packet.dts,
                duration=packet.duration,
                arrived=packet.arrived + shifted,
            )
            for made in assembler.feed(moved):
                if isinstance(made, WholeGop):
                    if room.is_short():
                        room.make(now=clock.now(), growing={writer.open_path})
                    stored = writer.write(made)
                    written += stored.size_bytes
        writer.close()
        count += 1
    newest = index.latest(on_disk, CAMERA)
    assert newest.start_us == stored.start_us
    first = min(segment.start_us for segment in index.segments(on_disk))
    assert from_micros(first) > BEGAN
    assert repair(on_disk) == RepairReport()
    assert room.free_bytes() > 0


def test_a_disk_that_something_else_fills_is_no_error_loop(disk, on_disk, caplog):
    """It is said once, the live picture goes on, and with room again recording goes on by itself."""
    of = CameraSettings(
        id=CameraId("cam_" + "a" * 26), name="a", url="synthetic:?width=96&height=64&gop_seconds=1"
    )
    room, clock = Room(on_disk, Keep()), SystemClock()

    def make_room():
        if room.is_short():
            room.make(now=clock.now(), growing={recorder.growing})

    recorder = Recorder(
        of, opener=CameraOpener(clock), clock=clock, writer=GopWriter(on_disk), make_room=make_room
    )
    recorder.start()
    try:
        until(lambda: index.latest(on_disk, of.id))
        filler = fill(disk)
        until(lambda: recorder.status.state == "failed")
        assert "disk is full" in recorder.status.message
        assert recorder.feed.after(None) is not None
        filler.unlink()
        until(lambda: recorder.status.state == "recording")
        last = index.latest(on_disk, of.id)
        until(lambda: index.latest(on_disk, of.id) != last)
    finally:
        recorder.stop()
    assert caplog.text.count("disk is full") == 1
    assert repair(on_disk) == RepairReport()


def test_a_full_disk_under_the_rows_alone(disk, on_disk, tmp_path):
    """The bytes would fit, their row does not: neither stays, and what has a row is whole, then and later."""
    (tmp_path / "elsewhere").mkdir()
    index.folder(on_disk).symlink_to(tmp_path / "elsewhere")
    writer, kept = GopWriter(on_disk), []
    first, *others = gops_of(SMALL, 12, clock=FakeClock(BEGAN))
    kept.append(writer.write(first))
    filler = fill(disk)
    with pytest.raises(DiskFull):
        writer.write(others[0])
    stored = sum(file.stat().st_size for file in (tmp_path / "elsewhere").rglob("*.mp4"))
    assert stored == kept[0].byte_offset + kept[0].size_bytes
    assert index.latest(on_disk, CAMERA) == kept[0]
    filler.unlink()
    kept += [writer.write(gop) for gop in others[1:]]
    writer.close()
    assert len(index.gops(on_disk, CAMERA, TimeRange(BEGAN, kept[-1].during.end))) == len(kept) == 11
    assert repair(on_disk) == RepairReport()
