"""Changes in percent beyond the control's."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.analysis.impact.counts import BadCounts, Change
from latchstring.analysis.impact.ratio import rate_ratio

SOME = st.builds(Change, st.integers(1, 300), st.integers(1, 300))


@pytest.mark.parametrize(
    ("treated", "control", "percent", "low", "high"),
    [
        ((20, 9), (20, 18), -50, -82, 38),
        ((40, 18), (40, 36), -50, -76, 2),
        ((11, 5), (100, 92), -51, -84, 48),
    ],
)
def test_what_55_percent_fewer_can_mean(treated, control, percent, low, high):
    """A raw fall of 55 % at small counts, and what is left of it beside a control."""
    result = rate_ratio(treated=Change(*treated), control=Change(*control))
    interval = result.change_interval
    assert result.raw_change == pytest.approx(-0.55, abs=0.005)
    assert 100 * result.change == pytest.approx(percent, abs=0.6)
    assert 100 * interval.low == pytest.approx(low, abs=0.6)
    assert 100 * interval.high == pytest.approx(high, abs=0.6)


def test_the_papers_local_counts():
    """As a Poisson regression with log link gives it: 0.51469, from 0.38925 to 0.68056."""
    result = rate_ratio(treated=Change(207, 110), control=Change(308, 318))
    assert result.ratio == pytest.approx(0.51469, abs=5e-6)
    assert (result.interval.low, result.interval.high) == pytest.approx((0.38925, 0.68056), abs=1e-5)


@given(SOME, SOME)
def test_areas_change_places(treated, control):
    """Swapping the areas inverts ratio and interval."""
    there, back = rate_ratio(treated=treated, control=control), rate_ratio(treated=control, control=treated)
    assert there.ratio == pytest.approx(1 / back.ratio)
    assert there.interval.low == pytest.approx(1 / back.interval.high)


def test_a_zero_has_an_interval_too():
    """A fall to 0 is no proof: half an incident is added to each count, and it is said."""
    result = rate_ratio(treated=Change(3, 0), control=Change(20, 19))
    assert result.half_added
    assert 0 < result.interval.low < result.ratio < 1 < result.interval.high


def test_an_area_without_incidents_is_refused():
    """Nothing divided by nothing is not a change."""
    with pytest.raises(BadCounts, match="in the control area"):
        rate_ratio(treated=Change(3, 1), control=Change(0, 0))
    with pytest.raises(BadCounts, match="in the treated area"):
        rate_ratio(treated=Change(0, 0), control=Change(3, 1))


def test_no_raw_change_from_nothing():
    """A rise from 0 has no percentage."""
    assert rate_ratio(treated=Change(0, 4), control=Change(5, 5)).raw_change is None


def test_dispersion_widens():
    """On the scale of logarithms, by its root."""
    one, two = (rate_ratio(treated=Change(40, 18), control=Change(40, 36), dispersion=d) for d in (1, 2))
    assert two.log_se == pytest.approx(one.log_se * math.sqrt(2))
