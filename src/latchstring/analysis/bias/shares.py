"""Shares of a whole, and how far two of them are apart, with intervals that hold for small groups too.

None of these is ever of length 0: two of two is no certainty. A percentile bootstrap would say that it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.stats import binom, binomtest

from latchstring.analysis.interval import Interval, two_sided
from latchstring.base.errors import BadInput


class BadShare(BadInput):
    """A share is a whole number of cases out of a whole number that is no smaller and not zero."""


@dataclass(frozen=True)
class Share:
    """`hits` of `of` cases."""

    hits: int
    of: int

    def __post_init__(self) -> None:
        for count in (self.hits, self.of):
            if not math.isfinite(count) or count < 0 or count != int(count):
                raise BadShare(f"cases are whole numbers from 0 up, not {count}")
        if self.of == 0:
            raise BadShare("a share of no cases at all cannot be worked out")
        if self.hits > self.of:
            raise BadShare(f"{self.hits} of {self.of} is more than all")
        object.__setattr__(self, "hits", int(self.hits))
        object.__setattr__(self, "of", int(self.of))

    @property
    def value(self) -> float:
        return self.hits / self.of

    @property
    def rest(self) -> Share:
        """The cases that are none."""
        return Share(self.of - self.hits, self.of)


def wilson(share: Share, level: float = 0.95) -> Interval:
    """The score interval (Wilson 1927, equation 9 without correction)."""
    z = two_sided(level)
    n, p = share.of, share.value
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low = 0.0 if share.hits == 0 else max(0.0, middle - reach)
    high = 1.0 if share.hits == n else min(1.0, middle + reach)
    return Interval(low, high, level)


def difference(one: Share, other: Share, level: float = 0.95) -> Interval:
    """Of `one` less `other`: Newcombe's hybrid score interval (1998, Statistics in Medicine 17:873, method
    10).
    """
    a, b = wilson(one, level), wilson(other, level)
    apart = one.value - other.value
    low = apart - math.hypot(one.value - a.low, b.high - other.value)
    high = apart + math.hypot(a.high - one.value, other.value - b.low)
    return Interval(max(-1.0, low), min(1.0, high), level)


def ratio(one: Share, other: Share, level: float = 0.95) -> Interval:
    """Of `one` over `other`, from their Wilson intervals (Donner and Zou 2012, MOVER-R).

    The upper end is infinite where the data leave open that the other share is 0.
    """
    a, b = wilson(one, level), wilson(other, level)
    p, q = one.value, other.value
    product = p * q
    low_root = math.sqrt(max(0.0, product**2 - a.low * b.high * (2 * p - a.low) * (2 * q - b.high)))
    low_under = b.high * (2 * q - b.high)
    high_root = math.sqrt(max(0.0, product**2 - a.high * b.low * (2 * p - a.high) * (2 * q - b.low)))
    high_under = b.low * (2 * q - b.low)
    low = _quotient(product - low_root, low_under, a.low * (2 * p - a.low), product + low_root)
    high = math.inf if high_under <= 0 else (product + high_root) / high_under
    return Interval(max(0.0, low), max(high, 0.0, low), level)


def against(share: Share, benchmark: float) -> float:
    """Two-sided exact binomial p of a share whose benchmark is known without error (Clopper and Pearson
    1934).
    """
    if not 0 <= benchmark <= 1:
        raise BadShare(f"a benchmark is a share from 0 to 1, not {benchmark}")
    return float(binomtest(share.hits, share.of, benchmark).pvalue)


def smallest_seen(of: int, benchmark: float, *, power: float = 0.8, alpha: float = 0.05) -> float | None:
    """The smallest share above the benchmark that `of` cases would tell from it, by the exact upper tail.

    None where not even all of them would.
    """
    needed = next((k for k in range(of + 1) if binom.sf(k - 1, of, benchmark) <= alpha / 2), None)
    if needed is None:
        return None
    low, high = benchmark, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if binom.sf(needed - 1, of, middle) >= power else (middle, high)
    return high


def _quotient(above: float, under: float, other_above: float, other_under: float) -> float:
    """above / under, or the same number by the other root of the quadratic where the first is 0 / 0."""
    if abs(under) > 1e-12:
        return above / under
    return other_above / other_under if other_under > 0 else 0.0
