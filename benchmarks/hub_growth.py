"""How many 1080p30 cameras one hub holds on this machine: CPU, memory, and what is on disk, at 1 to 32 cameras.

It is the first minute after a start, in which every picture is looked at. Takes about six minutes; what is known is
written after each step. `LATCHSTRING_BENCH_CAMERAS` may name other steps, like `1,4`.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import harness
from benchmarks.hub_cpu import (
    GOP_SECONDS,
    MAIN,
    WARM_UP_SECONDS,
    WINDOWS,
    films,
    hub_with,
    memory_mb,
    recorded_share,
    window,
)
from latchstring.testing.rtsp import WHY_NOT, available

CURVE = [int(each) for each in os.environ.get("LATCHSTRING_BENCH_CAMERAS", "1,4,8,16,32").split(",")]
WHOLE = 0.999
"""So much of the time, and of the frames in it, must be on disk for the cameras to be held."""


def at(cameras: int, urls: list[str], folder: Path) -> tuple[float, float, float, float]:
    """CPU per camera in % of a core, memory in MB, the share of the time on disk, and of the frames in that."""
    with hub_with(cameras, urls, folder) as hub:
        time.sleep(WARM_UP_SECONDS + cameras / 4)
        began = time.time()
        cpu = statistics.median(window(hub)[0] for _ in range(WINDOWS))
        memory = memory_mb(hub)
        ended = time.time() - GOP_SECONDS - 0.5
    share = recorded_share(folder, began, ended, cameras)
    return cpu / cameras, memory, share, frames_share(folder, began, ended)


def frames_share(folder: Path, began: float, ended: float) -> float:
    """Of the frames that were filmed in the GOPs from `began` to `ended`, what the least lucky camera has."""
    with sqlite3.connect(folder / "hub.db") as db:
        rows = db.execute(
            """SELECT sum(frames), sum(end_us - start_us) FROM gop WHERE start_us > ? AND end_us < ?
               GROUP BY camera""",
            (began * 1e6, ended * 1e6),
        ).fetchall()
    return min((frames / (us / 1e6 * MAIN.fps) for frames, us in rows), default=0.0)


def main() -> None:
    if not available():
        sys.exit(WHY_NOT)
    rows: list[harness.Row] = []
    held, drops = 0, 0
    with tempfile.TemporaryDirectory() as place, films(Path(place)) as urls:
        for cameras in CURVE:
            cpu, memory, share, frames = at(cameras, urls, Path(place) / str(cameras))
            if not drops and min(share, frames) >= WHOLE:
                held = cameras
            elif not drops:
                drops = cameras
            rows += [
                harness.row(f"CPU per camera, {cameras}", cpu, None, None, "% of a core", WINDOWS),
                harness.row(f"memory, {cameras} cameras", memory, None, None, "MB", 1),
                harness.row(f"share of the time on disk, {cameras} cameras", share, None, None, "of 1", 1),
                harness.row(f"share of the frames in it, {cameras} cameras", frames, None, None, "of 1", 1),
            ]
            end = [
                harness.row("cameras held, the senders on the same machine", held, None, None, "cameras", 1),
                harness.row("frames drop at (0: at no step)", drops, None, None, "cameras", 1),
            ]
            harness.write("hub_growth", [*rows, *end])


if __name__ == "__main__":
    main()
