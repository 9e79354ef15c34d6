"""Jacquez's test: are the k nearest events in space among the k nearest in time?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis import tails
from latchstring.analysis.hotspots.matrices import check_size, row_blocks
from latchstring.analysis.hotspots.moments import PairSums, moments
from latchstring.analysis.hotspots.pairs import Metric
from latchstring.analysis.interval import Interval, two_sided
from latchstring.analysis.points import Incidents
from latchstring.base.errors import BadInput

Floats = NDArray[np.float64]


class BadNeighbours(BadInput):
    """The number of neighbours is a whole number from 1 up, less than the number of events."""


@dataclass(frozen=True, kw_only=True)
class Jacquez:
    """Neighbours in both, summed over the events; mean and variance are exact over all permutations.

    Events on one day, or at one address, are equally near; where more are tied than there is room for among
    the k, each counts in part (two tied for one place: a half each). The answer then does not depend on the
    order of the rows, as it does where ties are broken by it.
    """

    events: int
    neighbours: int
    observed: float
    by_row_order: int
    """The count with ties broken by the order of the rows, as others publish it."""
    tied_in_space: int
    """Events for which ties had to be shared out."""
    tied_in_time: int
    expected: float
    variance: float
    z: float | None
    """None where the variance is 0."""
    p: float
    """Upper tail of a normal, corrected for continuity."""
    by_chance: Interval


@dataclass(frozen=True)
class _Nearest:
    """For each event how far its k-th neighbour is, and the share of a place that those so far get."""

    furthest: Floats
    share: Floats

    @classmethod
    def of(cls, events: int) -> _Nearest:
        return cls(np.empty(events), np.empty(events))

    def weights(self, apart: Floats, of: slice) -> Floats:
        """1 for each event nearer than the k-th, the share for each just as far; rows are events `of`."""
        return _weights(apart, self.furthest[of, None], self.share[of, None])

    def weights_back(self, apart: Floats) -> Floats:
        """What the column's event gives to the row's."""
        return _weights(apart, self.furthest, self.share)


def jacquez(
    incidents: Incidents, *, neighbours: int, metric: Metric = "euclidean", level: float = 0.95
) -> Jacquez:
    """The k nearest neighbours test (Jacquez 1996, Statistics in Medicine 15:1935)."""
    check_size(incidents)
    n = len(incidents)
    if neighbours != int(neighbours) or not 1 <= neighbours < n:
        raise BadNeighbours
    nearest = (_Nearest.of(n), _Nearest.of(n))
    by_row_order = 0
    for rows, *matrices in _without_self(incidents, metric):
        firsts = [_find(each, apart, rows, neighbours) for each, apart in zip(nearest, matrices, strict=True)]
        by_row_order += int(np.count_nonzero(firsts[0] & firsts[1]))

    observed = 0.0
    same, mirrored, received = np.zeros(2), np.zeros(2), np.zeros((2, n))
    for rows, *matrices in _without_self(incidents, metric):
        weights = [each.weights(apart, rows) for each, apart in zip(nearest, matrices, strict=True)]
        observed += float((weights[0] * weights[1]).sum())
        for which in (0, 1):
            same[which] += np.square(weights[which]).sum()
            mirrored[which] += (weights[which] * nearest[which].weights_back(matrices[which])).sum()
            received[which] += weights[which].sum(axis=0)
    sums = [
        PairSums(
            events=n,
            total=n * neighbours,
            same=float(same[which]),
            mirrored=float(mirrored[which]),
            first=n * neighbours**2 - float(same[which]),
            second=float(np.square(received[which]).sum() - same[which]),
            chained=neighbours * float(received[which].sum()) - float(mirrored[which]),
        )
        for which in (0, 1)
    ]
    exact_mean, exact_variance = moments(sums[0], sums[1])
    mean, variance = float(exact_mean), max(0.0, float(exact_variance))
    deviation = math.sqrt(variance) if variance > 1e-9 * max(1.0, mean) else 0.0
    spread = two_sided(level) * deviation
    return Jacquez(
        events=n,
        neighbours=neighbours,
        observed=observed,
        by_row_order=by_row_order,
        tied_in_space=int((nearest[0].share < 1).sum()),
        tied_in_time=int((nearest[1].share < 1).sum()),
        expected=mean,
        variance=variance,
        z=(observed - mean) / deviation if deviation else None,
        p=tails.normal_upper((observed - 0.5 - mean) / deviation) if deviation else 1.0,
        by_chance=Interval(max(0.0, mean - spread), mean + spread, level),
    )


def _without_self(incidents: Incidents, metric: Metric) -> Iterator[tuple[slice, Floats, Floats]]:
    for rows, distances, days in row_blocks(incidents, metric):
        for matrix in (distances, days):
            matrix[np.arange(len(matrix)), np.arange(rows.start, rows.stop)] = np.inf
        yield rows, distances, days


def _find(nearest: _Nearest, apart: Floats, rows: slice, neighbours: int) -> NDArray[np.bool_]:
    """Fill in the rows of `nearest`; whether each is among the k nearest, ties broken by the order of the
    rows.
    """
    furthest = np.partition(apart, neighbours - 1, axis=1)[:, neighbours - 1, None]
    closer, tied = apart < furthest, apart == furthest
    room = neighbours - closer.sum(axis=1, keepdims=True)
    nearest.furthest[rows] = furthest[:, 0]
    nearest.share[rows] = (room / tied.sum(axis=1, keepdims=True))[:, 0]
    chosen: NDArray[np.bool_] = closer | (tied & (np.cumsum(tied, axis=1) <= room))
    return chosen


def _weights(apart: Floats, furthest: Floats, share: Floats) -> Floats:
    return np.where(apart < furthest, 1.0, np.where(apart == furthest, share, 0.0))
