"""What could be seen at all: to be answered before anything starts, and printed beside every result."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm, poisson

from latchstring.analysis.interval import check_level, two_sided
from latchstring.analysis.points import Floats
from latchstring.base.errors import BadInput

MOST_EXPECTED = 1_000_000_000
EXACT_BELOW = 2_000  # incidents in all areas and periods; above it the normal approximation is as good


class BadPower(BadInput):
    """The question about power cannot be answered as it was asked."""


@dataclass(frozen=True, kw_only=True)
class Detectable:
    """The smallest true reduction that is shown with the stated power; None: not even a fall to 0 is.

    `power_at_all` is the chance to show a fall to 0.
    """

    reduction: float | None
    power: float
    power_at_all: float
    level: float

    @property
    def reachable(self) -> bool:
        return self.reduction is not None

    @property
    def percent(self) -> int | None:
        """The smallest reduction in whole percent that is shown with at least this power."""
        return None if self.reduction is None else math.ceil(100 * self.reduction)


def wdd_power(
    before: float,
    reduction: float,
    *,
    control: float | None = None,
    dispersion: float = 1.0,
    level: float = 0.95,
) -> float:
    """The chance that the WDD's interval lies below 0 when the treated area truly falls by `reduction`.

    `before` and `control` are the counts expected in one period, before the start; the control stays as it is
    and equals the treated area unless given. Exact for Poisson counts up to 2,000 in all; with a dispersion,
    or more of them, by the normal approximation.
    """
    beside = before if control is None else control
    _check_mean("before", before)
    _check_mean("control", beside)
    if not 0 <= reduction <= 1:
        raise BadPower(f"a reduction is a share from 0 to 1, such as 0.55, not {reduction}")
    if not math.isfinite(dispersion) or dispersion < 1:
        raise BadPower(f"a dispersion is a number from 1 up, not {dispersion}")
    falling, rising = before * (1 - reduction) + beside, before + beside
    reach = two_sided(level)
    if dispersion > 1 or falling + rising > EXACT_BELOW:
        se = math.sqrt(dispersion * (falling + rising))
        return float(norm.cdf(before * reduction / se - reach))
    return _exact_power(falling, rising, reach)


def wdd_detectable(
    before: float,
    *,
    control: float | None = None,
    dispersion: float = 1.0,
    power: float = 0.8,
    level: float = 0.95,
) -> Detectable:
    """The smallest true reduction that the WDD shows with this power (0.8 is the custom)."""
    check_level(power)

    def lacking(reduction: float) -> float:
        return wdd_power(before, reduction, control=control, dispersion=dispersion, level=level) - power

    if lacking(0.0) >= 0:
        raise BadPower(f"chance alone shows a fall more often than with a power of {power:g}; ask for more")
    at_all = lacking(1.0) + power
    reduction = float(brentq(lacking, 0.0, 1.0, xtol=1e-6)) if at_all >= power else None
    return Detectable(reduction=reduction, power=power, power_at_all=at_all, level=level)


def chance_of_drop(mean: float, drop: float, *, best_of: int = 1) -> float:
    """The chance that a Poisson count falls by at least the share `drop` though nothing was done.

    `best_of`: the best of so many like areas is the one that is told of. A count of 0 cannot fall.
    """
    _check_mean("the mean", mean)
    if not 0 < drop <= 1:
        raise BadPower(f"a drop is a share above 0, up to 1, such as 0.55, not {drop}")
    if best_of < 1:
        raise BadPower(f"the best is chosen among 1 or more areas, not {best_of}")
    before = np.arange(max(1, _below(mean)), _beyond(mean) + 1)
    # 1e-9: that 0.45 * 20 is 9, and not a little less, is no matter of binary fractions.
    at_most = np.floor((1 - drop) * before + 1e-9)
    one = float((poisson.pmf(before, mean) * poisson.cdf(at_most, mean)).sum())
    return 1 - (1 - one) ** best_of


@cache
def _exact_power(falling: float, rising: float, reach: float) -> float:
    """P(rising - falling >= reach * sqrt(rising + falling)) of two Poisson counts with these means.

    The WDD of equal weights is the difference of two sums: what speaks for a fall, and what speaks against.
    """
    xs = np.arange(_beyond(falling) + 1)
    least = _least_rising(xs.astype(np.float64), reach)
    return min(1.0, float((poisson.pmf(xs, falling) * poisson.sf(least - 1, rising)).sum()))


def _least_rising(falling: Floats, reach: float) -> Floats:
    """The smallest y with y - x >= reach * sqrt(x + y): the larger root of a quadratic, rounded up."""
    square = reach * reach
    root = falling + (square + np.sqrt(square * square + 8 * square * falling)) / 2
    return np.ceil(root - 1e-9)


def _beyond(mean: float) -> int:
    """A count that a Poisson variable passes with a chance below 10^-12."""
    return int(mean + 12 * math.sqrt(mean) + 25)


def _below(mean: float) -> int:
    """A count that it stays under with a chance below 10^-12."""
    return int(mean - 12 * math.sqrt(mean) - 25)


def _check_mean(name: str, mean: float) -> None:
    if not math.isfinite(mean) or mean <= 0:
        raise BadPower(f"{name}: an expected count is a number above 0, not {mean}")
    if mean > MOST_EXPECTED:
        raise BadPower(f"{name}: an expected count is at most {MOST_EXPECTED:,}, not {mean:g}")
