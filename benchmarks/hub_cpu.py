"""One hub process with 8 cameras, beside a Frigate-shaped pipeline and Debian's motion with one, over real RTSP.

Each camera has a 1080p30 main stream of 3 Mbit/s, which is recorded, and a 640x360@10 sub stream, which is looked
at for motion. The films are encoded before, so that the cameras cost next to nothing. What the peer is and is not
stands in `hub_cpu_peer.py`.

Measured is a hub that has run for more than a minute, the time in which it looks at every picture of a new scene.
Each window is as long as the film, so that the same visit is in each.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import psutil

from benchmarks import harness, hub_cpu_peer
from latchstring.hub.cameras.synthetic import Painter, Scene
from latchstring.hub.motion.detector import Detector, stride
from latchstring.hub.motion.gears import AFTER_START_US
from latchstring.testing.films import BEGAN
from latchstring.testing.rtsp import WHY_NOT, RtspServer, available
from latchstring.testing.worlds import WORLDS, frames

CAMERAS = 8
WARM_UP_SECONDS = 8
FILM_SECONDS = 16
GOP_SECONDS = 2
WINDOWS = 3
MEASURED_SECONDS = float(os.environ.get("LATCHSTRING_BENCH_SECONDS", WINDOWS * FILM_SECONDS))
MAIN = Scene(width=1920, height=1080, fps=30, seed=0)
SUB = Scene(width=640, height=360, fps=10, seed=0)
FRIGATE = "Frigate-shaped pipeline of ffmpeg and OpenCV (see benchmarks/hub_cpu_peer.py)"
DEBIANS = "Debian's motion 4.5, passthrough"
DETECTOR = "Frigate's detector, restated with OpenCV"

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


@contextmanager
def films(folder: Path, *, quiet: bool = False) -> Iterator[list[str]]:
    """A camera's main and sub stream, with visits or without, served by RTSP: their addresses."""
    main, sub = folder / "main.mp4", folder / "sub.mp4"
    encode(main, replace(MAIN, quiet=int(quiet)), 3_000_000)
    encode(sub, replace(SUB, quiet=int(quiet)), 300_000)
    with RtspServer({"/main": f"file:{main}", "/sub": f"file:{sub}"}, login="digest") as server:
        yield [server.url("/main"), server.url("/sub")]


@contextmanager
def hub_with(cameras: int, urls: list[str], folder: Path) -> Iterator[psutil.Process]:
    """A hub process that records; killed at the end."""
    command = [sys.executable, "-c", HUB, str(folder), *urls, str(cameras)]
    hub = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield psutil.Process(hub.pid)
    finally:
        hub.kill()
        hub.wait()


@contextmanager
def peers(urls: list[str], folder: Path) -> Iterator[list[psutil.Process]]:
    """A Frigate-shaped pipeline and Debian's motion, one camera each."""
    for name in ("frigate", "motion"):
        (folder / name).mkdir()
    conf = folder / "motion.conf"
    conf.write_text(hub_cpu_peer.MOTION.format(main=urls[0], sub=urls[1], folder=folder / "motion"))
    frigate = [sys.executable, "-m", "benchmarks.hub_cpu_peer", str(folder / "frigate"), *urls]
    running = [
        subprocess.Popen(frigate),
        subprocess.Popen(["motion", "-n", "-c", str(conf)], stderr=subprocess.DEVNULL),
    ]
    try:
        yield [psutil.Process(peer.pid) for peer in running]
    finally:
        for peer in running:
            peer.terminate()
            peer.wait()


def measure(folder: Path) -> list[harness.Row]:
    """Everybody on the same streams at the same time."""
    hub_folder = folder / "hub"
    with films(folder) as urls, hub_with(CAMERAS, urls, hub_folder) as hub, peers(urls, folder) as others:
        time.sleep(AFTER_START_US / 1e6 + WARM_UP_SECONDS)
        began = time.time()
        windows = [window(hub, *others) for _ in range(WINDOWS)]
        ours, frigate, motion = (statistics.median(column) for column in zip(*windows, strict=True))
        ours_mb, frigate_mb, motion_mb = (memory_mb(p) for p in (hub, *others))
        killed = time.time()
    # The GOP in flight died with the hub.
    share = recorded_share(hub_folder, began, killed - GOP_SECONDS - 0.5, CAMERAS)
    what = "CPU per camera, 1080p30 recorded + sub analysed, with visits"
    return [
        harness.row(what, ours / CAMERAS, frigate, FRIGATE, "% of a core", WINDOWS),
        harness.row(what, ours / CAMERAS, motion, DEBIANS, "% of a core", WINDOWS),
        harness.row(f"memory of the hub process, {CAMERAS} cameras", ours_mb, None, None, "MB", 1),
        harness.row("memory of all processes, per camera", ours_mb / CAMERAS, frigate_mb, FRIGATE, "MB", 1),
        harness.row("memory of all processes, per camera", ours_mb / CAMERAS, motion_mb, DEBIANS, "MB", 1),
        harness.row("share of the time that is on disk", share, None, None, "of 1", 1),
    ]


