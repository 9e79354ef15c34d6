"""Tails of distributions. An upper tail is P(X >= x): it includes what was observed."""

from __future__ import annotations

from scipy.stats import norm, poisson


def poisson_upper(observed: int, mean: float) -> float:
    """P(X >= observed) of a Poisson variable."""
    return float(poisson.sf(observed - 1, mean))


def normal_upper(z: float) -> float:
    """P(Z >= z) of a standard normal variable."""
    return float(norm.sf(z))


def normal_two_sided(z: float) -> float:
    """P(|Z| >= |z|) of a standard normal variable."""
    return float(2 * norm.sf(abs(z)))


def of_permutations(at_least: int, drawn: int) -> float:
    """(b + 1) / (m + 1): what was observed is one of the draws, so it is never 0 (Phipson and Smyth 2010)."""
    return (at_least + 1) / (drawn + 1)
