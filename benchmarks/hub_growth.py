"""How many 1080p30 cameras one hub holds on this machine: CPU, memory, and what is on disk, at 1 to 32 cameras."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import harness
from benchmarks.hub_cpu import (
    GOP_SECONDS,
    WARM_UP_SECONDS,
    WINDOWS,
    films,
    hub_with,
    memory_mb,
    recorded_share,
    window,
)
from latchstring.testing.rtsp import WHY_NOT, available

CURVE = (1, 4, 8, 16, 32)
WHOLE = 0.999
"""So much of the time must be on disk for the cameras to be held."""


def at(cameras: int, urls: list[str], folder: Path) -> tuple[float, float, float]:
    """CPU per camera in % of a core, memory in MB, and the share of the time that is on disk."""
    with hub_with(cameras, urls, folder) as hub:
        time.sleep(WARM_UP_SECONDS + cameras / 4)
        began = time.time()
        cpu = statistics.median(window(hub)[0] for _ in range(WINDOWS))
        memory = memory_mb(hub)
        ended = time.time() - GOP_SECONDS - 0.5
    return cpu / cameras, memory, recorded_share(folder, began, ended, cameras)


def main() -> None:
    if not available():
        sys.exit(WHY_NOT)
    rows, held = [], 0
    with tempfile.TemporaryDirectory() as place, films(Path(place)) as urls:
        for cameras in CURVE:
            cpu, memory, share = at(cameras, urls, Path(place) / str(cameras))
            held = cameras if share >= WHOLE else held
            rows += [
                harness.row(f"CPU per camera, {cameras}", cpu, None, None, "% of a core", WINDOWS),
                harness.row(f"memory, {cameras} cameras", memory, None, None, "MB", 1),
                harness.row(f"share of the time on disk, {cameras} cameras", share, None, None, "of 1", 1),
            ]
    rows.append(harness.row("cameras held, the senders on the same machine", held, None, None, "cameras", 1))
    harness.write("hub_growth", rows)


if __name__ == "__main__":
    main()
