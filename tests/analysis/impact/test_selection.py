"""Regression to the mean: what the worst area does next, with nothing done."""

from __future__ import annotations

import math

import numpy as np
import pytest

from latchstring.analysis.impact.counts import BadCounts
from latchstring.analysis.impact.selection import BadSelection, chosen_among, worst_of


@pytest.mark.parametrize(
    ("areas", "expected", "chance"), [(10, 0.165, 0.27), (30, 0.210, 0.34), (100, 0.236, 0.38)]
)
def test_the_worst_area_gets_better_by_itself(areas, expected, chance):
    """Mean 20, true means that vary by 20: simulations gave falls of 16.5, 21.0 and 23.6 %; this is exact."""
    worst = worst_of(areas, 20, variance_between=20)
    assert worst.expected == pytest.approx(expected, abs=0.005)
    assert worst.chance == pytest.approx(chance, abs=0.01)


@pytest.mark.parametrize("between", [0, 10, 60])
def test_exact_is_what_simulation_gives(between):
    """40,000 cities of 25 areas, their worst one counted again."""
    rng = np.random.default_rng(2)
    shape = (40_000, 25)
    means = rng.gamma(20**2 / between, between / 20, shape) if between else np.full(shape, 20.0)
    counts, again = rng.poisson(means), rng.poisson(means)
    row, worst = np.arange(len(counts)), counts.argmax(axis=1)
    fall = 1 - again[row, worst] / counts[row, worst]
    exact = worst_of(25, 20, variance_between=between)
    assert exact.expected == pytest.approx(fall.mean(), abs=0.004)
    assert exact.chance == pytest.approx((fall >= 0.3).mean(), abs=0.01)


def test_one_area_that_was_not_chosen_falls_by_nothing_on_average():
    """Only by the small bias that a share of a count has."""
    assert abs(worst_of(1, 200).expected) < 0.01


def test_the_chosen_area_is_pulled_to_the_mean():
    """Its expectation lies between its own count and the mean of all, nearer the mean the less areas differ."""
    alike = chosen_among([20, 21, 19, 20, 22, 18, 20, 20, 20, 50], 9)
    apart = chosen_among([2, 40, 9, 31, 5, 60, 12, 20, 8, 33], 9)
    assert alike.mean < alike.expected_next < 50
    assert alike.expected_drop > apart.expected_drop > 0
    assert (alike.place, alike.areas) == (1, 10)


def test_equal_areas_are_expected_at_their_mean():
    """Where counts vary by chance alone, the whole distance to the mean is chance."""
    chosen = chosen_among([20, 21, 19, 20, 22, 18, 20, 20, 20, 24], 9)
    assert chosen.variance_between == 0
    assert chosen.expected_next == pytest.approx(chosen.mean)


def test_questions_that_cannot_be_answered():
    with pytest.raises(BadSelection, match="3 or more like areas"):
        chosen_among([3, 4], 0)
    with pytest.raises(BadSelection, match="one of the 3"):
        chosen_among([3, 4, 5], 3)
    with pytest.raises(BadSelection, match="had no incident"):
        chosen_among([0, 4, 5], 0)
    with pytest.raises(BadCounts):
        chosen_among([3, math.nan, 5], 0)
    for wrong in ({"areas": 0}, {"mean": 0}, {"mean": math.inf}, {"variance_between": -1}, {"drop": 30}):
        with pytest.raises(BadSelection):
            worst_of(**{"areas": 10, "mean": 20, **wrong})
