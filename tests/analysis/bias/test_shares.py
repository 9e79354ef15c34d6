"""Shares, their differences and ratios, with intervals that small groups deserve."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from latchstring.analysis.bias.shares import (
    BadShare,
    Share,
    against,
    difference,
    ratio,
    smallest_seen,
    wilson,
)

shares = st.integers(1, 300).flatmap(lambda n: st.integers(0, n).map(lambda k: Share(k, n)))


@pytest.mark.parametrize(
    ("share", "low", "high"),
    [
        (Share(51, 100), 0.41, 0.61),
        (Share(60, 100), 0.502, 0.691),
        (Share(70, 100), 0.60, 0.78),
        (Share(11, 28), 0.236, 0.576),
        (Share(0, 5), 0.0, 0.434),
    ],
)
def test_what_so_many_cases_can_say(share, low, high):
    """A hundred posts leave ten points open on each side; none of five is far from never."""
    found = wilson(share)
    assert found.low == pytest.approx(low, abs=0.005)
    assert found.high == pytest.approx(high, abs=0.005)


def test_the_difference_of_two_shares():
    """Newcombe 1998, table II, example (a) by method 10: 56 of 70 less 48 of 80 is 0.0524 to 0.3339."""
    found = difference(Share(56, 70), Share(48, 80))
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_the_difference_where_a_group_has_no_hit():
    """Newcombe 1998, example (e): 5 of 56 less 0 of 29 is -0.0381 to 0.1926."""
    found = difference(Share(5, 56), Share(0, 29))
    assert (found.low, found.high) == pytest.approx((-0.0381, 0.1926), abs=5e-5)


def test_false_matches_against_a_known_benchmark():
    """28 false matches, 11 of them people of colour, who are 20 % of those compared: exact p 0.0168."""
    assert against(Share(11, 28), 0.2) == pytest.approx(0.0168, abs=5e-5)


@given(shares)
def test_an_interval_is_never_a_point(share):
    """Also where all or none are hits; and it holds the estimate, and turns with it."""
    found = wilson(share)
    assert found.high - found.low > 0
    assert share.value in found
    turned = wilson(share.rest)
    assert (turned.low, turned.high) == pytest.approx((1 - found.high, 1 - found.low))


@given(shares, shares)
def test_comparisons_hold_their_estimate_and_turn_round(one, other):
    """The difference the other way is the negative, the ratio the other way the inverse."""
    apart, back = difference(one, other), difference(other, one)
    assert one.value - other.value in apart
    assert (back.low, back.high) == pytest.approx((-apart.high, -apart.low))
    times, inverse = ratio(one, other), ratio(other, one)
    if other.hits:
        assert times.low - 1e-9 <= one.value / other.value <= times.high + 1e-9
    if times.low > 0 and math.isfinite(times.high):
        assert inverse.low == pytest.approx(1 / times.high, rel=1e-6)


@pytest.mark.parametrize(("p", "q", "n"), [(0.3, 0.3, 40), (0.1, 0.2, 60), (0.6, 0.3, 25)])
def test_intervals_cover_what_they_promise(p, q, n):
    """Exactly, over all outcomes: between 93 and 99 % of the time at a nominal 95 %."""
    a, b = binom.pmf(np.arange(n + 1), n, p), binom.pmf(np.arange(n + 1), n, q)
    by_difference = by_ratio = 0.0
    for i in np.flatnonzero(a > 1e-9):
        for j in np.flatnonzero(b > 1e-9):
            one, other = Share(int(i), n), Share(int(j), n)
            by_difference += a[i] * b[j] * (p - q in difference(one, other))
            by_ratio += a[i] * b[j] * (p / q in ratio(one, other))
    assert 0.93 < by_difference < 0.99
    assert 0.93 < by_ratio < 0.99


def test_how_large_a_share_must_be_to_be_seen():
    """Twenty cases cannot tell 40 % from 20 %; a thousand can."""
    few, many = smallest_seen(20, 0.2), smallest_seen(1000, 0.2)
    assert few is not None
    assert many is not None
    assert few > 0.45
    assert 0.22 < many < 0.25
    assert smallest_seen(1, 0.5) is None


@pytest.mark.parametrize("bad", [(3, 2), (-1, 2), (1, 0), (0.5, 2), (float("nan"), 2), (1, float("inf"))])
def test_what_is_no_share_is_refused(bad):
    with pytest.raises(BadShare):
        Share(*bad)
