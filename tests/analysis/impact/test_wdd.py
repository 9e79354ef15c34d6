"""The weighted displacement difference, against what its authors and others published."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.analysis.impact.counts import BadCounts, Change
from latchstring.analysis.impact.dispersion import dispersion
from latchstring.analysis.impact.wdd import AreaWeights, BadWeights, TimeWeights, wdd
from latchstring.analysis.interval import BadLevel

CONTROL, TREATED = Change(308, 318), Change(207, 110)
BESIDE, NEXT_DOOR = Change(150, 140), Change(178, 157)
COUNTS = st.integers(0, 500)
CHANGES = st.builds(Change, st.integers(1, 500), COUNTS)


def test_the_paper():
    """Wheeler and Ratcliffe 2018, table 1 and its text: -118 (40), Z -2.98, -196 to -40."""
    result = wdd(
        control=CONTROL, treated=TREATED, displacement_control=BESIDE, displacement_treated=NEXT_DOOR
    )
    assert result.wdd == -118
    assert result.se**2 == pytest.approx(1568, abs=1e-9)
    assert result.z == pytest.approx(-2.98, abs=5e-4)
    assert (result.interval.low, result.interval.high) == pytest.approx((-195.61, -40.39), abs=5e-3)
    assert (result.local.estimate, result.local.se) == pytest.approx((-107, 30.70831), abs=5e-6)
    assert result.displacement is not None
    assert (result.displacement.estimate, result.displacement.se) == pytest.approx((-11, 25), abs=1e-12)


def test_areas_of_different_size():
    """ptools' test of area weights (tests/testthat/test-wdd.R): counts are divided by the size of their area."""
    sizes = AreaWeights(control=0.9, treated=1.2, displacement_control=1.6, displacement_treated=1.5)
    result = wdd(
        control=CONTROL,
        treated=TREATED,
        displacement_control=BESIDE,
        displacement_treated=NEXT_DOOR,
        area_weights=sizes,
    )
    assert result.wdd == pytest.approx(-99.69444444, abs=5e-9)
    assert result.se == pytest.approx(35.4280755, abs=5e-8)
    assert result.z == pytest.approx(-2.813995483, abs=5e-10)
    assert result.interval.low == pytest.approx(-169.1321965, abs=5e-8)
    assert result.interval.high == pytest.approx(-30.25669241, abs=5e-9)
    assert (result.local.estimate, result.local.se) == pytest.approx((-91.94444, 31.51156), abs=5e-6)


def test_periods_of_different_length():
    """ptools' test of time weights: two years before against one after."""
    result = wdd(control=Change(100, 50), treated=Change(80, 20), time_weights=TimeWeights(2, 1))
    assert result.wdd == -20
    assert result.se == pytest.approx(math.sqrt(115), abs=1e-12)


@pytest.mark.parametrize(
    ("displacement", "estimate", "se", "low", "high"),
    [
        ((None, None), -40, 22.36068, -76.780, -3.220),
        ((Change(30, 25), Change(40, 25)), -50, 24.89980, -90.957, -9.043),
    ],
)
def test_other_levels(displacement, estimate, se, low, high):
    """crimepy's notebook, with intervals of 90 %."""
    beside, next_door = displacement
    result = wdd(
        control=Change(130, 150),
        treated=Change(120, 100),
        displacement_control=beside,
        displacement_treated=next_door,
        level=0.9,
    )
    assert (result.wdd, result.se) == pytest.approx((estimate, se), abs=5e-6)
    assert (result.interval.low, result.interval.high) == pytest.approx((low, high), abs=5e-4)


def test_the_smallest_example():
    """crimede-coder.com, WDD extensions (2025): a reduction of 10 with a standard error of 19."""
    result = wdd(control=Change(100, 90), treated=Change(100, 80))
    assert (result.wdd, result.se) == pytest.approx((-10, 19.23538), abs=5e-6)


