"""Counts that vary more than by chance, and false alarms with and without allowing for it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from latchstring.analysis.impact.counts import BadCounts, Change
from latchstring.analysis.impact.dispersion import dispersion
from latchstring.analysis.impact.wdd import wdd


def negative_binomial(rng, mean, phi, size):
    """Counts with variance phi times the mean."""
    return rng.poisson(mean, size) if phi == 1 else rng.negative_binomial(mean / (phi - 1), 1 / phi, size)


@pytest.mark.parametrize("phi", [1, 2, 3])
def test_it_is_found_in_monthly_counts(phi):
    """Over many series, the mean of the estimates is the truth, whatever the mean of each series."""
    rng = np.random.default_rng(4)
    series = [negative_binomial(rng, mean, phi, 12) for mean in (3, 8, 20) for _ in range(400)]
    found = dispersion(series)
    assert found.estimate == pytest.approx(phi, rel=0.05)
    assert found.freedom == 1200 * 11
    assert found.interval.low < found.estimate < found.interval.high


def test_an_effect_is_not_variation():
    """Each series has its own mean: a fall from 20 to 5 between periods adds nothing."""
    assert dispersion([[20, 20, 20], [5, 5, 5]]).estimate == 0
    assert dispersion([[20, 20, 20], [5, 5, 5]]).factor == 1


@pytest.mark.parametrize(("phi", "alarms"), [(1, 0.05), (1.5, 0.11), (2, 0.165), (3, 0.26)])
def test_poisson_alone_cries_wolf(phi, alarms):
    """With no effect, the WDD at a nominal 5 % says "effect" this often."""
    rng = np.random.default_rng(5)
    counts = negative_binomial(rng, 30, phi, (4_000, 4)).tolist()
    alarm = [0 not in wdd(control=Change(a, b), treated=Change(c, d)).interval for a, b, c, d in counts]
    assert np.mean(alarm) == pytest.approx(alarms, abs=0.02)


@pytest.mark.parametrize("phi", [1, 2, 3])
def test_months_repair_it(phi):
    """Dispersion from twelve months before and twelve after brings the false alarms back to 5 %."""
    rng = np.random.default_rng(6)
    months = negative_binomial(rng, 5, phi, (2_000, 4, 12))
    alarm = []
    for areas in months:
        a, b, c, d = areas.sum(axis=1).tolist()
        found = wdd(control=Change(a, b), treated=Change(c, d), dispersion=dispersion(list(areas)))
        alarm.append(0 not in found.interval)
    assert np.mean(alarm) == pytest.approx(0.05, abs=0.013)


def test_series_that_say_nothing():
    with pytest.raises(BadCounts, match="two or more counts that are not all 0"):
        dispersion([[5], [0, 0, 0]])
    with pytest.raises(BadCounts, match="two or more"):
        dispersion([])
    with pytest.raises(BadCounts, match="series 2 is not one row"):
        dispersion([[1, 2], [np.nan, 3]])
    with pytest.raises(BadCounts, match="series 1 holds shares"):
        dispersion([[0.5, 2]])


def test_counts_that_are_all_alike_set_no_upper_limit():
    """Two equal months do not show that there is no variation at all."""
    found = dispersion([[5, 5]])
    assert (found.estimate, found.interval.low, found.interval.high) == (0, 0, math.inf)
