"""Mantel's test: do events that are further apart in space lie further apart in time?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis import tails
from latchstring.analysis.hotspots.matrices import check_size, row_blocks
from latchstring.analysis.hotspots.moments import PairSums, moments
from latchstring.analysis.hotspots.pairs import Metric
from latchstring.analysis.hotspots.permuted import Permuted, check_draws, upper
from latchstring.analysis.interval import Interval, two_sided
from latchstring.analysis.points import Incidents
from latchstring.base.errors import BadInput

Floats = NDArray[np.float64]

MOST_PERMUTED = 4000
"""Events whose two matrices are kept while permuting: 256 MB."""


class BadTransform(BadInput):
    """(distance + constant) ** power must be finite: with a power below 0 the constant is above 0."""


class TooManyToPermute(BadInput):
    """Permuting takes up to 4,000 events; beyond, the exact mean and variance serve well."""


@dataclass(frozen=True, kw_only=True)
class Transform:
    """(d + constant) ** power. Mantel (1967) advises the reciprocal: far pairs then count alike."""

    constant: float = 1.0
    power: float = -1.0

    def of(self, apart: Floats) -> Floats:
        """Of each distance or number of days."""
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            transformed = (apart + self.constant) ** self.power
        if self.constant < 0 or not np.isfinite(transformed).all():
            raise BadTransform
        return np.asarray(transformed, dtype=np.float64)


RECIPROCAL = Transform()
RAW = Transform(constant=0.0, power=1.0)


@dataclass(frozen=True, kw_only=True)
class Mantel:
    """The correlation of space and time over all pairs, with its exact deviation over all permutations.

    Its exact mean is 0. `p` is the upper tail of a normal, which reciprocals of distances approach slowly
    where many events share a place and a day: ask for permutations there.
    """

    events: int
    correlation: float | None
    """None where all distances or all numbers of days are alike."""
    deviation: float | None
    z: float | None
    p: float
    by_chance: Interval | None
    """Where the correlation lies by chance alone."""
    permuted: Permuted | None


def mantel(
    incidents: Incidents,
    *,
    space: Transform = RECIPROCAL,
    time: Transform = RECIPROCAL,
    metric: Metric = "euclidean",
    permutations: int = 0,
    seed: int = 0,
    level: float = 0.95,
) -> Mantel:
    """The standardized test of Mantel (1967, Cancer Research 27:209) with transformed distances and days."""
    check_size(incidents)
    n = len(incidents)
    if permutations and n > MOST_PERMUTED:
        raise TooManyToPermute
    means = _sums(incidents, space, time, metric, (0.0, 0.0))[2] / (n * (n - 1))
    in_space, in_time, totals = _sums(incidents, space, time, metric, (float(means[0]), float(means[1])))
    scale = math.sqrt(in_space.same * in_time.same)
    if scale <= 1e-12 * n * n * abs(float(means[0] * means[1])):
        return Mantel(
            events=n, correlation=None, deviation=None, z=None, p=1.0, by_chance=None, permuted=None
        )
    mean, variance = moments(in_space, in_time)
    correlation, deviation = float(totals[2]) / scale, math.sqrt(max(0.0, float(variance))) / scale
    z = (correlation - float(mean) / scale) / deviation if deviation else None
    spread = two_sided(level) * deviation
    return Mantel(
        events=n,
        correlation=correlation,
        deviation=deviation,
        z=z,
        p=1.0 if z is None else tails.normal_upper(z),
        by_chance=Interval(-spread, spread, level),
        permuted=_permute(incidents, space, time, metric, scale, means, permutations, seed)
        if permutations
        else None,
    )


def _sums(
    incidents: Incidents, space: Transform, time: Transform, metric: Metric, means: tuple[float, float]
) -> tuple[PairSums, PairSums, Floats]:
    """The sums of both matrices less their means, and (total of space, total of time, total of products)."""
    n = len(incidents)
    rows_of, squares, totals = np.zeros((2, n)), np.zeros(2), np.zeros(3)
    for rows, distances, days in row_blocks(incidents, metric):
        matrices = [
            each.of(apart) - mean
            for each, apart, mean in zip((space, time), (distances, days), means, strict=True)
        ]
        for which, matrix in enumerate(matrices):
            matrix[np.arange(len(matrix)), np.arange(rows.start, rows.stop)] = 0
            rows_of[which, rows] = matrix.sum(axis=1)
            squares[which] += np.square(matrix).sum()
        totals[2] += (matrices[0] * matrices[1]).sum()
    totals[:2] = rows_of.sum(axis=1)
    in_space, in_time = (
        _symmetric(n, float(totals[which]), float(squares[which]), rows_of[which]) for which in (0, 1)
    )
    return in_space, in_time, totals


def _symmetric(n: int, total: float, squares: float, rows: Floats) -> PairSums:
    sharing = float(np.square(rows).sum()) - squares
    return PairSums(
        events=n, total=total, same=squares, mirrored=squares, first=sharing, second=sharing, chained=sharing
    )


def _permute(
    incidents: Incidents,
    space: Transform,
    time: Transform,
    metric: Metric,
    scale: float,
    means: Floats,
    permutations: int,
    seed: int,
) -> Permuted:
    check_draws(permutations)
    n = len(incidents)
    in_space, in_time = np.empty((n, n)), np.empty((n, n))
    for rows, distances, days in row_blocks(incidents, metric):
        in_space[rows], in_time[rows] = space.of(distances) - means[0], time.of(days) - means[1]
    np.fill_diagonal(in_space, 0)
    rng = np.random.default_rng(seed)
    drawn = np.empty(permutations)
    for draw in range(permutations):
        order = rng.permutation(n)
        drawn[draw] = np.vdot(in_space, in_time[np.ix_(order, order)]) / scale
    return upper(drawn, float(np.vdot(in_space, in_time)) / scale)
