"""Difference in differences of counts: Poisson or negative binomial regression over areas and periods.

With the identity link and one period before and after, the effect is the weighted displacement difference;
with the log link, its exponential is the ratio of `ratio`. More periods show how much counts vary, and the
errors allow for it: by a dispersion, by a negative binomial variance, or clustered by area (Liang and Zeger
1986).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from latchstring.analysis.impact import glm
from latchstring.analysis.impact.counts import BadCounts, Change
from latchstring.analysis.impact.dispersion import Spread
from latchstring.analysis.impact.verdict import Evidence, Scale, VariationTest
from latchstring.analysis.interval import Interval
from latchstring.analysis.points import Floats

Family = Literal["poisson", "negative binomial"]
Errors = Literal["chance", "dispersion", "clustered"]


@dataclass(frozen=True, kw_only=True)
class RateDifference:
    """The change of treated areas beyond that of the others.

    With the log link `effect` and `interval` are ratios (0.5: half as many), with the identity link incidents
    for each area and period. `se` is that of the regression's coefficient: of the logarithm for the log link.
    `alpha` is that of the variance mean + alpha * mean^2; `dispersion` Pearson's X^2 over its freedom, None
    where as many numbers are fitted as given.
    """

    effect: float
    se: float
    interval: Interval
    p: float
    alpha: float
    dispersion: float | None
    link: glm.Link
    errors: Errors


def rate_difference(
    counts: ArrayLike,
    *,
    treated: ArrayLike,
    after: ArrayLike,
    link: glm.Link = "log",
    family: Family = "poisson",
    errors: Errors = "dispersion",
    fixed: bool = False,
    level: float = 0.95,
) -> RateDifference:
    """`counts` (areas, periods); `treated` says yes or no for each area, `after` for each period.

    `fixed` gives every area and every period an effect of its own, instead of one for the treated areas and
    one for the time after. Intervals use Student's t, with the freedom of the dispersion or of the clusters.
    """
    table, inside, late = _checked(counts, treated, after)
    design = _fixed(table.shape, inside, late) if fixed else _plain(table.shape, inside, late)
    values = table.ravel()
    if family == "negative binomial":
        found = glm.fit_negative_binomial(design, values, link=link)
    else:
        found = glm.fit(design, values, link=link)
    freedom = values.size - design.shape[1]
    dispersion = found.pearson / freedom if freedom else None
    variance, spread = _variance(found, errors, table.shape, inside, dispersion, freedom)
    estimate, se = float(found.beta[-1]), math.sqrt(variance)
    reach = spread.reach(level) * se
    ends = (estimate - reach, estimate + reach)
    low, high = map(math.exp, ends) if link == "log" else ends
    return RateDifference(
        effect=math.exp(estimate) if link == "log" else estimate,
        se=se,
        interval=Interval(low, high, level),
        p=spread.two_sided(estimate / se),
        alpha=found.alpha,
        dispersion=dispersion,
        link=link,
        errors=errors,
    )


def evidence(result: RateDifference, *, treated: Change, control: Change) -> Evidence:
    """What the regression says to the verdict, beside the sums of the counts it was given.

    Errors by chance are no test: nothing in them shows how much counts vary.
    """
    interval = result.interval
    if result.link == "log":
        interval = Interval(interval.low - 1, interval.high - 1, interval.level)
    by_chance = result.errors == "chance" and result.alpha == 0
    return Evidence(
        seen=treated,
        beside=control,
        change=interval,
        scale=Scale.SHARE if result.link == "log" else Scale.COUNT,
        test=None if by_chance else VariationTest(p=result.p, dispersion=result.dispersion or 1.0),
    )


def _variance(
    found: glm.Fit,
    errors: Errors,
    shape: tuple[int, int],
    treated: Floats,
    dispersion: float | None,
    freedom: int,
) -> tuple[float, Spread]:
    """Of the last coefficient, and the distribution that goes with it."""
    plain = float(found.covariance[-1, -1])
    if errors == "chance":
        return plain, Spread()
    if errors == "dispersion":
        if dispersion is None:
            raise BadCounts(
                "four numbers show no dispersion; give counts of several periods, or errors by chance"
            )
        return plain * max(1.0, dispersion), Spread(1.0, freedom)
    areas = shape[0]
    if min(treated.sum(), areas - treated.sum()) < 2:
        raise BadCounts(
            "errors clustered by area need two or more areas on each side; rank the areas instead"
        )
    by_area = found.scores.reshape(*shape, -1).sum(axis=1)
    observed = areas * shape[1]
    small = areas / (areas - 1) * (observed - 1) / freedom
    robust = found.covariance @ (by_area.T @ by_area) @ found.covariance * small
    return float(robust[-1, -1]), Spread(1.0, areas - 1)


def _checked(counts: ArrayLike, treated: ArrayLike, after: ArrayLike) -> tuple[Floats, Floats, Floats]:
    table = np.asarray(counts, dtype=np.float64)
    if (
        table.ndim != 2
        or not np.isfinite(table).all()
        or (table < 0).any()
        or (table != np.floor(table)).any()
    ):
        raise BadCounts("counts are a table of areas and periods, of whole numbers from 0 up")
    inside, late = np.asarray(treated, dtype=np.float64), np.asarray(after, dtype=np.float64)
    if inside.shape != table.shape[:1] or late.shape != table.shape[1:]:
        raise BadCounts(
            f"say for each of {table.shape[0]} areas and {table.shape[1]} periods on which side it is"
        )
    for side in (inside, late):
        if set(np.unique(side)) != {0.0, 1.0}:
            raise BadCounts("some areas are treated and some not, some periods before and some after")
    corners = [table[np.ix_(inside == i, late == j)].sum() for i in (0, 1) for j in (0, 1)]
    if not all(corners):
        raise BadCounts("one side of areas has no incident before or after; use the rate ratio of the sums")
    return table, inside, late


def _plain(shape: tuple[int, int], treated: Floats, after: Floats) -> Floats:
    inside, late = np.repeat(treated, shape[1]), np.tile(after, shape[0])
    return np.column_stack([np.ones(inside.size), inside, late, inside * late])


def _fixed(shape: tuple[int, int], treated: Floats, after: Floats) -> Floats:
    areas, periods = shape
    of_area = np.repeat(np.eye(areas), periods, axis=0)
    of_period = np.tile(np.eye(periods)[:, 1:], (areas, 1))
    return np.column_stack([of_area, of_period, np.repeat(treated, periods) * np.tile(after, areas)])
