"""Noise for counts that are published: nobody can tell from them whether one household is among them.

Two-sided geometric noise (Ghosh, Roughgarden and Sundararajan 2012): k with a chance in proportion to
exp(-epsilon |k|). Where a household adds at most 1 to all counts together, each count with such noise is
epsilon-differentially private (Dwork et al. 2006); whatever is computed from them afterwards is too.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis.interval import check_level
from latchstring.base.errors import BadInput


class BadEpsilon(BadInput):
    """An epsilon lies above 0; the smaller, the more noise. 1 is usual for a map."""


def geometric(epsilon: float, uniform: Callable[[], float]) -> int:
    """One draw; `uniform` gives numbers in [0, 1) that nobody else can foretell."""
    return _one_sided(epsilon, uniform()) - _one_sided(epsilon, uniform())


def simulated(epsilon: float, shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.int64]:
    """Many draws to study what the noise does; never to protect anybody, for they can be foretold."""
    chance = -math.expm1(-_checked(epsilon))
    return rng.geometric(chance, shape) - rng.geometric(chance, shape)


def bound(epsilon: float, level: float = 0.95) -> int:
    """The least b with which the noise lies in [-b, b] at least as often as `level` says."""
    ratio = math.exp(-_checked(epsilon))
    beyond = (1 - check_level(level)) * (1 + ratio) / 2  # P(|k| > b) = 2 ratio**(b + 1) / (1 + ratio)
    return max(0, math.ceil(math.log(beyond) / math.log(ratio) - 1 - 1e-12))


def _one_sided(epsilon: float, u: float) -> int:
    """k = 0, 1, … with chance in proportion to exp(-epsilon k), by inversion."""
    return math.floor(-math.log1p(-u) / _checked(epsilon))


def _checked(epsilon: float) -> float:
    if not (math.isfinite(epsilon) and epsilon > 0):
        raise BadEpsilon
    return epsilon
