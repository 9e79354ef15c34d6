"""How much more counts vary than pure chance would let them: the dispersion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtri, ndtr, ndtri, stdtr, stdtrit

from latchstring.analysis.impact.counts import BadCounts
from latchstring.analysis.interval import Interval, check_level


@dataclass(frozen=True, kw_only=True)
class Dispersion:
    """Variance over mean of the counts of equal spans of time: 1 for a Poisson variable, often 2 or 3.

    `estimate` is Pearson's X^2 over its `freedom` (McCullagh and Nelder 1989, 4.5.2); `interval` is that of
    X^2, which is rough below a mean of 5 for each span. Counts that are all alike set it no upper limit.
    """

    estimate: float
    freedom: int
    interval: Interval
    silent: int = 0
    """Series of one count, or of none but 0: they say nothing of how much counts vary."""

    @property
    def factor(self) -> float:
        """What variances are multiplied by. Never below 1: less variation than chance has is no finding."""
        return max(1.0, self.estimate)


def dispersion(series: Sequence[ArrayLike], level: float = 0.95) -> Dispersion:
    """From several series of counts: one for each area and period, such as twelve months before the start.

    Each series has its own mean, so neither the effect nor the size of an area counts as variation. A season
    or a trend within a series does: the estimate is then too large, and the verdict careful. Swings that are
    slower than a series is long are not seen; that is why placebo areas come first.
    """
    squares, freedom, silent = 0.0, 0, 0
    for number, given in enumerate(series, start=1):
        counts = np.asarray(given, dtype=np.float64)
        if counts.ndim != 1 or not np.isfinite(counts).all() or (counts < 0).any():
            raise BadCounts(f"series {number} is not one row of counts from 0 up")
        if (counts != np.floor(counts)).any():
            raise BadCounts(f"series {number} holds shares; give the counts of whole months")
        mean = counts.mean() if counts.size else 0.0
        if counts.size > 1 and mean > 0:
            squares += float(((counts - mean) ** 2).sum() / mean)
            freedom += counts.size - 1
        else:
            silent += 1
    if not freedom:
        raise BadCounts("dispersion needs a series of two or more counts that are not all 0")
    share = (1 - check_level(level)) / 2
    low = squares / chdtri(freedom, share)
    high = squares / chdtri(freedom, 1 - share) if squares else np.inf
    return Dispersion(
        estimate=squares / freedom,
        freedom=freedom,
        interval=Interval(float(low), float(high), level),
        silent=silent,
    )


@dataclass(frozen=True)
class Spread:
    """What variances are multiplied by, and the freedom with which it was estimated."""

    factor: float = 1.0
    freedom: float = np.inf

    @classmethod
    def of(cls, given: Dispersion | float) -> Spread:
        if isinstance(given, Dispersion):
            return cls(given.factor, given.freedom)
        if not np.isfinite(given) or given <= 0:
            raise BadCounts(f"a dispersion is a number above 0, such as 1 or 2, not {given}")
        return cls(float(given))

    def reach(self, level: float) -> float:
        """How many standard errors a two-sided interval of this level reaches."""
        share = (1 + check_level(level)) / 2
        return float(ndtri(share) if np.isinf(self.freedom) else stdtrit(self.freedom, share))

    def two_sided(self, z: float) -> float:
        """The p of a difference of `z` standard errors."""
        return float(2 * (ndtr(-abs(z)) if np.isinf(self.freedom) else stdtr(self.freedom, -abs(z))))
