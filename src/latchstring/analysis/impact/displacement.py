"""Did incidents move next door? Counts of a buffer, the displacement quotient, and the net effect of both.

Bowers and Johnson 2003, Measuring the geographical displacement and diffusion of benefit effects of crime
prevention activity, J. Quant. Criminol. 19; Guerette 2009, POP guide 10. The difference with a standard error
that is easier to read is `wdd`; the quotient is here because reports quote it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import KDTree

from latchstring.analysis.impact.counts import BadCounts, Change, whole
from latchstring.analysis.impact.dispersion import Dispersion, Spread
from latchstring.analysis.interval import Interval
from latchstring.analysis.points import Points
from latchstring.base.errors import BadInput


class BadCatchment(BadInput):
    """The treated area and its buffer cannot be told apart."""


@dataclass(frozen=True, kw_only=True)
class Quotient:
    """The weighted displacement quotient, and the net effect of treated area and buffer together.

    `wdq`: above 0 the buffer gained too; from 0 to -1 some moved next door, but less than was gained; below
    -1 more moved than was gained. Its interval has no ends where the treated area may have changed just like
    the control: then it is a share of what may be nothing. It is None where that change is exactly 0.
    `net` is in incidents: positive means fewer than if both had followed the control.
    """

    wdq: float | None
    wdq_interval: Interval
    net: float
    net_se: float
    net_interval: Interval


def quotient(
    *,
    control: Change,
    treated: Change,
    buffer: Change,
    dispersion: Dispersion | float = 1.0,
    level: float = 0.95,
) -> Quotient:
    """Intervals by the delta method for counts of the given dispersion; that of the quotient is Fieller's."""
    if not control.before or not control.after:
        raise BadCounts(
            "the control area needs incidents both before and after, for the others are divided by them"
        )
    spread = Spread.of(dispersion)
    reach = spread.reach(level)
    a0, a1, b0, b1 = treated.before, treated.after, buffer.before, buffer.after
    c0, c1 = control.before, control.after

    treated_shift, buffer_shift = a1 / c1 - a0 / c0, b1 / c1 - b0 / c0
    treated_variance = spread.factor * (a1 / c1**2 + a0 / c0**2 + a1**2 / c1**3 + a0**2 / c0**3)
    buffer_variance = spread.factor * (b1 / c1**2 + b0 / c0**2 + b1**2 / c1**3 + b0**2 / c0**3)
    covariance = spread.factor * (a1 * b1 / c1**3 + a0 * b0 / c0**3)
    wdq_interval = _fieller(
        (buffer_shift, treated_shift), (buffer_variance, covariance, treated_variance), reach, level
    )

    trend, both = c1 / c0, a0 + b0
    net = both * trend - a1 - b1
    net_variance = trend**2 * both + a1 + b1 + (both / c0) ** 2 * c1 + (both * trend / c0) ** 2 * c0
    net_se = math.sqrt(spread.factor * net_variance)
    return Quotient(
        wdq=buffer_shift / treated_shift if treated_shift else None,
        wdq_interval=wdq_interval,
        net=net,
        net_se=net_se,
        net_interval=Interval(net - reach * net_se, net + reach * net_se, level),
    )


@dataclass(frozen=True, kw_only=True)
class Catchment:
    """A treated area and the ring around it: their counts, and their sizes in cells."""

    treated: Change
    buffer: Change
    treated_cells: int
    buffer_cells: int


def buffer_of(cells: Points, treated: ArrayLike, reach: float) -> NDArray[np.bool_]:
    """The cells that are not treated, with a centre at most `reach` metres from that of one that is."""
    inside = np.asarray(treated)
    if inside.dtype != np.bool_ or inside.shape != (len(cells),):
        raise BadCatchment(
            f"say for each of the {len(cells)} cells whether it is treated: one row of yes and no"
        )
    if not inside.any() or inside.all():
        raise BadCatchment("some cells are treated and some are not; otherwise there is nothing next door")
    if not math.isfinite(reach) or reach <= 0:
        raise BadCatchment(f"the reach of a buffer is a number of metres above 0, not {reach}")
    distance, _ = KDTree(cells.xy[inside]).query(cells.xy, distance_upper_bound=np.nextafter(reach, np.inf))
    ring: NDArray[np.bool_] = ~inside & (distance <= reach)
    if not ring.any():
        raise BadCatchment(f"no cell lies within {reach:g} m of the treated ones; widen the buffer")
    return ring


def catchment(
    *, cells: Points, treated: ArrayLike, reach: float, before: ArrayLike, after: ArrayLike
) -> Catchment:
    """Counts before and after, given for each cell, summed over the treated cells and over their buffer."""
    inside, ring = np.asarray(treated), buffer_of(cells, treated, reach)
    periods = [np.asarray(each, dtype=np.float64) for each in (before, after)]
    if any(each.shape != inside.shape for each in periods):
        raise BadCatchment(f"there are {len(cells)} cells; give a count for each, before and after")
    for count in np.concatenate(periods):
        whole(count)

    def change(mask: NDArray[np.bool_]) -> Change:
        return Change(*(int(each[mask].sum()) for each in periods))

    return Catchment(
        treated=change(inside),
        buffer=change(ring),
        treated_cells=int(inside.sum()),
        buffer_cells=int(ring.sum()),
    )


def _fieller(
    means: tuple[float, float], variances: tuple[float, float, float], reach: float, level: float
) -> Interval:
    """Of the ratio of two normal variables (Fieller 1954); without ends where the lower one may be 0."""
    over, under = means
    var_over, covariance, var_under = variances
    a = under**2 - reach**2 * var_under
    if a <= 0:
        return Interval(-math.inf, math.inf, level)
    b = over * under - reach**2 * covariance
    c = over**2 - reach**2 * var_over
    root = math.sqrt(max(b * b - a * c, 0.0))
    return Interval((b - root) / a, (b + root) / a, level)
