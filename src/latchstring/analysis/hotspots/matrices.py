"""Tests that look at every pair: rows of the matrices of distances and days, some at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis.hotspots import pairs
from latchstring.analysis.hotspots.pairs import Metric
from latchstring.analysis.points import Incidents
from latchstring.base.errors import BadInput

Floats = NDArray[np.float64]

MOST = 20_000
"""Events; the time grows with their square, and twenty thousand take some ten seconds."""

CELLS = 1 << 20
"""Entries of a matrix in one block: 8 MB."""


class TooMany(BadInput):
    """This test looks at every pair and takes up to 20,000 events; take a part of them, or Knox's test."""


def check_size(incidents: Incidents) -> None:
    """At least two, at most `MOST`."""
    pairs.check_events(incidents)
    if len(incidents) > MOST:
        raise TooMany


def row_blocks(incidents: Incidents, metric: Metric) -> Iterator[tuple[slice, Floats, Floats]]:
    """(which rows, their distances in metres, their days between), each of shape (rows, n)."""
    pairs.check_metric(metric)
    n = len(incidents)
    x, y = incidents.points.xy.T
    days = incidents.days.astype(np.float64)
    step = max(1, CELLS // n)
    for start in range(0, n, step):
        rows = slice(start, min(start + step, n))
        east, north = x[rows, None] - x, y[rows, None] - y
        distances = np.abs(east) + np.abs(north) if metric == "manhattan" else np.hypot(east, north)
        yield rows, distances, np.abs(days[rows, None] - days)
