"""One hub process with 8 cameras, beside a Frigate-shaped pipeline with one, over real RTSP at the same time.

Each camera has a 1080p30 main stream of 3 Mbit/s, which is recorded, and a 640x360@10 sub stream, which is looked
at for motion. The films are encoded before, so that the cameras cost next to nothing. What the peer is and is not
stands in `hub_cpu_peer.py`.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import psutil

from benchmarks import harness, hub_cpu_peer
from latchstring.hub.cameras.synthetic import Painter, Scene
from latchstring.hub.motion.detector import Detector
from latchstring.testing.films import BEGAN
from latchstring.testing.rtsp import WHY_NOT, RtspServer, available

CAMERAS = 8
WARM_UP_SECONDS = 8
MEASURED_SECONDS = float(os.environ.get("LATCHSTRING_BENCH_SECONDS", "30"))
FILM_SECONDS = 16
GOP_SECONDS = 2
WINDOWS = 3
MAIN = Scene(width=1920, height=1080, fps=30, seed=0)
SUB = Scene(width=640, height=360, fps=10, seed=0)
PEER = "Frigate-shaped pipeline of PyAV processes (see benchmarks/hub_cpu_peer.py)"

HUB = """
import sys, time
from pathlib import Path
from latchstring.base.clock import SystemClock
from latchstring.hub.live.video import Video
from latchstring.hub.store import Store

folder = Path(sys.argv[1])
video = Video(Store(folder / "hub.db"), folder, SystemClock())
video.start()
for n in range(int(sys.argv[4])):
    video.add_camera(f"camera {n}", sys.argv[2], sys.argv[3])
print("ready", flush=True)
while True:
    time.sleep(5)
    print([video.status(c.id).state for c in video.cameras()].count("recording"), flush=True)
"""


def encode(path: Path, scene: Scene, bit_rate: int) -> None:
    """A scene with sensor noise at a camera's bit rate, a keyframe every two seconds."""
    painter, random = Painter(scene), np.random.default_rng(1)
    grain = [random.integers(-2, 3, (scene.height, scene.width), dtype=np.int16) for _ in range(5)]
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=scene.fps)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = (
            scene.width,
            scene.height,
            "yuv420p",
            bit_rate,
        )
        stream.codec_context.gop_size = scene.fps * 2
        stream.options = {
            "preset": "superfast",
            "tune": "zerolatency",
            "x264-params": f"scenecut=0:vbv-maxrate={bit_rate // 1000}:vbv-bufsize={bit_rate // 500}:log-level=-1",
        }
        for number in range(FILM_SECONDS * scene.fps):
            yuv = painter.paint(number / scene.fps, BEGAN)
            luma = yuv[: scene.height].astype(np.int16) + grain[number % len(grain)]
            yuv[: scene.height] = np.clip(luma, 0, 255)
            frame = av.VideoFrame.from_ndarray(yuv, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, scene.fps)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def cpu_seconds(process: psutil.Process) -> float:
    """User and system time of a process, its children, and those that have ended."""
    total = 0.0
    for p in [process, *process.children(recursive=True)]:
        times = p.cpu_times()
        total += times.user + times.system + times.children_user + times.children_system
    return total


def window(*processes: psutil.Process) -> list[float]:
    """What each process uses for a while, in % of a core."""
    began, before = time.monotonic(), [cpu_seconds(p) for p in processes]
    time.sleep(MEASURED_SECONDS / WINDOWS)
    seconds = time.monotonic() - began
    return [(cpu_seconds(p) - b) / seconds * 100 for p, b in zip(processes, before, strict=True)]


def measure(folder: Path) -> list[harness.Row]:
    main, sub = folder / "main.mp4", folder / "sub.mp4"
    encode(main, MAIN, 3_000_000)
    encode(sub, SUB, 300_000)
    with RtspServer({"/main": f"file:{main}", "/sub": f"file:{sub}"}, login="digest") as server:
        urls = [server.url("/main"), server.url("/sub")]
        hub_folder, peer_folder = folder / "hub", folder / "peer"
        peer_folder.mkdir()
        hub = subprocess.Popen(
            [sys.executable, "-c", HUB, str(hub_folder), *urls, str(CAMERAS)], stdout=subprocess.DEVNULL
        )
        peer = subprocess.Popen([sys.executable, "-m", "benchmarks.hub_cpu_peer", str(peer_folder), *urls])
        try:
            ours, theirs = psutil.Process(hub.pid), psutil.Process(peer.pid)
            time.sleep(WARM_UP_SECONDS)
            began = time.time()
            windows = [window(ours, theirs) for _ in range(WINDOWS)]
            hub_cpu = statistics.median(hub for hub, _ in windows) / CAMERAS
            peer_cpu = statistics.median(peer_cpu for _, peer_cpu in windows)
            hub_rss = ours.memory_info().rss / 1e6
            peer_rss = sum(p.memory_info().rss for p in [theirs, *theirs.children(recursive=True)]) / 1e6
        finally:
            killed = time.time()
            hub.kill()
            peer.terminate()
            hub.wait()
            peer.wait()
    # The GOP in flight died with the hub, and libav holds one frame.
    ended = killed - GOP_SECONDS - 0.5
    share = recorded_share(hub_folder, began, ended)
    return [
        harness.row(
            "CPU per camera, 1080p30 recorded + sub analysed", hub_cpu, peer_cpu, PEER, "% of a core", WINDOWS
        ),
        harness.row(f"memory of the hub process, {CAMERAS} cameras", hub_rss, None, None, "MB", 1),
        harness.row("memory of all processes, per camera", hub_rss / CAMERAS, peer_rss, PEER, "MB", 1),
        harness.row("share of the time that is on disk", share, None, None, "of 1", 1),
    ]


def recorded_share(folder: Path, began: float, ended: float) -> float:
    """Of the time from `began` to `ended` (Unix time), what the least recorded camera has on disk."""
    with sqlite3.connect(folder / "hub.db") as db:
        rows = db.execute(
            """SELECT sum(min(end_us, :ended) - max(start_us, :began)) FROM gop
               WHERE end_us > :began AND start_us < :ended GROUP BY camera""",
            {"began": began * 1e6, "ended": ended * 1e6},
        ).fetchall()
    return min(us for (us,) in rows) / 1e6 / (ended - began) if len(rows) == CAMERAS else 0.0


def motion_maths() -> harness.Row:
    """One look, without decoding."""
    painter = Painter(SUB)
    pictures = [painter.paint(n / 5, BEGAN)[: SUB.height] for n in range(100)]
    detector, peer = Detector(), hub_cpu_peer.FrigateMotion()

    def ours() -> float:
        began = time.perf_counter()
        for n, picture in enumerate(pictures):
            detector.look(picture[::4, ::4].copy(), n * 200_000)
        return (time.perf_counter() - began) * 1000 / len(pictures)

    def theirs() -> float:
        began = time.perf_counter()
        for picture in pictures:
            peer.detect(picture)
        return (time.perf_counter() - began) * 1000 / len(pictures)

    return harness.row(
        "motion maths, one look at 640x360",
        harness.median_of(ours, 5),
        harness.median_of(theirs, 5),
        "Frigate's detector, restated in numpy (its own uses OpenCV)",
        "ms",
        5,
    )


def main() -> None:
    if not available():
        sys.exit(WHY_NOT)
    with tempfile.TemporaryDirectory() as folder:
        harness.write("hub_cpu", [*measure(Path(folder)), motion_maths()])


if __name__ == "__main__":
    main()
