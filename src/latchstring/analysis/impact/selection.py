"""Was this area chosen because it was bad? Then it gets better by itself: regression to the mean.

Counts of like areas are taken to be Poisson around true means that vary between areas as a gamma variable
(Hauer 1997, Observational Before-After Studies in Road Safety, chapter 11). What is expected of the chosen
area then lies between its own count and the mean of all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import nbinom, poisson

from latchstring.analysis.impact.counts import whole
from latchstring.analysis.points import Floats
from latchstring.base.errors import BadInput

MOST_COUNTED = 100_000


class BadSelection(BadInput):
    """How the area was chosen cannot be judged."""


@dataclass(frozen=True, kw_only=True)
class DropByChance:
    """What the worst of several like areas does next, with nothing done.

    `expected` is the mean share by which its count falls, `chance` that of falling by at least `drop`.
    """

    expected: float
    drop: float
    chance: float


def worst_of(areas: int, mean: float, *, variance_between: float = 0.0, drop: float = 0.3) -> DropByChance:
    """The area with the highest count of `areas` like ones, whose true means have this mean and variance.

    Exact, not simulated. A count of 0, which cannot be the highest of interest, falls by nothing.
    """
    if areas < 1:
        raise BadSelection(f"the worst is chosen among 1 or more areas, not {areas}")
    if not math.isfinite(mean) or mean <= 0:
        raise BadSelection(f"the mean count of an area is a number above 0, not {mean}")
    if not math.isfinite(variance_between) or variance_between < 0:
        raise BadSelection(f"the variance between areas is a number from 0 up, not {variance_between}")
    if not 0 < drop <= 1:
        raise BadSelection(f"a drop is a share above 0, up to 1, such as 0.55, not {drop}")
    counts = np.arange(_beyond(mean, variance_between, areas) + 1, dtype=np.float64)
    highest = np.diff(_cdf(counts, mean, variance_between) ** areas, prepend=0.0)[1:]
    seen = counts[1:]
    # 1e-9: that 0.7 * 20 is 14, and not a little less, is no matter of binary fractions.
    at_most = np.floor((1 - drop) * seen + 1e-9)
    expected = highest * (1 - _next_mean(seen, mean, variance_between) / seen)
    return DropByChance(
        expected=float(expected.sum()),
        drop=drop,
        chance=float((highest * _next_cdf(at_most, seen, mean, variance_between)).sum()),
    )


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What was to be expected of the chosen area with nothing done, judged from the counts of all like areas.

    `expected_drop` is a share and may be negative: a quiet area rises by itself. `areas` is the denominator.
    """

    count: int
    expected_next: float
    expected_drop: float
    place: int
    areas: int
    mean: float
    variance_between: float


def chosen_among(counts: Sequence[int], chosen: int) -> Chosen:
    """Judge the area with index `chosen` from the counts of all areas among which it was chosen.

    The variance between true means is what the counts' variance has beyond their mean (0 if it has less).
    """
    values = np.array([whole(c) for c in counts], dtype=np.float64)
    if values.size < 3:
        raise BadSelection(f"it takes the counts of 3 or more like areas, not {values.size}")
    if not 0 <= chosen < values.size:
        raise BadSelection(f"the chosen area is one of the {values.size}, counted from 0, not {chosen}")
    own = values[chosen]
    if own == 0:
        raise BadSelection("the chosen area had no incident; its count cannot fall")
    mean = float(values.mean())
    between = max(0.0, float(values.var(ddof=1)) - mean)
    expected = float(_next_mean(values[chosen : chosen + 1], mean, between)[0])
    return Chosen(
        count=int(own),
        expected_next=expected,
        expected_drop=float(1 - expected / own),
        place=1 + int((values > own).sum()),
        areas=values.size,
        mean=mean,
        variance_between=between,
    )


def _cdf(counts: Floats, mean: float, between: float) -> Floats:
    if between == 0:
        return np.asarray(poisson.cdf(counts, mean))
    return np.asarray(nbinom.cdf(counts, mean**2 / between, mean / (mean + between)))


def _next_mean(seen: Floats, mean: float, between: float) -> Floats:
    """The mean of the next count, given the last: shrunk to the mean of all by mean / (mean + between)."""
    own_share = between / (mean + between)
    return own_share * seen + (1 - own_share) * mean


def _next_cdf(at_most: Floats, seen: Floats, mean: float, between: float) -> Floats:
    if between == 0:
        return np.asarray(poisson.cdf(at_most, mean))
    shape, rate = mean**2 / between, mean / between
    return np.asarray(nbinom.cdf(at_most, shape + seen, (rate + 1) / (rate + 2)))


def _beyond(mean: float, between: float, areas: int) -> int:
    """A count that none of the areas passes, but for a chance below 10^-9."""
    tail = 1e-9 / areas
    if between == 0:
        beyond = float(poisson.isf(tail, mean))
    else:
        beyond = float(nbinom.isf(tail, mean**2 / between, mean / (mean + between)))
    if not beyond < MOST_COUNTED:  # NaN fails too
        raise BadSelection(
            f"the worst of these areas may have more than {MOST_COUNTED:,} incidents; ask for less"
        )
    return int(beyond) + 1
