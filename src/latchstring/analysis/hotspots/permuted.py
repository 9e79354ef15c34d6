"""What drawing permutations finds, and how uncertain so few draws leave it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis import tails
from latchstring.base.errors import BadInput

MOST_DRAWS = 1_000_000


class BadDraws(BadInput):
    """Permutations are counted in whole numbers from 99 to 1,000,000, such as 999; 0 asks for none."""


@dataclass(frozen=True, kw_only=True)
class Permuted:
    """The statistic over random permutations; p is (b + 1) / (m + 1), what was observed being one."""

    drawn: int
    mean: float
    variance: float
    p: float
    error: float
    """The standard error of `p`."""


def check_draws(permutations: int) -> int:
    """`permutations` itself."""
    if not 99 <= permutations <= MOST_DRAWS or permutations != int(permutations):
        raise BadDraws
    return permutations


def check_few_draws(draws: int) -> int:
    """`draws` itself: 19 are the fewest of which what was observed can be the one of twenty."""
    if not 19 <= draws <= MOST_DRAWS:
        raise BadDraws(f"draws are counted in whole numbers from 19 to {MOST_DRAWS:,}, not {draws:,}")
    return draws


def upper(statistics: NDArray[np.float64], observed: float) -> Permuted:
    """P(X >= observed). A last digit lost to rounding does not make a tie smaller than what was observed."""
    drawn = len(statistics)
    at_least = int((statistics >= observed - 1e-12 * max(1.0, abs(observed))).sum())
    return Permuted(
        drawn=drawn,
        mean=float(statistics.mean()),
        variance=float(statistics.var(ddof=1)),
        p=tails.of_permutations(at_least, drawn),
        error=error_of(tails.of_permutations(at_least, drawn), drawn),
    )


def error_of(p: float, drawn: int) -> float:
    """The standard error that so many draws leave on a p."""
    return math.sqrt(p * (1 - p) / drawn)
