"""Regressions of counts, against the paper's numbers, another package's and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.analysis.impact.counts import BadCounts, Change
from latchstring.analysis.impact.rate_difference import evidence, rate_difference
from latchstring.analysis.impact.ratio import rate_ratio
from latchstring.analysis.impact.verdict import Lack, verdict
from latchstring.analysis.impact.wdd import wdd

PAPER = [[207, 110], [308, 318]]
SIDES = {"treated": [1, 0], "after": [0, 1]}
# Areas by months: three treated, three not; six months before, six after.
TABLE = [
    [12, 9, 15, 11, 8, 14, 6, 7, 4, 9, 5, 6],
    [22, 31, 18, 25, 28, 20, 15, 11, 19, 14, 10, 17],
    [5, 7, 6, 3, 8, 5, 4, 2, 5, 1, 3, 4],
    [14, 10, 9, 13, 16, 12, 11, 15, 12, 10, 14, 13],
    [30, 24, 27, 35, 22, 29, 28, 33, 25, 31, 27, 24],
    [8, 6, 9, 7, 11, 5, 8, 9, 6, 7, 10, 8],
]
TABLE_SIDES = {"treated": [1, 1, 1, 0, 0, 0], "after": [0] * 6 + [1] * 6}


def test_the_identity_link_is_the_displacement_difference():
    """-107 with a standard error of 30.70831, on the local four numbers of Wheeler and Ratcliffe 2018."""
    found = rate_difference(PAPER, **SIDES, link="identity", errors="chance")
    assert found.effect == pytest.approx(-107, abs=1e-9)
    assert found.se == pytest.approx(30.70831, abs=5e-6)


def test_the_log_link_is_the_ratio():
    """0.51469, from 0.38925 to 0.68056."""
    found = rate_difference(PAPER, **SIDES, errors="chance")
    assert found.effect == pytest.approx(0.51469, abs=5e-6)
    assert (found.interval.low, found.interval.high) == pytest.approx((0.38925, 0.68056), abs=1e-5)


@given(*[st.integers(1, 400)] * 4)
def test_four_numbers_agree_with_their_simple_forms(t0, t1, c0, c1):
    """For any counts, with both links."""
    plain = rate_difference([[t0, t1], [c0, c1]], **SIDES, link="identity", errors="chance")
    simple = wdd(treated=Change(t0, t1), control=Change(c0, c1))
    assert (plain.effect, plain.se) == pytest.approx((simple.wdd, simple.se), rel=1e-7, abs=1e-7)
    logs = rate_difference([[t0, t1], [c0, c1]], **SIDES, errors="chance")
    ratio = rate_ratio(treated=Change(t0, t1), control=Change(c0, c1))
    assert (logs.effect, logs.se) == pytest.approx((ratio.ratio, ratio.log_se), rel=1e-7)


@pytest.mark.parametrize(
    ("options", "coefficient", "se", "alpha"),
    [
        ({"errors": "chance"}, -0.567402330, 0.134207240, 0),
        ({"errors": "dispersion"}, -0.567402330, 0.296678275, 0),
        ({"errors": "clustered"}, -0.567402330, 0.034005673, 0),
        ({"errors": "chance", "family": "negative binomial"}, -0.567402330, 0.277444118, 0.265336452),
        ({"errors": "chance", "fixed": True}, -0.567402330, 0.134207240, 0),
        ({"errors": "clustered", "fixed": True}, -0.567402330, 0.038160052, 0),
    ],
)
def test_it_agrees_with_statsmodels(options, coefficient, se, alpha):
    """statsmodels 0.15.0 on the same table: Poisson GLM with scale "X2" and cov_type "cluster", and NB2."""
    found = rate_difference(TABLE, **TABLE_SIDES, **options)
    assert np.log(found.effect) == pytest.approx(coefficient, abs=1e-6)
    assert found.se == pytest.approx(se, rel=2e-3 if alpha else 1e-6)
    assert found.alpha == pytest.approx(alpha, rel=1e-3)


@pytest.mark.parametrize("phi", [1, 2, 3])
def test_false_alarms_with_dispersion(phi):
    """No effect, two areas over twelve months: 5 % with errors by dispersion, far more by chance alone."""
    rng = np.random.default_rng(14)
    alarms = {"dispersion": [], "chance": []}
    for _ in range(300):
        table = (
            rng.poisson(10, (2, 12)) if phi == 1 else rng.negative_binomial(10 / (phi - 1), 1 / phi, (2, 12))
        )
        for errors, seen in alarms.items():
            found = rate_difference(table, treated=[1, 0], after=[0] * 6 + [1] * 6, errors=errors)
            seen.append(1 not in found.interval)
    assert np.mean(alarms["dispersion"]) < 0.085
    if phi == 3:
        assert np.mean(alarms["chance"]) > 0.18


def test_no_more_variation_than_chance_is_poisson():
    """The likelihood has its maximum at alpha 0, and the fits are the same."""
    even = [[10, 10, 5, 5], [20, 20, 20, 20]]
    sides = {"treated": [1, 0], "after": [0, 0, 1, 1]}
    assert rate_difference(even, **sides, family="negative binomial").alpha == 0
    assert rate_difference(even, **sides, family="negative binomial") == rate_difference(even, **sides)


def test_errors_by_chance_are_no_test():
    """The verdict asks how much counts vary; a regression that assumes it has no answer."""
    sums = {"treated": Change(400, 300), "control": Change(500, 510)}
    by_chance = rate_difference(TABLE, **TABLE_SIDES, errors="chance")
    by_area = rate_difference(TABLE, **TABLE_SIDES, errors="clustered")
    assert Lack.VARIATION in verdict(evidence(by_chance, **sums)).lacks
    assert verdict(evidence(by_area, **sums)).lacks == (Lack.UNPLANNED,)


def test_what_cannot_be_compared():
    """Each refusal says what to do."""
    with pytest.raises(BadCounts, match="four numbers show no dispersion"):
        rate_difference(PAPER, **SIDES)
    with pytest.raises(BadCounts, match="two or more areas on each side; rank the areas instead"):
        rate_difference([[3, 4, 5, 6], [3, 4, 5, 6]], treated=[1, 0], after=[0, 0, 1, 1], errors="clustered")
    with pytest.raises(BadCounts, match="whole numbers from 0 up"):
        rate_difference([[1.5, 2], [3, 4]], **SIDES)
    with pytest.raises(BadCounts, match="whole numbers from 0 up"):
        rate_difference([[np.nan, 2], [3, 4]], **SIDES)
    with pytest.raises(BadCounts, match="some areas are treated and some not"):
        rate_difference(PAPER, treated=[1, 1], after=[0, 1])
    with pytest.raises(BadCounts, match="on which side it is"):
        rate_difference(PAPER, treated=[1, 0, 1], after=[0, 1])
    with pytest.raises(BadCounts, match="no incident before or after"):
        rate_difference([[3, 0], [3, 4]], **SIDES)
