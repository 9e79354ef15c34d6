from __future__ import annotations

import contextlib
import itertools
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest

from latchstring.base.clock import SystemClock
from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange, from_micros
from latchstring.hub.cameras.errors import CameraHungUp, WrongLogin
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.cameras.opener import CameraOpener
from latchstring.hub.cameras.rtsp_call import SILENT_SECONDS
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.recording import index
from latchstring.hub.recording.clip import cut
from latchstring.hub.recording.recorder import Recorder
from latchstring.hub.recording.repair import repair
from latchstring.hub.recording.writer import DiskFull, GopWriter
from latchstring.hub.store import Store
from latchstring.testing.films import film
from latchstring.testing.rtsp import WHY_NOT, RtspServer, available
from latchstring.testing.waiting import until

QUICK = "synthetic:?width=96&height=64&fps=10&gop_seconds=1"
needs_server = pytest.mark.skipif(not available(), reason=WHY_NOT)


def camera(url=QUICK, name="a"):
    return CameraSettings(id=CameraId("cam_" + name * 26), name=name, url=url)


@pytest.fixture
def record(store):
    """Start a recorder of a camera; all are stopped at the end."""
    recorders = []

    def start(of, *, opener=None, writer=None):
        clock = SystemClock()
        recorder = Recorder(
            of,
            opener=opener or CameraOpener(clock),
            clock=clock,
            writer=writer or GopWriter(store),
            make_room=lambda: None,
        )
        recorders.append(recorder)
        recorder.start()
        return recorder

    yield start
    for recorder in recorders:
        recorder.stop()


def gop_count(store, of):
    with store.read() as db:
        return db.execute("SELECT count(*) FROM gop WHERE camera = ?", (of.id,)).fetchone()[0]


def test_it_records_and_says_so(store, record):
    """State, size and rate are there for the page, and whole GOPs for the clip."""
    of = camera()
    recorder = record(of)
    until(lambda: gop_count(store, of) >= 2)
    status = recorder.status
    assert (status.state, status.width, status.height) == ("recording", 96, 64)
    assert status.fps == pytest.approx(10, abs=0.5)
    recorder.stop()
    everything = TimeRange(status.since - timedelta(minutes=1), status.since + timedelta(minutes=1))
    assert len(cut(store, of.id, everything).gops) >= 2


def test_the_gop_in_flight_is_kept_when_the_recorder_stops(store, record):
    """Stopping in the middle of a GOP loses nothing of it."""
    of = camera()
    recorder = record(of)
    until(lambda: recorder.feed.after(None) is not None)
    recorder.stop()
    assert gop_count(store, of) == 1


def test_one_dead_camera_does_not_touch_another(store, record):
    """While one camera blocks its thread and one always fails, the third records as ever."""

    class Opener:
        def __init__(self):
            self.real = CameraOpener(SystemClock())
            self.hang = threading.Event()

        def open(self, url, *, sound=False, patience=None):
            if url == "hang":
                self.hang.wait(20)
                raise CameraHungUp
            if url == "fail":
                raise RuntimeError("rtsp://owner:hunter2@host")
            return self.real.open(url)

    opener = Opener()
    record(camera("hang", "h"), opener=opener)
    failing = record(camera("fail", "f"), opener=opener)
    of = camera()
    record(of, opener=opener)
    until(lambda: gop_count(store, of) >= 2)
    assert failing.status.state == "failed"
    assert "hunter2" not in failing.status.message
    opener.hang.set()


def test_a_refusal_is_shown_and_tried_again(store, record, caplog):
    """The page says what to do; the log says it once, however often the camera refuses."""

    class Opener:
        def __init__(self):
            self.calls = 0
            self.real = CameraOpener(SystemClock())

        def open(self, url, *, sound=False, patience=None):
            self.calls += 1
            if self.calls <= 2:
                raise WrongLogin
            return self.real.open(url)

    of, opener = camera(), Opener()
    with caplog.at_level(logging.INFO):
        recorder = record(of, opener=opener)
        until(lambda: recorder.status.state == "failed")
        assert "refuses this login" in recorder.status.message
        until(lambda: recorder.status.state == "recording")
    assert caplog.text.count("refuses this login") == 1


def test_a_full_disk_is_no_error_loop(store, record, caplog):
    """It is said once, the live picture goes on, and when there is room recording goes on too."""

    class FullFor(GopWriter):
        left = 2

        def write(self, whole):
            if self.left:
                self.left -= 1
                raise DiskFull
            return super().write(whole)

    of = camera()
    recorder = record(of, writer=FullFor(store))
    until(lambda: recorder.status.state == "failed")
    assert "disk is full" in recorder.status.message
    assert recorder.feed.after(None) is not None
    until(lambda: recorder.status.state == "recording" and gop_count(store, of) >= 1)
    assert caplog.text.count("disk is full") == 1


@pytest.fixture
def porch(tmp_path):
    return film(tmp_path / "porch.mp4", Scene(width=320, height=240, fps=10, gop_seconds=1), 4)


@needs_server
def test_the_first_gop_over_rtsp_is_whole(store, record, porch):
    """It starts with the first keyframe that the camera sends."""
    with RtspServer({"/porch": f"file:{porch}"}) as server:
        of = camera(server.url("/porch"))
        record(of)
        until(lambda: gop_count(store, of) >= 2)
    with store.read() as db:
        first = db.execute("SELECT * FROM gop ORDER BY start_us").fetchone()
    assert (first["frames"], first["media_start"]) == (10, 0)


