"""Rates over a denominator, with exact intervals, and how one compares with the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, gammaincinv
from scipy.stats import poisson

from latchstring.analysis.hotspots.grid import Counts
from latchstring.analysis.interval import Interval, check_level
from latchstring.analysis.points import Floats
from latchstring.base.errors import BadInput

Variant = Literal["wald", "score"]


class BadRates(BadInput):
    """Events are whole numbers from 0 up, exposures are numbers from 0 up, one of each for every area."""


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Events per unit of exposure (a dwelling, a delivery), for areas of any kind; all arrays of one shape.

    Where the exposure is 0 nothing can be said: `known` is False, `value` is nan, the interval 0 to infinity.
    """

    events: Counts
    exposure: Floats
    value: Floats
    low: Floats
    high: Floats
    level: float

    @property
    def known(self) -> NDArray[np.bool_]:
        positive: NDArray[np.bool_] = self.exposure > 0
        return positive

    @property
    def without_exposure(self) -> int:
        """Areas with events and no exposure: the denominator does not fit the incidents."""
        return int(np.sum((self.events > 0) & ~self.known))


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One rate over another. `ratio` is None where the other has no event, or one has no exposure."""

    ratio: float | None
    interval: Interval
    p: float | None
    test: str

    @property
    def differs(self) -> bool | None:
        """True when the interval leaves out 1; None, "we cannot tell", when it does not."""
        return True if 1.0 not in self.interval else None


def rates(events: ArrayLike, exposure: ArrayLike, *, level: float = 0.95) -> Rates:
    """Rates with the exact Poisson interval (Garwood 1936): it covers at least `level`, for any count."""
    k, n = _checked(events, exposure)
    low, high = garwood(k, level=level)
    with np.errstate(divide="ignore", invalid="ignore"):
        known = n > 0
        value = np.where(known, k / n, np.nan)
        low, high = np.where(known, low / n, 0.0), np.where(known, high / n, np.inf)
    return Rates(events=k, exposure=n, value=value, low=low, high=high, level=level)


def garwood(events: ArrayLike, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """The exact interval of a Poisson mean: half chi-square quantiles, 0 to 3.689 for no event at 95 %."""
    k = np.asarray(events, dtype=np.float64)
    tail = (1 - check_level(level)) / 2
    low = np.where(k > 0, gammaincinv(np.maximum(k, 1), tail), 0.0)
    return low, np.asarray(gammaincinv(k + 1, 1 - tail), dtype=np.float64)


def shrunk(found: Rates) -> Floats:
    """Empirical Bayes rates: small exposures are drawn towards the overall rate (Marshall 1991, global).

    The spread between areas beyond Poisson is estimated by moments; where there is none, all areas get the
    overall rate. nan where the exposure is 0. It ranks better than raw rates and it hides true outliers in
    small areas: show it beside the raw rate, not in its place.
    """
    n = np.where(found.known, found.exposure, 0.0)
    total = n.sum()
    if not total:
        return np.full(n.shape, np.nan)
    raw = np.where(found.known, found.value, 0.0)
    overall = (raw * n).sum() / total
    between = max(0.0, (n * (raw - overall) ** 2).sum() / total - overall * found.known.sum() / total)
    weight = between * n / (between * n + overall) if overall > 0 else np.zeros(n.shape)
    return np.where(found.known, overall + weight * (raw - overall), np.nan)


def compare(
    events: int,
    exposure: float,
    other_events: int,
    other_exposure: float,
    *,
    variant: Variant = "score",
    level: float = 0.95,
) -> Comparison:
    """The ratio of two Poisson rates: exact conditional interval, and the E-test's two-sided p.

    The interval is Clopper and Pearson's for the share of the first among all events.
    """
    (k1, k2), (n1, n2) = _checked([events, other_events], [exposure, other_exposure])
    check_level(level)
    if n1 <= 0 or n2 <= 0:
        return Comparison(
            ratio=None, interval=Interval(0.0, np.inf, level), p=None, test=f"E-test, {variant}"
        )
    tail = (1 - level) / 2
    low = float(betaincinv(k1, k2 + 1, tail)) if k1 else 0.0
    high = float(betaincinv(k1 + 1, k2, 1 - tail)) if k2 else 1.0
    scale = float(n2 / n1)
    return Comparison(
        ratio=float(k1 / n1 / (k2 / n2)) if k2 else None,
        interval=Interval(scale * low / (1 - low), scale * high / (1 - high) if high < 1 else np.inf, level),
        p=e_test(events, other_events, exposure, other_exposure, variant=variant),
        test=f"E-test, {variant}",
    )


def compare_to_rest(
    found: Rates, area: int, *, variant: Variant = "score", level: float = 0.95
) -> Comparison:
    """The rate of one area (its place in the flattened arrays) over that of all the others together."""
    k, n = found.events.ravel(), found.exposure.ravel()
    if not 0 <= area < k.size:
        raise BadRates(f"there is no area {area}; they are numbered from 0 to {k.size - 1}")
    rest = int(k.sum() - k[area])
    return compare(int(k[area]), float(n[area]), rest, float(n.sum() - n[area]), variant=variant, level=level)


def e_test(
    events: int,
    other_events: int,
    exposure: float = 1.0,
    other_exposure: float = 1.0,
    *,
    variant: Variant = "score",
) -> float:
    """Two-sided p that two Poisson rates are equal (Krishnamoorthy and Thomson 2004).

    All pairs of counts under the common rate whose statistic is at least as far from 0 as the observed one.
    `wald` divides by the separate variances (the paper's, and scipy's poisson_means_test); `score` by the
    pooled one. With equal exposures they are the same, with unequal ones they need not be close. For a given
    first count the statistic is monotone in the second, so two bisections replace the paper's double sum.
    """
    (k1, k2), (n1, n2) = _checked([events, other_events], [exposure, other_exposure])
    if n1 <= 0 or n2 <= 0:
        raise BadRates("both exposures of an E-test are above 0")
    if k1 + k2 == 0:
        return 1.0
    common = (k1 + k2) / (n1 + n2)

    def statistic(x: Floats, y: Floats) -> Floats:
        spread = x / n1**2 + y / n2**2 if variant == "wald" else (x + y) / (n1 * n2)
        apart = np.divide(x / n1 - y / n2, np.sqrt(spread), out=np.zeros(y.shape), where=spread > 0)
        return np.asarray(apart, dtype=np.float64)

    limit = abs(statistic(np.array([float(k1)]), np.array([float(k2)]))[0]) * (1 - 1e-12)
    m1, m2 = n1 * common, n2 * common
    x = np.arange(max(0.0, np.floor(m1 - _far(m1))), m1 + _far(m1))
    top = np.full(x.shape, np.ceil(m2 + _far(m2)))
    none = np.full(x.shape, -1.0)
    lowest_far_above = _first(lambda y: statistic(x, y) <= -limit, none, top)
    last_far_below = _first(lambda y: statistic(x, y) < limit, none, top) - 1
    far = poisson.cdf(last_far_below, m2) + poisson.sf(lowest_far_above - 1, m2)
    far = np.where(last_far_below >= lowest_far_above, 1.0, far)
    return float(min(1.0, (poisson.pmf(x, m1) * far).sum()))


def _far(mean: float) -> float:
    """A Poisson variable strays further from its mean less than once in 10**30 times."""
    return float(12 * np.sqrt(mean) + 30)


def _first(holds: Callable[[Floats], NDArray[np.bool_]], low: Floats, high: Floats) -> Floats:
    """By bisection, for each place the least whole number above `low` from which `holds`; else `high`."""
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        at_most = holds(np.maximum(middle, 0))
        low, high = np.where(at_most, low, middle), np.where(at_most, middle, high)
    return high


def _checked(events: ArrayLike, exposure: ArrayLike) -> tuple[Counts, Floats]:
    try:
        k, n = np.asarray(events, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    except (TypeError, ValueError):
        raise BadRates from None
    if k.shape != n.shape:
        raise BadRates(f"there are {k.size} numbers of events and {n.size} exposures; each area needs both")
    if not (np.isfinite(k).all() and np.isfinite(n).all() and (k >= 0).all() and (n >= 0).all()):
        raise BadRates
    if (k != np.floor(k)).any():
        raise BadRates
    return k.astype(np.int64), n
