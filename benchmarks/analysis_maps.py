"""Maps of a synthetic city, beside the packages that are used for them, in the same run.

20 by 20 km, half of the events even, half in 200 hotspots of very different size; a kernel of 300 m on 256 by 256
cells. The peers run in their own environment on the same events (`analysis_maps_peer.py`). Accuracy is against
the sum over all events.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import harness
from latchstring.analysis.hotspots import kernel
from latchstring.analysis.hotspots.certainty import certainty
from latchstring.analysis.hotspots.gi_star import gi_star
from latchstring.analysis.hotspots.grid import Grid
from latchstring.analysis.hotspots.hotspot_map import hotspot_map
from latchstring.analysis.points import Points

NAME = "analysis_maps"
RUNS = 7
SIDE = 20_000.0
BANDWIDTH = 300.0
GRID = Grid(west=0, south=0, cell_metres=SIDE / 256, columns=256, rows=256)
GI_GRID = Grid(west=0, south=0, cell_metres=SIDE / 200, columns=200, rows=200)
ESDA = "esda G_Local*, 999 permutations"
ESDA_Z = "esda G_Local*, z alone"


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for events in (10_000, 100_000, 1_000_000):
            points = a_city(events)
            np.save(Path(folder) / f"{events}.npy", points.xy)
            peer = harness.peer(
                "analysis_maps_peer", "kde", str(Path(folder) / f"{events}.npy"), str(BANDWIDTH)
            )
            ours = _seconds(lambda points=points: kernel.density(points, GRID, bandwidth_metres=BANDWIDTH))
            rows.append(
                harness.row(
                    f"kernel map, {events:,} events", ours, peer["seconds"], "KDEpy FFTKDE", "s", RUNS
                )
            )
            wrong = _error(points)
            rows.append(
                harness.row(f"its largest error, {events:,} events", wrong, None, None, "% of peak", 1)
            )
        counts = GI_GRID.counts(a_city(100_000))
        np.save(Path(folder) / "counts.npy", counts)
        peer = harness.peer("analysis_maps_peer", "gi", str(Path(folder) / "counts.npy"))
    found = _seconds(lambda: gi_star(counts))
    rows.append(harness.row("Gi* 200 x 200, exact p", found, peer["permutations"], ESDA, "s", RUNS))
    rows.append(harness.row("Gi* 200 x 200, exact p", found, peer["analytic"], ESDA_Z, "s", RUNS))
    busy, city = GRID.counts(a_city(100_000)), a_city(100_000)
    sure = _seconds(lambda: certainty(busy, GRID, bandwidth_metres=BANDWIDTH))
    rows.append(harness.row("200 bootstrap maps, 100,000 events", sure, None, None, "s", RUNS))
    homes = np.full(GRID.shape, 10.0)
    whole = _seconds(lambda: hotspot_map(city, GRID, bandwidth_metres=BANDWIDTH, exposure=homes))
    rows.append(
        harness.row("whole hotspot map with rates and risk, 100,000 events", whole, None, None, "s", RUNS)
    )
    harness.write(NAME, rows)


def a_city(events: int) -> Points:
    rng = np.random.default_rng(0)
    weight = rng.pareto(1.2, 200) + 0.1
    of = rng.choice(200, events - events // 2, p=weight / weight.sum())
    hot = rng.uniform(500, SIDE - 500, (200, 2))[of] + rng.normal(0, 120, (len(of), 2))
    return Points(np.clip(np.vstack([rng.uniform(0, SIDE, (events // 2, 2)), hot]), 0, SIDE))


def _error(points: Points) -> float:
    """In percent of the peak, against the sum over all events, a block of them at a time."""
    exact: NDArray[np.float64] = np.zeros(GRID.shape)
    for start in range(0, len(points), 20_000):
        x, y = points.xy[start : start + 20_000].T
        east = np.exp(-0.5 * ((GRID.xs[:, None] - x) / BANDWIDTH) ** 2)
        north = np.exp(-0.5 * ((GRID.ys[:, None] - y) / BANDWIDTH) ** 2)
        exact += north @ east.T
    exact *= 1e6 / (2 * np.pi * BANDWIDTH**2)
    ours = kernel.density(points, GRID, bandwidth_metres=BANDWIDTH)
    return float(np.abs(ours - exact).max() / exact.max() * 100)


def _seconds(work: Callable[[], object]) -> float:
    def once() -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    once()
    return harness.median_of(once, RUNS)


if __name__ == "__main__":
    main()
