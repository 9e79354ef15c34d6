"""Groups compared within like cases."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.analysis.bias.shares import BadShare, Share
from latchstring.analysis.bias.stops import Hour, veil_of_darkness
from latchstring.analysis.bias.strata import Stratum, stratified
from latchstring.analysis.bias.words import Finding

BERKELEY = {
    "A": (512, 313, 89, 19),
    "B": (353, 207, 17, 8),
    "C": (120, 205, 202, 391),
    "D": (138, 279, 131, 244),
    "E": (53, 138, 94, 299),
    "F": (22, 351, 24, 317),
}
"""Admissions at Berkeley in 1973: men in and out, women in and out, by department."""


def strata_of(table):
    return [Stratum(name, Share(a, a + b), Share(c, c + d)) for name, (a, b, c, d) in table.items()]


def test_berkeley_turns_round():
    """Bickel, Hammel and O'Connell 1975: men are admitted more often, but not within departments."""
    found = stratified(strata_of(BERKELEY))
    assert found.crude.value == pytest.approx(1.84108, abs=5e-6)
    assert found.common.value == pytest.approx(0.9046968, abs=5e-8)
    assert found.common.interval.low == pytest.approx(0.7719074, abs=5e-8)
    assert found.common.interval.high == pytest.approx(1.060330, abs=5e-7)
    assert (found.chi2, found.p) == pytest.approx((1.426946, 0.232263), abs=1e-6)
    assert found.chi2_uncorrected == pytest.approx(1.524607, abs=1e-6)
    assert (found.same_chi2, found.same_p) == pytest.approx((18.8255, 0.00207), abs=5e-5)
    assert found.turns
    assert found.crude_difference > 0 > found.common_difference


def test_one_stratum_is_the_crude_table():
    found = stratified(strata_of({"A": BERKELEY["A"]}))
    assert found.common.value == pytest.approx(found.crude.value)
    assert not found.turns
    assert found.same_p == 1


def test_strata_that_say_nothing_leave_it_open():
    """Nobody in either group was hit: no odds, no certainty."""
    found = stratified([Stratum("a", Share(0, 5), Share(0, 7))])
    assert math.isnan(found.common.value)
    assert math.isinf(found.common.interval.high)
    assert found.p == 1
    with pytest.raises(BadShare):
        stratified([])


@pytest.mark.parametrize(
    ("one", "other", "least", "tells"),
    [
        (Share(10, 10), Share(3, 12), 3.19, True),  # exact, of one table: 3.45
        (Share(27, 27), Share(6, 40), 23.5, True),  # 26.6
        (Share(2, 2), Share(0, 2), 0.185, False),  # 0.219
    ],
)
def test_a_group_without_a_miss_has_odds_from_some_number_on(one, other, least, tells):
    """No figure for how much larger they are, and yet no doubt that they are; nor for how much smaller."""
    found = stratified([Stratum("a", one, other)])
    assert math.isinf(found.common.value)
    assert (found.common.interval.low, found.common.interval.high) == (
        pytest.approx(least, rel=0.01),
        math.inf,
    )
    assert (1 not in found.common.interval, found.p <= 0.05) == (tells, tells)
    back = stratified([Stratum("a", other, one)])
    assert (back.common.value, back.common.interval.low) == (0, 0)
    assert back.common.interval.high == pytest.approx(1 / found.common.interval.low)


def test_a_veil_without_an_upper_end_has_no_figure_for_it():
    hours = [Hour("18:00", Share(10, 10), Share(3, 12))]
    said = veil_of_darkness("the group", hours).said
    assert said.finding is Finding.HIGHER
    assert "the odds of the group by daylight are 3.19 times those in the dark or more." in said.text


shares = st.integers(1, 60).flatmap(lambda n: st.integers(0, n).map(lambda k: Share(k, n)))


@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=6))
def test_groups_can_change_places(pairs):
    """The odds ratio becomes its inverse, the difference its negative; p stays."""
    there = stratified([Stratum("", one, other) for one, other in pairs])
    back = stratified([Stratum("", other, one) for one, other in pairs])
    assert back.p == pytest.approx(there.p)
    assert back.common_difference == pytest.approx(-there.common_difference)
    if 0 < there.common.value < math.inf:
        assert back.common.value == pytest.approx(1 / there.common.value)