@needs_server
@pytest.mark.slow
@pytest.mark.parametrize("trouble", ["freeze", "kill"])
def test_a_camera_that_goes_silent_is_noticed_and_comes_back(store, record, porch, trouble):
    """Within five seconds the page knows; once the camera is back it records by itself, first GOP and all."""
    assert SILENT_SECONDS < 5
    with RtspServer({"/porch": f"file:{porch}"}, login="digest") as server:
        of = camera(server.url("/porch"))
        recorder = record(of)
        until(lambda: gop_count(store, of) >= 2)
        getattr(server, trouble)()
        until(lambda: recorder.status.state != "recording", "the silence to be noticed")
        before = gop_count(store, of)
        if trouble == "freeze":
            server.thaw()
        else:
            server.start()
        until(lambda: recorder.status.state == "recording")
        until(lambda: gop_count(store, of) >= before + 2)
    with store.read() as db:
        runs = db.execute(
            "SELECT min(media_start) AS first FROM gop JOIN segment ON segment.id = gop.segment "
            "GROUP BY run_us"
        ).fetchall()
    assert len(runs) >= 2
    assert all(row["first"] == 0 for row in runs)


@needs_server
@pytest.mark.slow
def test_garbage_pictures_are_refused(store, record, porch):
    """A camera whose pictures do not decode is not recorded, and the page says what to do."""
    with RtspServer({"/porch": f"garbage:{porch}"}) as server:
        of = camera(server.url("/porch"))
        recorder = record(of)
        until(lambda: recorder.status.state == "failed")
        assert "not valid H.264" in recorder.status.message
        assert gop_count(store, of) == 0


@needs_server
@pytest.mark.slow
def test_a_stream_that_stalls_while_the_connection_lives_is_noticed(store, record, porch):
    """Keep-alives are no pictures."""
    with RtspServer({"/porch": f"stall:{porch}"}) as server:
        recorder = record(camera(server.url("/porch")))
        until(lambda: recorder.status.state == "recording")
        until(lambda: recorder.status.state == "silent")


CHILD = """
import sys, time
from pathlib import Path
from latchstring.base.clock import SystemClock
from latchstring.hub.cameras.opener import CameraOpener
from latchstring.hub.live.video import Video
from latchstring.hub.store import Store

class Counting:  # its keyframes are ten frames apart; says how many GOPs have ended and been dealt with
    def __init__(self, source):
        self.source, self.info, self.close = source, source.info, source.close
    def packets(self):
        for number, packet in enumerate(self.source.packets()):
            yield packet
            print(number // 10, flush=True)

class Opener(CameraOpener):
    def open(self, url, *, sound=False, patience=None):
        return Counting(super().open(url))

folder, clock = Path(sys.argv[1]), SystemClock()
video = Video(Store(folder / "hub.db"), folder, clock, opener=Opener(clock))
video.start()
video.add_camera("porch", sys.argv[2])
time.sleep(60)
"""


@pytest.mark.slow
@pytest.mark.parametrize("after_gops", [1, 2, 3])
def test_kill_9_costs_at_most_the_gop_in_flight(tmp_path, after_gops):
    """Every GOP that had ended is there to the byte, so what is missing is less than one."""
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path), QUICK], stdout=subprocess.PIPE)
    try:
        until(lambda: gops_on_disk(tmp_path / "hub.db") >= after_gops)
    finally:
        os.kill(child.pid, signal.SIGKILL)
        said, _ = child.communicate()
    ended = int(said.split()[-1])
    store = Store(tmp_path / "hub.db")
    repair(store)
    with store.read() as db:
        row = db.execute("SELECT camera, min(start_us) AS first, max(end_us) AS last FROM gop").fetchone()
    assert gops_on_disk(store.path) >= ended >= after_gops - 1
    clip = cut(store, CameraId(row["camera"]), TimeRange(from_micros(row["first"]), from_micros(row["last"])))
    on_disk = b"".join(p.read_bytes() for p in index.folder(store).rglob("*.mp4"))
    assert clip.data == on_disk
    store.close()


def gops_on_disk(path):
    """As another process sees them; 0 before there is a table."""
    if not path.exists():
        return 0
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        try:
            return db.execute("SELECT count(*) FROM gop").fetchone()[0]
        except sqlite3.OperationalError:
            return 0


def test_there_is_a_pause_between_calls(record):
    """A camera that refuses us is not called in a tight loop."""
    times = []

    class Opener:
        def open(self, url, *, sound=False, patience=None):
            times.append(time.monotonic())
            raise WrongLogin

    recorder = record(camera(), opener=Opener())
    until(lambda: len(times) >= 3)
    recorder.stop()
    assert all(b - a >= 0.35 for a, b in itertools.pairwise(times))


@needs_server
def test_hevc_gives_way_to_a_small_stream_in_h264(record):
    """What can't be played everywhere is not recorded; the small stream is, and the page says why."""
    mounts = {"/main": "hevc:320x240@10", "/sub": "pattern:160x120@10"}
    with RtspServer(mounts) as server:
        both = CameraSettings(
            id=CameraId("cam_" + "a" * 26), name="a", url=server.url("/main"), sub_url=server.url("/sub")
        )
        recorder = record(both)
        until(lambda: recorder.status.last_gop_at is not None)
        assert (recorder.status.state, recorder.status.width) == ("recording", 160)
        said = recorder.status.advice or ""
        assert "small stream is recorded. In the large one the camera sends HEVC (H.265)" in said
        assert "enter a small stream" not in said


@needs_server
def test_hevc_alone_is_said_plainly(record):
    """Without another stream nothing is recorded, and the message says what to change."""
    with RtspServer({"/main": "hevc:320x240@10"}) as server:
        recorder = record(camera(server.url("/main")))
        until(lambda: recorder.status.state == "failed")
        assert "set this stream to H.264" in recorder.status.message
        assert recorder.status.advice is None
