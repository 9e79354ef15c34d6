"""Eight cameras for half an hour: is memory flat, are file handles flat, is there no gap in any index?

`LATCHSTRING_SOAK_SECONDS` makes it shorter. The first fifth is warming up and does not count. What grows is told
twice: over all that counts, and over the second half alone, which shows whether it has come to an end.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks import harness
from benchmarks.hub_cpu import CAMERAS, films, hub_with, memory_mb
from latchstring.testing.rtsp import WHY_NOT, available

SECONDS = float(os.environ.get("LATCHSTRING_SOAK_SECONDS", "1800"))
EVERY_SECONDS = min(5.0, SECONDS / 20)
COUNTED_GAP_US = 50_000


def gaps(folder: Path) -> tuple[int, int]:
    """GOPs, and how many of them do not begin where the one before them ended."""
    with sqlite3.connect(folder / "hub.db") as db:
        rows = db.execute("SELECT camera, start_us, end_us FROM gop ORDER BY camera, start_us").fetchall()
    pairs = pairwise(rows)
    return len(rows), sum(a[0] == b[0] and b[1] - a[2] > COUNTED_GAP_US for a, b in pairs)


def an_hour(values: list[tuple[float, float]]) -> float:
    """How much a straight line through the values rises in an hour."""
    at, value = np.array(values).T
    return float(np.polyfit(at, value, 1)[0] * 3600)


def main() -> None:
    if not available():
        sys.exit(WHY_NOT)
    memory: list[tuple[float, float]] = []
    handles: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as place, films(Path(place)) as urls:
        folder = Path(place) / "hub"
        with hub_with(CAMERAS, urls, folder) as hub:
            began = time.monotonic()
            while (at := time.monotonic() - began) < SECONDS:
                if at > SECONDS / 5:
                    memory.append((at, memory_mb(hub)))
                    handles.append((at, hub.num_fds()))
                time.sleep(EVERY_SECONDS)
        gops, broken = gaps(folder)
    late = [(at, mb) for at, mb in memory if at > SECONDS / 2]
    harness.write(
        "hub_soak",
        [
            harness.row(
                f"memory, {CAMERAS} cameras, largest", max(v for _, v in memory), None, None, "MB", 1
            ),
            harness.row("memory grows", an_hour(memory), None, None, "MB an hour", 1),
            harness.row("memory grows, second half", an_hour(late), None, None, "MB an hour", 1),
            harness.row("file handles, largest", max(v for _, v in handles), None, None, "handles", 1),
            harness.row("file handles grow", an_hour(handles), None, None, "an hour", 1),
            harness.row("GOPs recorded", gops, None, None, "GOPs", 1),
            harness.row("gaps in the index", broken, None, None, "gaps", 1),
            harness.row("length of the soak", SECONDS, None, None, "s", 1),
        ],
    )


if __name__ == "__main__":
    main()
