"""Knox's test: are events that are near in space also near in time, more often than chance alone would have
it?
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis import tails
from latchstring.analysis.hotspots import pairs
from latchstring.analysis.hotspots.moments import PairSums, moments
from latchstring.analysis.hotspots.pairs import Metric
from latchstring.analysis.hotspots.permuted import Permuted, check_draws, upper
from latchstring.analysis.interval import Interval, two_sided
from latchstring.analysis.points import Incidents

LISTED = 4_000_000
"""Pairs that are kept while permuting: 64 MB."""


@dataclass(frozen=True, kw_only=True)
class Knox:
    """Pairs that are close in both space and time, and what chance alone would give.

    `p` is the upper tail P(X >= observed) of a normal with the exact mean and variance over all permutations,
    corrected for continuity (half a pair). `poisson_p` is P(X >= observed) of a Poisson variable of the same
    mean, which Knox (1964) proposed. It takes pairs for independent, which pairs that share an event are not:
    where either is crowded, it is wrong in both directions. Below some five expected pairs the normal is
    rough; ask for permutations there.
    """

    events: int
    distance: float
    days: float
    metric: Metric
    near_in_space: int
    near_in_time: int
    observed: int
    expected: float
    variance: float
    z: float | None
    """None where the variance is 0: each permutation gives the same count, and the data cannot tell."""
    p: float
    poisson_p: float
    by_chance: Interval
    """Where the count lies by chance alone."""
    modified: float
    """Observed less what each event's own numbers of neighbours lead to expect (Baker 2004)."""
    duplicates: int
    """Pairs at the very same place and day, which may be one event entered twice; they are counted."""
    permuted: Permuted | None

    @property
    def table(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Rows: near in space, not; columns: near in time, not."""
        rest = self.events * (self.events - 1) // 2 - self.near_in_space - self.near_in_time + self.observed
        return (
            (self.observed, self.near_in_space - self.observed),
            (self.near_in_time - self.observed, rest),
        )


def knox(
    incidents: Incidents,
    *,
    distance: float,
    days: float,
    metric: Metric = "euclidean",
    permutations: int = 0,
    seed: int = 0,
    level: float = 0.95,
) -> Knox:
    """Count the pairs at most `distance` metres and `days` days apart (Knox 1964, Applied Statistics 13:25).

    The expectation and the variance are exact (`moments`), from how many events lie near each one, in space
    and in time. A random draw is needed only where the tail of a normal is too rough, and then (b + 1) / (m +
    1).
    """
    pairs.check_events(incidents)
    far = pairs.reach(incidents.points, distance)
    lag = pairs.whole_lag(days)
    in_space = pairs.degrees_in_space(incidents.points, far, metric)
    in_time = pairs.degrees_in_time(incidents, lag)
    mean, variance = half_moments(PairSums.of_degrees(in_space), PairSums.of_degrees(in_time))
    near = int(in_space.sum()) // 2
    observed = _observed(incidents, far, lag, metric)
    z, p = upper_tail(observed, mean, variance)
    spread = two_sided(level) * math.sqrt(variance)
    by_event = float(np.dot(in_space.astype(np.float64), in_time.astype(np.float64)))
    return Knox(
        events=len(incidents),
        distance=distance,
        days=days,
        metric=metric,
        near_in_space=near,
        near_in_time=int(in_time.sum()) // 2,
        observed=observed,
        expected=mean,
        variance=variance,
        z=z,
        p=p,
        poisson_p=tails.poisson_upper(observed, mean),
        by_chance=Interval(max(0.0, mean - spread), mean + spread, level),
        modified=observed - by_event / (2 * (len(incidents) - 1)),
        duplicates=pairs.duplicate_pairs(incidents),
        permuted=_permute(incidents, far, lag, metric, near, observed, permutations, seed)
        if permutations
        else None,
    )


def half_moments(space: PairSums, time: PairSums) -> tuple[float, float]:
    """Mean and variance where a pair is counted once, not once from each of its ends."""
    mean, variance = moments(space, time)
    return float(mean / 2), float(variance / 4)


def upper_tail(observed: int, mean: float, variance: float) -> tuple[float | None, float]:
    """z, and P(X >= observed) of a normal, corrected for continuity; (None, 1) where nothing can vary."""
    if variance <= 0:
        return None, 1.0
    deviation = math.sqrt(variance)
    return (observed - mean) / deviation, tails.normal_upper((observed - 0.5 - mean) / deviation)


def _observed(incidents: Incidents, far: float, lag: int, metric: Metric) -> int:
    return sum(len(block) for block in pairs.close_pairs(incidents, far, lag, metric))


def _permute(
    incidents: Incidents,
    far: float,
    lag: int,
    metric: Metric,
    near: int,
    observed: int,
    permutations: int,
    seed: int,
) -> Permuted:
    """Deal the days out anew. Up to `LISTED` pairs near in space are found once, more are found each time."""
    check_draws(permutations)
    rng = np.random.default_rng(seed)
    listed = _near_in_space(incidents, far, metric) if near <= LISTED else None
    counts = np.empty(permutations)
    for draw in range(permutations):
        days = rng.permutation(incidents.days)
        if listed is None:
            counts[draw] = _observed(Incidents(incidents.points, days), far, lag, metric)
        else:
            counts[draw] = np.count_nonzero(np.abs(days[listed[0]] - days[listed[1]]) <= lag)
    return upper(counts, observed)


def _near_in_space(incidents: Incidents, far: float, metric: Metric) -> NDArray[np.int64]:
    blocks = list(pairs.close_pairs(incidents, far, pairs.LONGEST_SPAN, metric))
    none = np.empty(0, dtype=np.int64)
    return np.stack(
        [
            np.concatenate([none, *(block.first for block in blocks)]),
            np.concatenate([none, *(block.second for block in blocks)]),
        ]
    )
