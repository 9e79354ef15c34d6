"""What a power cut and a lost camera cost: video lost at kill -9, time to notice, time until it records again.

A hub process records one camera of a real RTSP server. It is killed at moments spread over the GOP; the camera is
frozen, and killed and started again after it was away for longer than any pause between calls.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks import harness
from benchmarks.hub_cpu import HUB
from latchstring.base.clock import SystemClock
from latchstring.base.ids import CameraId
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.cameras.opener import CameraOpener
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.recording.recorder import Recorder
from latchstring.hub.recording.repair import repair
from latchstring.hub.recording.writer import GopWriter
from latchstring.hub.store import Store
from latchstring.testing.films import film
from latchstring.testing.rtsp import WHY_NOT, RtspServer, available
from latchstring.testing.waiting import until

RUNS = int(os.environ.get("LATCHSTRING_BENCH_RUNS", "5"))
AWAY_SECONDS = float(os.environ.get("LATCHSTRING_BENCH_AWAY", "15"))
SCENE = Scene(width=640, height=360, fps=15, gop_seconds=2)
MEDIAMTX = "MediaMTX, by its documentation (recordPartDuration)"
FRIGATE = "Frigate, by its watchdog"


def lost_at_power_cut(folder: Path, url: str, number: int) -> float:
    """Seconds of pictures between the end of what is on disk and the kill."""
    hub = subprocess.Popen([sys.executable, "-c", HUB, str(folder), url, url, "1"], stdout=subprocess.DEVNULL)
    try:
        until(lambda: _last_us(folder) is not None)
        time.sleep(SCENE.gop_seconds * (1 + number / RUNS))
    finally:
        os.kill(hub.pid, signal.SIGKILL)
        killed = time.time()
        hub.wait()
    store = Store(folder / "hub.db")
    repair(store)
    store.close()
    last = _last_us(folder)
    assert last is not None
    return killed - last / 1e6


def _last_us(folder: Path) -> int | None:
    path = folder / "hub.db"
    if not path.exists():
        return None
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        try:
            found: int | None = db.execute("SELECT max(end_us) FROM gop").fetchone()[0]
        except sqlite3.OperationalError:
            return None
        return found


def away(server: RtspServer, recorder: Recorder) -> tuple[float, float, float]:
    """Seconds to notice a frozen camera, to notice a killed one, and until it records after it is back."""

    def noticed() -> float:
        began = time.monotonic()
        until(lambda: recorder.status.state != "recording")
        return time.monotonic() - began

    server.freeze()
    frozen = noticed()
    server.thaw()
    until(lambda: recorder.status.state == "recording")
    server.kill()
    killed = noticed()
    time.sleep(AWAY_SECONDS + random.uniform(0, 1))
    server.start()
    began = time.monotonic()
    until(lambda: recorder.status.state == "recording")
    return frozen, killed, time.monotonic() - began


def measure(folder: Path) -> list[harness.Row]:
    porch = film(folder / "porch.mp4", SCENE, 8)
    with RtspServer({"/porch": f"file:{porch}"}, login="digest") as server:
        url = server.url("/porch")
        lost = [lost_at_power_cut(folder / f"cut-{n}", url, n) for n in range(RUNS)]
        store = Store(folder / "away" / "hub.db")
        clock = SystemClock()
        recorder = Recorder(
            CameraSettings(id=CameraId("cam_" + "a" * 26), name="Porch", url=url),
            opener=CameraOpener(clock),
            clock=clock,
            writer=GopWriter(store),
            make_room=lambda: None,
        )
        recorder.start()
        try:
            until(lambda: recorder.status.state == "recording")
            frozen, killed, back = zip(*(away(server, recorder) for _ in range(RUNS)), strict=True)
        finally:
            recorder.stop()
            store.close()
    median = statistics.median
    return [
        harness.row(
            f"video lost at kill -9, worst, GOP of {SCENE.gop_seconds} s", max(lost), 1.0, MEDIAMTX, "s", RUNS
        ),
        harness.row("frozen camera noticed", median(frozen), 20.0, FRIGATE, "s", RUNS),
        harness.row("killed camera noticed", median(killed), 20.0, FRIGATE, "s", RUNS),
        harness.row("recording again after the camera is back", median(back), None, None, "s", RUNS),
        harness.row("recording again, worst", max(back), None, None, "s", RUNS),
    ]


def main() -> None:
    if not available():
        sys.exit(WHY_NOT)
    with tempfile.TemporaryDirectory() as folder:
        harness.write("recovery", measure(Path(folder)))


if __name__ == "__main__":
    main()
