"""Tails of distributions. An upper tail is P(X >= x): it includes what was observed.

No p is 0: below what a float can hold, it is the smallest that one holds.
"""

from __future__ import annotations

import sys

from scipy.stats import norm, poisson

SMALLEST = sys.float_info.min


def poisson_upper(observed: int, mean: float) -> float:
    """P(X >= observed) of a Poisson variable."""
    return max(SMALLEST, float(poisson.sf(observed - 1, mean)))


def normal_upper(z: float) -> float:
    """P(Z >= z) of a standard normal variable."""
    return max(SMALLEST, float(norm.sf(z)))


def of_permutations(at_least: int, drawn: int) -> float:
    """(b + 1) / (m + 1): what was observed is one of the draws, so it is never 0 (Phipson and Smyth 2010)."""
    return (at_least + 1) / (drawn + 1)
