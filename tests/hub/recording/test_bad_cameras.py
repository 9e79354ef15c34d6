"""Cameras as they are: one loses packets, one reorders frames, and a quarter of sixteen are broken."""

import threading
from itertools import pairwise

import pytest

from latchstring.base.clock import SystemClock
from latchstring.hub.cameras.decode import check_keyframe
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.events.bulletin import Bulletin
from latchstring.hub.live.video import ALWAYS, Video
from latchstring.hub.recording import fmp4, index
from latchstring.hub.recording.clip import read_gop
from latchstring.hub.recording.retention import Keep
from latchstring.testing.films import film
from latchstring.testing.rtsp import WHY_NOT, RtspServer, available
from latchstring.testing.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not available(), reason=WHY_NOT)]
SCENE = Scene(width=160, height=120, fps=10, gop_seconds=1)
GOOD, GOPS = 12, 12


@pytest.fixture
def video(store, tmp_path):
    video = Video(store, tmp_path, SystemClock(), keep=Keep(min_free_bytes=0), bulletin=Bulletin())
    video.start()
    yield video
    video.stop()


def gops(store, camera):
    with store.read() as db:
        return db.execute(
            """SELECT gop.*, segment.run_us FROM gop JOIN segment ON segment.id = gop.segment
               WHERE gop.camera = ? ORDER BY gop.start_us""",
            (camera.id,),
        ).fetchall()


def test_lost_packets_do_not_end_a_recording(store, video, tmp_path):
    """One RTP packet in twenty never arrives: whole keyframes go on reaching the disk, in one run.

    What was lost is no recording: no GOP claims the time after its last frame.
    """
    porch = film(tmp_path / "porch.mp4", Scene(width=640, height=360, fps=10, gop_seconds=1), 4)
    with RtspServer({"/porch": f"lossy:{porch}"}) as server:
        camera = video.add_camera("Porch", server.url("/porch"))
        until(lambda: len(gops(store, camera)) >= 6)
    found = gops(store, camera)
    assert all(a["end_us"] <= b["start_us"] for a, b in pairwise(found))
    assert len({row["run_us"] for row in found}) == 1
    assert max(row["end_us"] - row["start_us"] for row in found) < 1_500_000
    for stored in index.gops(store, camera.id, ALWAYS):
        keyframe = fmp4.first_sample(read_gop(index.folder(store), stored))
        check_keyframe(keyframe, index.run(store, camera.id, stored.run_us).track.avcc)


def test_frames_that_are_reordered_are_kept_in_order(store, video, tmp_path):
    """B-frames over RTSP: every frame is there, and decode times rise."""
    scene = Scene(width=160, height=120, fps=10, gop_seconds=1, b_frames=2)
    porch = film(tmp_path / "porch.mp4", scene, 4)
    with RtspServer({"/porch": f"file:{porch}"}) as server:
        camera = video.add_camera("Porch", server.url("/porch"))
        until(lambda: len(gops(store, camera)) >= 4)
        found = gops(store, camera)
    assert {row["frames"] for row in found} == {10}
    assert len({row["run_us"] for row in found}) == 1


def test_four_broken_cameras_do_not_touch_twelve_good_ones(store, video, tmp_path):
    """One is silent, one sends garbage, one refuses us, one dies every other second: no gap, no slower frame."""
    porch = film(tmp_path / "porch.mp4", SCENE, 4)
    mounts = {f"/{n}": f"file:{porch}" for n in range(GOOD)}
    mounts |= {"/silent": f"stall:{porch}", "/garbage": f"garbage:{porch}"}
    over = threading.Event()

    def keep_dying(server):
        while not over.wait(2):
            server.kill()
            server.start()

    with (
        RtspServer(mounts, login="digest") as server,
        RtspServer({"/dying": f"file:{porch}"}) as dying,
    ):
        bad = [
            video.add_camera("Silent", server.url("/silent")),
            video.add_camera("Garbage", server.url("/garbage")),
            video.add_camera("Wrong login", server.url("/0", password="guess")),
            video.add_camera("Dying", dying.url("/dying")),
        ]
        killer = threading.Thread(target=keep_dying, args=(dying,))
        killer.start()
        try:
            good = [video.add_camera(f"Good {n}", server.url(f"/{n}")) for n in range(GOOD)]
            until(lambda: all(len(gops(store, camera)) >= GOPS for camera in good))
            until(lambda: all(video.status(camera.id).state == "failed" for camera in bad[1:3]))
            states = {camera.name: video.status(camera.id).state for camera in bad[:3]}
        finally:
            over.set()
            killer.join()
        for camera in good:
            found = gops(store, camera)
            assert len({row["run_us"] for row in found}) == 1, camera.name
            assert all(a["end_us"] == b["start_us"] for a, b in pairwise(found))
            assert {row["frames"] for row in found} == {SCENE.fps * SCENE.gop_seconds}
        assert states["Garbage"] == states["Wrong login"] == "failed"
        assert states["Silent"] != "failed"
