"""The near-repeat table: pairs of events by how far and how long apart they are, against chance."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis.bands import Bands
from latchstring.analysis.hotspots import pairs
from latchstring.analysis.hotspots.knox import half_moments, upper_tail
from latchstring.analysis.hotspots.moments import PairSums
from latchstring.analysis.hotspots.pairs import Closed, Metric
from latchstring.analysis.interval import two_sided
from latchstring.analysis.points import Incidents
from latchstring.base.errors import BadInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class BadClosed(BadInput):
    """Bands are closed on the `right` (0 to 7 days holds the seventh) or on the `left` (it does not)."""


@dataclass(frozen=True, kw_only=True)
class NearRepeat:
    """One row for each band of distance, one column for each band of days; all arrays have that shape.

    `expected` and `variance` are exact over all permutations of the days (`moments`), `p` is the upper tail
    of a normal with these, corrected for continuity, and `p_of_all` is that p after allowing for so many
    cells being looked at (Holm 1979): it is what to quote when the largest ratio of a table is picked out.
    """

    distances: Bands
    days: Bands
    closed: Closed
    metric: Metric
    events: int
    observed: Ints
    expected: Floats
    ratio: Floats
    """Observed over expected; nan where nothing is expected."""
    variance: Floats
    z: Floats
    """nan where the variance is 0."""
    p: Floats
    p_of_all: Floats
    ratio_low: Floats
    ratio_high: Floats
    """Between these two the ratio lies by chance alone, at `level`."""
    level: float
    duplicates: int
    """Pairs at the very same place and day. They are counted; one event entered twice looks like a near
    repeat.
    """

    @property
    def distance_labels(self) -> tuple[str, ...]:
        """`[0, 200]`, `(200, 400]`: as they were compared."""
        return _labels(self.distances, self.closed)

    @property
    def day_labels(self) -> tuple[str, ...]:
        """`[0, 7]`, `(7, 14]`; closed on the left `[0, 7)`, `[7, 14)`, which is 0 to 6 and 7 to 13 days."""
        return _labels(self.days, self.closed)

    @property
    def duplicate_share(self) -> float | None:
        """Of the first cell's pairs, those at the very same place and day; None where there is no pair."""
        first = int(self.observed[0, 0])
        return self.duplicates / first if first else None


def near_repeat(
    incidents: Incidents,
    *,
    distances: Sequence[float],
    days: Sequence[float],
    metric: Metric = "euclidean",
    closed: Closed = "right",
    level: float = 0.95,
) -> NearRepeat:
    """Count pairs by bands of distance (metres) and of days (Johnson et al. 2007; Ratcliffe and Rengert
    2008).

    Bands are closed on the right. `closed="left"` is there to reproduce the Near Repeat Calculator, whose
    column "0 to 7 days" holds the pairs less than seven days apart.
    """
    pairs.check_events(incidents)
    if closed not in ("right", "left"):
        raise BadClosed
    far_bands, day_bands = Bands(tuple(distances)), Bands(tuple(days))
    reaches = [pairs.reach(incidents.points, each, closed=closed) for each in far_bands.limits]
    lags = [pairs.whole_lag(each, closed=closed) for each in day_bands.limits]
    observed = _observed(incidents, reaches, lags, metric)
    in_space = _by_band([pairs.degrees_in_space(incidents.points, each, metric) for each in reaches])
    in_time = _by_band([pairs.degrees_in_time(incidents, each) for each in lags])
    expected, variance, z, p = (np.empty(observed.shape) for _ in range(4))
    for row, column in np.ndindex(*observed.shape):
        mean, square = half_moments(in_space[row], in_time[column])
        score, tail = upper_tail(int(observed[row, column]), mean, square)
        expected[row, column], variance[row, column] = mean, square
        z[row, column], p[row, column] = np.nan if score is None else score, tail
    possible = np.where(expected > 0, expected, np.nan)
    spread = two_sided(level) * np.sqrt(variance) / possible
    return NearRepeat(
        distances=far_bands,
        days=day_bands,
        closed=closed,
        metric=metric,
        events=len(incidents),
        observed=observed,
        expected=expected,
        ratio=observed / possible,
        variance=variance,
        z=z,
        p=p,
        p_of_all=holm(p),
        ratio_low=np.maximum(0, 1 - spread),
        ratio_high=1 + spread,
        level=level,
        duplicates=pairs.duplicate_pairs(incidents),
    )


def holm(p: Floats) -> Floats:
    """Each p after allowing for all of them being looked at (Holm 1979, Scandinavian Journal of Statistics
    6).
    """
    flat = p.ravel()
    order = np.argsort(flat, kind="stable")
    stepped = flat[order] * np.arange(flat.size, 0, -1)
    adjusted = np.empty_like(flat)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(stepped))
    return adjusted.reshape(p.shape)


def _observed(incidents: Incidents, reaches: list[float], lags: list[int], metric: Metric) -> Ints:
    counts = np.zeros(len(reaches) * len(lags), dtype=np.int64)
    for block in pairs.close_pairs(incidents, reaches[-1], lags[-1], metric):
        row = np.searchsorted(reaches, block.distances, side="left")
        column = np.searchsorted(lags, block.lags, side="left")
        inside = row < len(reaches)
        counts += np.bincount(row[inside] * len(lags) + column[inside], minlength=len(counts))
    return counts.reshape(len(reaches), len(lags))


def _by_band(degrees: list[Ints]) -> list[PairSums]:
    """From the numbers within each limit to those within each band."""
    inner = [np.zeros_like(degrees[0]), *degrees[:-1]]
    return [PairSums.of_degrees(all_ - less) for less, all_ in zip(inner, degrees, strict=True)]


def _labels(bands: Bands, closed: Closed) -> tuple[str, ...]:
    if closed == "right":
        return bands.labels
    ends = ["0", *(f"{each:g}" for each in bands.limits)]
    return tuple(f"[{low}, {high})" for low, high in itertools.pairwise(ends))
