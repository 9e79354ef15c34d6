"""How long the main job takes without hands, and how fast the demo starts for the second time."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks import harness
from latchstring.demo import accounts
from latchstring.demo.stage import Ports, Stage
from latchstring.demo.story import Story
from latchstring.demo.walkthrough import RECORD_SECONDS, Walkthrough

RUNS = 3


def main() -> None:
    walks = sorted(_walk() for _ in range(RUNS))
    with tempfile.TemporaryDirectory(prefix="latchstring-") as folder:
        ports = Ports.free()
        _start(Path(folder), ports)
        starts = sorted(_start(Path(folder), ports) for _ in range(RUNS))
    harness.write(
        "walkthrough",
        [
            harness.row(
                "walkthrough, wall time", walks[RUNS // 2], RECORD_SECONDS, "the recording in it", "s", RUNS
            ),
            harness.row("second start of the demo", starts[RUNS // 2], 8.0, "the limit", "s", RUNS),
        ],
    )


def _walk() -> float:
    with tempfile.TemporaryDirectory(prefix="latchstring-") as folder:
        out = Path(folder) / "out"
        out.mkdir()
        began = time.monotonic()
        with Stage(Path(folder) / "stage", Ports.free()) as stage:
            Walkthrough(stage, Story(lambda _: None), out).run()
        return time.monotonic() - began


def _start(folder: Path, ports: Ports) -> float:
    """Seconds until every page answers and the sample accounts are there."""
    began = time.monotonic()
    with Stage(folder, ports) as stage:
        accounts.enrol(stage)
        return time.monotonic() - began


if __name__ == "__main__":
    main()
