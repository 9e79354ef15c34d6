"""Noise that hides one household."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.analysis.guard import noise
from latchstring.analysis.guard.noise import BadEpsilon


def test_geometric_noise_has_its_stated_chances():
    """P(k) = (1 - a) / (1 + a) a^|k| with a = exp(-epsilon) (Ghosh et al. 2012), within five errors."""
    uniform, draws, a = random.Random(7).random, 40_000, math.exp(-1)
    seen = [noise.geometric(1.0, uniform) for _ in range(draws)]

    for k in range(-3, 4):
        chance = (1 - a) / (1 + a) * a ** abs(k)
        assert abs(seen.count(k) / draws - chance) < 5 * math.sqrt(chance / draws)


def test_simulated_noise_has_the_same_spread():
    """2 a / (1 - a)²; what is studied is what is drawn."""
    a = math.exp(-0.5)
    drawn = noise.simulated(0.5, (100_000,), np.random.default_rng(1))

    assert np.var(drawn) == pytest.approx(2 * a / (1 - a) ** 2, rel=0.03)
    assert abs(drawn.mean()) < 0.05


@given(st.floats(0.05, 5), st.floats(0.5, 0.999))
def test_the_bound_is_the_least_that_holds(epsilon, level):
    """Beyond it lies at most the rest, and one step closer lies more."""
    a, b = math.exp(-epsilon), noise.bound(epsilon, level)

    def beyond(k: int) -> float:
        return 2 * a ** (k + 1) / (1 + a)

    assert beyond(b) <= (1 - level) * (1 + 1e-9)
    assert b == 0 or beyond(b - 1) > (1 - level) * (1 - 1e-9)


@pytest.mark.parametrize("epsilon", [0, -1, math.nan, math.inf])
def test_an_epsilon_that_protects_nobody_is_refused(epsilon):
    """No noise is a decision of its own, never an epsilon."""
    with pytest.raises(BadEpsilon):
        noise.geometric(epsilon, lambda: 0.5)
    assert noise.geometric(1.0, lambda: 0.5) == 0
