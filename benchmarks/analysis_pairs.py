"""Knox's test and the near-repeat table, beside pointpats 2.5.5 with 99 permutations.

The city is made up: 20 by 20 km, three years, half of the events anywhere, half in 200 hotspots of very
different size, all the same for both. Ours runs in a process of its own, once to warm up, and its peak memory
is told. pointpats looks at 10,000 events only: it needs more memory than there is for 100,000. Both must find
the same count. Chicago's burglaries are timed too where ../shared/data/analysis is.
"""

from __future__ import annotations

import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks import harness
from latchstring.analysis.hotspots.knox import knox
from latchstring.analysis.hotspots.near_repeat import near_repeat
from latchstring.analysis.points import Incidents, Points
from latchstring.studies import dates

ROOT = Path(__file__).parents[1]
PEERS = ROOT / ".cache/peers/bin/python"
CHICAGO = ROOT.parent / "shared/data/analysis/chicago_burglary.csv"
DISTANCE, DAYS = 200.0, 7
RUNS = 9
PEER = """
import json, sys, time
import numpy as np
from pointpats.spacetime import Knox
table = np.load(sys.argv[1])
began = time.perf_counter()
found = Knox(table[:, :2], table[:, 2:], delta=200.0, tau=7.0, permutations=99)
print(json.dumps([time.perf_counter() - began, int(found.statistic_), float(found.p_sim)]))
"""


def city(events: int) -> Incidents:
    """The same each time. Hotspots are some 60 m wide; their shares are Pareto's, one holds a third of all."""
    layout, rng = np.random.default_rng(0), np.random.default_rng(events)
    shares = layout.pareto(0.8, 200) + 0.1
    centres = layout.uniform(0, 20_000, (200, 2))
    anywhere = events // 2
    chosen = rng.choice(200, events - anywhere, p=shares / shares.sum())
    places = [
        rng.uniform(0, 20_000, (anywhere, 2)),
        centres[chosen] + rng.normal(0, 60, (len(chosen), 2)),
    ]
    return Incidents(Points(np.concatenate(places)), rng.integers(0, 1096, events))


def found_by_knox(incidents: Incidents) -> list[float]:
    """Pairs near in space, in both, as expected, and p."""
    found = knox(incidents, distance=DISTANCE, days=DAYS)
    return [found.near_in_space, found.observed, found.expected, found.p]


def found_by_table(incidents: Incidents) -> list[float]:
    """Pairs in all twelve cells, as expected."""
    table = near_repeat(incidents, distances=[0.1, 200, 400, 600], days=[7, 14, 21])
    return [float(table.observed.sum()), float(table.expected.sum())]


TASKS = {"knox": found_by_knox, "near-repeat": found_by_table, "chicago": found_by_table}


def chicago() -> Incidents:
    """The burglaries of 2016, as the tests read them."""
    with CHICAGO.open() as lines:
        rows = [row for row in csv.DictReader(lines) if row["date_single"].endswith("2016")]
    days = dates.read([row["date_single"] for row in rows], "day-first")
    return Incidents(Points.of([float(row["x"]) for row in rows], [float(row["y"]) for row in rows]), days)


def in_child(task: str, events: int, runs: int) -> tuple[float, float, list[float]]:
    """Median seconds, peak megabytes, and what was found, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.analysis_pairs", task, str(events), str(runs)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    seconds, peak, *found = json.loads(done.stdout)
    return seconds, peak, found


def child(task: str, events: int, runs: int) -> None:
    incidents = chicago() if task == "chicago" else city(events)
    found = TASKS[task](incidents)
    seconds = harness.median_of(lambda: timed(task, incidents), runs)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps([seconds, peak, *found]))


def timed(task: str, incidents: Incidents) -> float:
    began = time.perf_counter()
    TASKS[task](incidents)
    return time.perf_counter() - began


def peer(incidents: Incidents) -> list[float]:
    with tempfile.NamedTemporaryFile(suffix=".npy") as file:
        np.save(file, np.column_stack([incidents.points.xy, incidents.days]))
        file.flush()
        done = subprocess.run([PEERS, "-c", PEER, file.name], capture_output=True, check=True, text=True)
    answer: list[float] = json.loads(done.stdout)
    return answer


def main() -> None:
    small, _, found = in_child("knox", 10_000, RUNS)
    peer_seconds, peer_count, peer_p = peer(city(10_000))
    if peer_count != found[1]:
        raise SystemExit(f"pointpats counts {peer_count} pairs, Latchstring {found[1]}")
    sys.stdout.write(
        f"10,000 events: {found[1]} pairs, both; p {found[3]:.3f}, of 99 permutations {peer_p:.2f}\n"
    )
    rows = [harness.row("knox, 10,000 events", small, peer_seconds, "pointpats, 99 permutations", "s", RUNS)]
    for events, runs in ((100_000, RUNS), (1_000_000, 1)):
        seconds, peak, found = in_child("knox", events, runs)
        sys.stdout.write(f"{events:,} events: {found[0]:,} pairs near in space, {found[1]:,} in both\n")
        rows.append(harness.row(f"knox, {events:,} events", seconds, None, None, "s", runs))
        rows.append(harness.row(f"its peak memory, {events:,} events", peak, None, None, "MB", runs))
    seconds, peak, _ = in_child("near-repeat", 11_701, RUNS)
    rows.append(harness.row("near-repeat table, 12 cells, 11,701 events", seconds, None, None, "s", RUNS))
    rows.append(harness.row("its peak memory, 11,701 events", peak, None, None, "MB", RUNS))
    if CHICAGO.is_file():
        seconds, _, _ = in_child("chicago", 0, RUNS)
        rows.append(
            harness.row(
                "near-repeat table, 12 cells, Chicago's 11,701 of 2016", seconds, None, None, "s", RUNS
            )
        )
    harness.write("analysis_pairs", rows)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        child(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
