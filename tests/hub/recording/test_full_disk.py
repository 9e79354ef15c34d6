"""A real disk of 8 MB that is too small for what is recorded."""

import os
import subprocess

import pytest

from latchstring.base.clock import SystemClock
from latchstring.base.ids import CameraId
from latchstring.base.time import from_micros
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.cameras.opener import CameraOpener
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.recording import index
from latchstring.hub.recording.assembler import Assembler, WholeGop
from latchstring.hub.recording.recorder import Recorder
from latchstring.hub.recording.repair import RepairReport, repair
from latchstring.hub.recording.retention import Keep
from latchstring.hub.recording.room import Room
from latchstring.hub.recording.writer import GopWriter
from latchstring.hub.store import Store
from latchstring.testing.clock import FakeClock
from latchstring.testing.films import BEGAN, packets
from latchstring.testing.recorded import CAMERA
from latchstring.testing.waiting import until

MOUNTED = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a disk of 8 MB")
pytestmark = MOUNTED
FILM = Scene(width=640, height=360, fps=5, gop_seconds=1)
SECONDS = 4


@pytest.fixture
def disk(tmp_path):
    """8 MB, as tmpfs."""
    at = tmp_path / "disk"
    at.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(at)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no tmpfs can be mounted here: {mounted.stderr.decode().strip()}")
    yield at
    subprocess.run(["umount", "-l", str(at)], check=True)


@pytest.fixture
def on_disk(disk):
    store = Store(disk / "hub.db")
    yield store
    store.close()


@pytest.fixture(scope="module")
def film():
    return packets(FILM, SECONDS)


def fill(path):
    """Something else takes whatever is left."""
    with path.open("wb", buffering=0) as f:
        try:
            while True:
                f.write(bytes(4096))
        except OSError:
            return path


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
        filler = fill(disk / "holiday.jpg")
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
