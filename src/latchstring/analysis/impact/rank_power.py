"""What a rank among donors could show, worked out before the start from the counts that are expected."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.stats import binom, f, ncf, norm

from latchstring.analysis.impact.did import DRAWN
from latchstring.analysis.impact.power import BadPower, Detectable
from latchstring.analysis.impact.verdict import SIGNIFICANCE

CUSTOM = 0.8
MIX = 0.26  # what the mean square of a mix adds to the variance of a gap; 0.22 to 0.39 in simulated studies
TAKEN, LEFT = 5, 0.6  # fitted to simulated studies: how many spans before the choice of a mix uses up


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Areas, spans and the counts expected in the window before: of all treated areas, and of all donors."""

    treated: int
    donors: int
    before: int
    after: int
    count: float
    donors_count: float
    dispersion: float
    level: float

    def __post_init__(self) -> None:
        if not all(math.isfinite(n) and n > 0 for n in (self.count, self.donors_count)):
            raise BadPower(
                f"expected counts are numbers above 0, not {self.count:g} and {self.donors_count:g}"
            )
        if not math.isfinite(self.dispersion) or self.dispersion < 1:
            raise BadPower(f"a dispersion is a number from 1 up, not {self.dispersion}")

    @property
    def mean(self) -> float:
        """In a treated area and a span."""
        return self.count / (self.treated * self.before)

    def rare(self, others: int) -> int:
        """The last place among the others and the treated one that is still rare; 0: none is."""
        return int(min(SIGNIFICANCE, 1 - self.level) * (others + 1) + 1e-9)


def changes_power(given: Expected, reduction: float) -> float:
    """The chance that a difference in differences falls by so rare a rank; normal approximation."""
    others = min(math.comb(given.donors, given.treated), DRAWN)
    own = given.dispersion * given.mean * (1 / given.before + (1 - reduction) / given.after)
    donor = given.donors_count / (given.donors * given.before)
    one = given.dispersion * donor * (1 / given.before + 1 / given.after)
    se = math.sqrt(own / given.treated + one / given.donors)
    placebo = math.sqrt(one / given.treated + one / (given.donors - given.treated))
    falls = np.linspace(-10, 10, 2_001)
    sizes = given.mean * reduction + falls * se
    larger = np.where(sizes > 0, 2 * norm.sf(sizes / placebo), 1.0)
    chances = binom.cdf(given.rare(others) - 1, others, larger)
    return float((norm.pdf(falls) * chances).sum() * (falls[1] - falls[0]))


def synthetic_power(given: Expected, reduction: float) -> float:
    """The chance that a synthetic control's ratio falls at so rare a rank.

    The ratio of squares after over before is taken as a (non-central) F. Its freedom before is what the
    choice of the mix leaves over, fitted to simulated studies of 6 to 26 spans before and 19 or 39 donors,
    from which it is about 0.1 apart at most.
    """
    freedom = max(1.0, LEFT * (given.before - TAKEN))
    variance = given.dispersion * given.mean
    size = given.after * (given.mean * reduction) ** 2 / (variance * (1 - reduction + MIX))
    shrunk = (1 - reduction + MIX) / (1 + MIX)
    steps = np.linspace(-8, 16, 1_201)
    ratios = np.exp(steps)
    density = ncf.pdf(ratios, given.after, freedom, size) * ratios
    larger = f.sf(ratios * shrunk, given.after, freedom)
    chances = binom.cdf(given.rare(given.donors) - 1, given.donors, larger)
    return min(1.0, float((density * chances).sum() * (steps[1] - steps[0])))


@cache
def detectable(power_of: Callable[[Expected, float], float], given: Expected) -> Detectable:
    """The smallest reduction that is shown in 8 of 10 such studies."""

    def lacking(reduction: float) -> float:
        return power_of(given, reduction) - CUSTOM

    at_all = lacking(1.0) + CUSTOM
    reduction = float(brentq(lacking, 0.0, 1.0, xtol=1e-6)) if at_all >= CUSTOM else None
    return Detectable(reduction=reduction, power=CUSTOM, power_at_all=at_all, level=given.level)