def measure_quiet(folder: Path) -> harness.Row:
    """A street on which nothing moves: only keyframes of the sub stream are looked at."""
    with films(folder, quiet=True) as urls, hub_with(CAMERAS, urls, folder / "hub") as hub:
        time.sleep(AFTER_START_US / 1e6 + WARM_UP_SECONDS)
        cpu = statistics.median(window(hub)[0] for _ in range(WINDOWS))
    return harness.row("CPU per camera, quiet street", cpu / CAMERAS, None, None, "% of a core", WINDOWS)


def memory_mb(process: psutil.Process) -> float:
    return float(sum(p.memory_info().rss for p in [process, *process.children(recursive=True)]) / 1e6)


def recorded_share(folder: Path, began: float, ended: float, cameras: int) -> float:
    """Of the time from `began` to `ended` (Unix time), what the least recorded camera has on disk."""
    with sqlite3.connect(folder / "hub.db") as db:
        rows = db.execute(
            """SELECT sum(min(end_us, :ended) - max(start_us, :began)) FROM gop
               WHERE end_us > :began AND start_us < :ended GROUP BY camera""",
            {"began": began * 1e6, "ended": ended * 1e6},
        ).fetchall()
    return min(us for (us,) in rows) / 1e6 / (ended - began) if len(rows) == cameras else 0.0


def motion_maths(*, quiet: bool) -> harness.Row:
    """One look, without decoding: CPU time."""
    painter = Painter(replace(SUB, quiet=int(quiet)))
    pictures = [painter.paint(n / 5, BEGAN)[: SUB.height] for n in range(100)]
    detector, peer = Detector(), hub_cpu_peer.FrigateMotion()

    def ours() -> float:
        began = time.process_time()
        for n, picture in enumerate(pictures):
            detector.look(picture[::4, ::4].copy(), n * 200_000)
        return (time.process_time() - began) * 1000 / len(pictures)

    def theirs() -> float:
        began = time.process_time()
        for picture in pictures:
            peer.detect(picture)
        return (time.process_time() - began) * 1000 / len(pictures)

    return harness.row(
        f"motion maths, one look at 640x360, {'quiet' if quiet else 'with visits'}",
        harness.median_of(ours, 5),
        harness.median_of(theirs, 5),
        DETECTOR,
        "ms",
        5,
    )


def cold_start() -> harness.Row:
    """A still scene from the first picture on, for half a minute: for how long is motion told?"""
    world = replace(WORLDS["still"], width=320, height=180, fps=5)
    detector, peer = Detector(), hub_cpu_peer.FrigateMotion()
    ours, theirs = 0, 0
    for number, picture in enumerate(frames(world)):
        step = stride(world.height)
        ours += detector.look(picture[::step, ::step].copy(), number * 200_000).kind == "motion"
        theirs += peer.detect(picture) > 0
    return harness.row(
        "false event seconds after a cold start", ours / world.fps, theirs / world.fps, DETECTOR, "s", 1
    )


def main() -> None:
    if not available():
        sys.exit(WHY_NOT)
    for program in ("ffmpeg", "motion"):
        if shutil.which(program) is None:
            sys.exit(f"{program} is not installed: apt-get install {program}")
    with tempfile.TemporaryDirectory() as busy, tempfile.TemporaryDirectory() as quiet:
        rows = [*measure(Path(busy)), measure_quiet(Path(quiet))]
    rows += [motion_maths(quiet=True), motion_maths(quiet=False), cold_start()]
    harness.write("hub_cpu", rows)


if __name__ == "__main__":
    main()