def test_kinds_of_offence_weighted_by_harm():
    """Wheeler's harm weights over five kinds of offence, control and treated area of one city."""
    control = [(133, 91), (388, 305), (148, 97), (86, 64), (94, 67)]
    treated = [(130, 74), (327, 202), (398, 190), (144, 92), (183, 96)]
    result = wdd(
        control=[Change(*c) for c in control],
        treated=[Change(*t) for t in treated],
        harm_weights=[3, 2, 5, 7, 10],
    )
    assert result.wdd == -1721
    assert result.se == pytest.approx(304.1036008, abs=5e-8)
    assert result.z == pytest.approx(-5.659255581, abs=1e-9)
    assert result.interval.low == pytest.approx(-2317.032105, abs=5e-7)
    assert result.interval.high == pytest.approx(-1124.967895, abs=5e-7)


@given(CHANGES, CHANGES, st.floats(1, 10))
def test_dispersion_widens_by_its_root(control, treated, factor):
    """The estimate stays, the standard error grows by the root of the factor, and the tipping point stays."""
    plain, wide = (wdd(control=control, treated=treated, dispersion=d) for d in (1.0, factor))
    assert wide.wdd == plain.wdd
    assert wide.se == pytest.approx(plain.se * math.sqrt(factor))
    assert wide.tipping_dispersion == pytest.approx(plain.tipping_dispersion)


@given(CHANGES, CHANGES)
def test_at_the_tipping_dispersion_the_interval_touches_zero(control, treated):
    """One end of the interval is 0 there."""
    plain = wdd(control=control, treated=treated)
    if plain.tipping_dispersion > 0:
        there = wdd(control=control, treated=treated, dispersion=plain.tipping_dispersion)
        assert min(abs(there.interval.low), abs(there.interval.high)) == pytest.approx(0, abs=1e-9)


@given(CHANGES, CHANGES)
def test_areas_change_places(control, treated):
    """Swapping treated and control area turns the sign and nothing else."""
    there, back = wdd(control=control, treated=treated), wdd(control=treated, treated=control)
    assert there.wdd == -back.wdd
    assert there.se == back.se


def test_an_estimated_dispersion_brings_its_own_uncertainty():
    """Few months give a wider interval than the same dispersion known for certain."""
    months = dispersion([[4, 12, 8], [9, 3, 15]])
    known = wdd(control=CONTROL, treated=TREATED, dispersion=months.factor)
    estimated = wdd(control=CONTROL, treated=TREATED, dispersion=months)
    assert estimated.se == known.se
    assert estimated.interval.low < known.interval.low
    assert estimated.p > known.p


@pytest.mark.parametrize(
    ("before", "after"), [(-1, 2), (1, -2), (1.5, 2), (math.nan, 2), (1, math.inf), (-math.inf, 0)]
)
def test_a_count_is_a_whole_number(before, after):
    with pytest.raises(BadCounts, match="a count is a whole number from 0 up"):
        Change(before, after)


def test_what_cannot_be_compared_is_refused():
    """No incident anywhere; a displacement area with nothing to compare it with; kinds without weights."""
    with pytest.raises(BadCounts, match="no incident was counted in any area"):
        wdd(control=Change(0, 0), treated=Change(0, 0))
    with pytest.raises(BadCounts, match="needs a displacement control"):
        wdd(control=CONTROL, treated=TREATED, displacement_treated=NEXT_DOOR)
    with pytest.raises(BadCounts, match="2 pairs of counts, and there are 1 harm weights"):
        wdd(control=[CONTROL, CONTROL], treated=[TREATED, TREATED])
    with pytest.raises(BadWeights, match="above 0, not 0"):
        AreaWeights(control=0)
    with pytest.raises(BadWeights, match="not nan"):
        TimeWeights(math.nan, 1)
    with pytest.raises(BadWeights, match="the weight of harm"):
        wdd(control=CONTROL, treated=TREATED, harm_weights=[-1])
    with pytest.raises(BadLevel):
        wdd(control=CONTROL, treated=TREATED, level=95)
    with pytest.raises(BadCounts, match="a dispersion is a number above 0"):
        wdd(control=CONTROL, treated=TREATED, dispersion=math.nan)
