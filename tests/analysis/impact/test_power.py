"""What could have been seen, worked out exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.analysis.impact.counts import Change
from latchstring.analysis.impact.power import BadPower, chance_of_drop, wdd_detectable, wdd_power
from latchstring.analysis.impact.wdd import wdd


@pytest.mark.parametrize(("before", "percent"), [(40, 79), (60, 66), (100, 53), (200, 38)])
def test_the_smallest_reduction_that_shows(before, percent):
    """With 80 % power and an equal control: what 55 % would have needed is about 100 burglaries a period."""
    assert wdd_detectable(before).percent == percent


@pytest.mark.parametrize("before", [1, 5, 10, 20])
def test_too_few_to_show_anything(before):
    """At 20 a period not even a fall to 0 is shown with 80 % power."""
    detectable = wdd_detectable(before)
    assert not detectable.reachable
    assert detectable.percent is None
    assert detectable.power_at_all < 0.8


@pytest.mark.parametrize(
    ("mean", "one", "best"), [(5, 0.130, 0.75), (10, 0.048, 0.39), (15, 0.022, 0.20), (20, 0.009, 0.09)]
)
def test_55_percent_fewer_with_nothing_done(mean, one, best):
    """The chance in one area, and in the best of ten, which is the one that is advertised."""
    assert chance_of_drop(mean, 0.55) == pytest.approx(one, abs=5e-4)
    assert chance_of_drop(mean, 0.55, best_of=10) == pytest.approx(best, abs=5e-3)


def test_the_exact_power_is_what_repeated_studies_show():
    """20,000 simulated studies, judged by the interval of the WDD itself."""
    rng = np.random.default_rng(1)
    studies = zip(*(rng.poisson(m, 4_000).tolist() for m in (30, 30, 30, 9)), strict=True)
    shown = [
        wdd(control=Change(c0, c1), treated=Change(t0, t1)).interval.high < 0 for c0, c1, t0, t1 in studies
    ]
    assert np.mean(shown) == pytest.approx(wdd_power(30, 0.7), abs=0.025)


def test_false_alarms_of_a_fall_are_half_of_5_percent():
    """With no effect, and counts by chance alone, one tail of 2.5 % remains."""
    for before in (5, 20, 100):
        assert wdd_power(before, 0.0) == pytest.approx(0.025, abs=0.003)


def test_many_incidents_take_the_normal_approximation_smoothly():
    """Just below and just above the border of exact sums, the powers agree."""
    assert wdd_power(499, 0.25) == pytest.approx(wdd_power(499, 0.25, dispersion=1.0000001), abs=0.01)


@given(st.floats(1, 300), st.floats(1, 3))
def test_variation_hides_effects(before, dispersion):
    """A dispersion never makes smaller reductions visible."""
    plain, wide = wdd_detectable(before), wdd_detectable(before, dispersion=dispersion)
    assert wide.reduction is None or (
        plain.reduction is not None and wide.reduction >= plain.reduction - 0.02
    )


@pytest.mark.parametrize("bad", [0, -3, math.nan, math.inf])
def test_an_expected_count_is_above_zero(bad):
    with pytest.raises(BadPower, match="above 0"):
        wdd_power(bad, 0.5)
    with pytest.raises(BadPower, match="above 0"):
        chance_of_drop(bad, 0.5)


def test_shares_are_shares():
    """55 is a percentage; 0.55 is meant."""
    with pytest.raises(BadPower, match=r"such as 0\.55, not 55"):
        wdd_power(40, 55)
    with pytest.raises(BadPower, match=r"such as 0\.55, not 55"):
        chance_of_drop(40, 55)
    with pytest.raises(BadPower, match="from 1 up"):
        wdd_power(40, 0.5, dispersion=0.5)
    with pytest.raises(BadPower, match="1 or more areas"):
        chance_of_drop(40, 0.5, best_of=0)
