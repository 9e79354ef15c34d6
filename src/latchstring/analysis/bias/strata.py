"""Two groups compared within like cases: the crude difference may vanish, or turn round (Simpson 1951).

Mantel and Haenszel 1959; the variance is of Robins, Breslow and Greenland 1986; the test that strata agree is
of Breslow and Day 1980, with Tarone's correction 1985.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import chi2

from latchstring.analysis.bias.shares import BadShare, Share
from latchstring.analysis.interval import Interval, two_sided

Floats = NDArray[np.float64]
_FURTHEST = 25.0  # the logarithm of an odds ratio beyond which none is looked for


@dataclass(frozen=True)
class Stratum:
    """Like cases of two groups: the same area and hour, the same department."""

    name: str
    one: Share
    other: Share


@dataclass(frozen=True, kw_only=True)
class OddsRatio:
    """The odds of `one` over those of `other`; nan with an interval from 0 to infinity where they cannot be
    told. Where one group has all hits and the other all misses of some stratum, one end alone may be known.
    """

    value: float
    interval: Interval


@dataclass(frozen=True, kw_only=True)
class Stratified:
    """`crude` ignores the strata, `common` compares within them.

    `p` tests that there is no difference within strata (corrected for continuity), `p_uncorrected` without
    correction. `same_p` tests that all strata have one odds ratio (Breslow and Day); where it is small, one
    number for all of them says little. `turns` is whether the crude difference points the other way.
    """

    crude: OddsRatio
    common: OddsRatio
    crude_difference: float
    common_difference: float
    """The risk difference within strata, weighted as by Mantel and Haenszel (Greenland and Robins 1985)."""
    chi2: float
    p: float
    chi2_uncorrected: float
    p_uncorrected: float
    same_chi2: float
    same_p: float
    tarone_p: float
    strata: int
    cases: int
    turns: bool


def stratified(strata: Sequence[Stratum], level: float = 0.95) -> Stratified:
    """Compare two groups within strata. A stratum with only one group or only one outcome says nothing."""
    if not strata:
        raise BadShare("there is no stratum to compare within")
    a, b, c, d = (np.array(column, dtype=np.float64) for column in zip(*map(_cells, strata), strict=True))
    n = a + b + c + d
    crude = _crude(a.sum(), b.sum(), c.sum(), d.sum(), level)
    common = _common(a, b, c, d, n, level)
    corrected, plain = _test(a, b, c, d, n)
    same, tarone, freedom = _same(a, b, c, n, common.value)
    one, other = a + b, c + d
    weight = one * other / n
    crude_difference = float(a.sum() / one.sum() - c.sum() / other.sum())
    common_difference = float((weight * (a / one - c / other)).sum() / weight.sum())
    return Stratified(
        crude=crude,
        common=common,
        crude_difference=crude_difference,
        common_difference=common_difference,
        chi2=corrected,
        p=float(chi2.sf(corrected, 1)),
        chi2_uncorrected=plain,
        p_uncorrected=float(chi2.sf(plain, 1)),
        same_chi2=same,
        same_p=float(chi2.sf(same, freedom)) if freedom else 1.0,
        tarone_p=float(chi2.sf(tarone, freedom)) if freedom else 1.0,
        strata=len(strata),
        cases=int(n.sum()),
        turns=crude_difference * common_difference < 0,
    )


def _cells(stratum: Stratum) -> tuple[int, int, int, int]:
    """Hits and rest of `one`, hits and rest of `other`."""
    one, other = stratum.one, stratum.other
    return one.hits, one.of - one.hits, other.hits, other.of - other.hits


def _crude(a: float, b: float, c: float, d: float, level: float) -> OddsRatio:
    if 0 in (a, b, c, d):
        a, b, c, d = (each + 0.5 for each in (a, b, c, d))  # Haldane 1956 and Anscombe 1956
    return _odds_ratio(math.log(a * d / (b * c)), math.sqrt(1 / a + 1 / b + 1 / c + 1 / d), level)


def _common(a: Floats, b: Floats, c: Floats, d: Floats, n: Floats, level: float) -> OddsRatio:
    r, s = a * d / n, b * c / n
    top, bottom = float(r.sum()), float(s.sum())
    if top == bottom == 0:
        return OddsRatio(value=math.nan, interval=Interval(0, math.inf, level))
    if bottom == 0:
        return OddsRatio(value=math.inf, interval=Interval(_at_least(a, b, c, n, level), math.inf, level))
    if top == 0:
        least = _at_least(c, d, a, n, level)
        return OddsRatio(value=0.0, interval=Interval(0, 1 / least if least else math.inf, level))
    p, q = (a + d) / n, (b + c) / n
    variance = (
        (p * r).sum() / (2 * top**2)
        + (p * s + q * r).sum() / (2 * top * bottom)
        + (q * s).sum() / (2 * bottom**2)
    )
    return _odds_ratio(math.log(top / bottom), math.sqrt(variance), level)


def _at_least(a: Floats, b: Floats, c: Floats, n: Floats, level: float) -> float:
    """The least odds ratio that fits where the estimate is infinite (Cornfield 1956; Gart 1970), corrected
    for continuity.
    """
    n, one, hits, a = _telling(n, a + b, a + c, a)

    def apart(log: float) -> float:
        expected, variance = _fitted(n, one, hits, math.exp(log))
        return float((a - expected).sum() - 0.5) / math.sqrt(float(variance.sum())) - two_sided(level)

    return math.exp(brentq(apart, -_FURTHEST, _FURTHEST)) if apart(-_FURTHEST) > 0 else 0.0


def _odds_ratio(log: float, se: float, level: float) -> OddsRatio:
    reach = two_sided(level) * se
    return OddsRatio(
        value=math.exp(log), interval=Interval(math.exp(log - reach), math.exp(log + reach), level)
    )


def _test(a: Floats, b: Floats, c: Floats, d: Floats, n: Floats) -> tuple[float, float]:
    """Chi squared with and without correction for continuity, one degree of freedom."""
    telling = n > 1
    expected = (a + b) * (a + c) / n
    variance = np.zeros_like(n)
    variance[telling] = ((a + b) * (c + d) * (a + c) * (b + d))[telling] / (n * n * (n - 1))[telling]
    total = float(variance.sum())
    if total == 0:
        return 0.0, 0.0
    apart = abs(float((a - expected).sum()))
    return max(0.0, apart - 0.5) ** 2 / total, apart**2 / total


def _same(a: Floats, b: Floats, c: Floats, n: Floats, odds: float) -> tuple[float, float, int]:
    """Breslow and Day's chi squared, Tarone's, and their degrees of freedom."""
    if not 0 < odds < math.inf:
        return 0.0, 0.0, 0
    n, one, hits, a = _telling(n, a + b, a + c, a)
    expected, variance = _fitted(n, one, hits, odds)
    plain = float((np.square(a - expected) / variance).sum())
    tarone = plain - float((a - expected).sum()) ** 2 / float(variance.sum())
    return plain, tarone, len(a) - 1


def _telling(n: Floats, one: Floats, hits: Floats, a: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Without the strata of one group or one outcome."""
    telling = (one > 0) & (one < n) & (hits > 0) & (hits < n)
    return n[telling], one[telling], hits[telling], a[telling]


def _fitted(n: Floats, one: Floats, hits: Floats, odds: float) -> tuple[Floats, Floats]:
    """The hits of `one` in each stratum if its odds ratio were `odds`, and their variance."""
    expected = _expected(n, one, hits, odds)
    cells = (expected, hits - expected, one - expected, n - one - hits + expected)
    return expected, 1 / (1 / np.maximum(np.stack(cells), 1e-12)).sum(axis=0)


def _expected(n: Floats, one: Floats, hits: Floats, odds: float) -> Floats:
    """The hits of `one` in each stratum if its odds ratio were `odds`, all margins as they are."""
    if math.isclose(odds, 1):
        return one * hits / n
    linear = odds * (one + hits) + n - one - hits
    root = np.sqrt(linear**2 - 4 * (odds - 1) * odds * one * hits)
    return (linear - root) / (2 * (odds - 1))
