"""Reports, true numbers, and who is among the worst when the reporting rate is only bounded."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.analysis.hotspots.reporting import BadReporting, Membership, corrected, worst
from latchstring.base.errors import BadInput

AREAS, WORST = 500, 25


def areas(seed):
    """500 areas that report 20 to 80 % of what happens."""
    rng = np.random.default_rng(seed)
    true = rng.gamma(15, 180 / 15, AREAS)
    rate = rng.uniform(0.2, 0.8, AREAS)
    return true, rate, rng.poisson(true * rate)


def highest(values):
    return set(np.argsort(-values, kind="stable")[:WORST].tolist())


def test_reports_alone_miss_two_thirds_of_the_worst_areas():
    """36 % of the true top 25 are found by reports alone, 68 % if the reporting rates are known."""
    plain, known = [], []
    for seed in range(60):
        true, rate, reports = areas(seed)
        plain.append(len(highest(true) & highest(reports)) / WORST)
        known.append(len(highest(true) & highest(reports / rate)) / WORST)
    assert np.mean(plain) == pytest.approx(0.36, abs=0.02)
    assert np.mean(known) == pytest.approx(0.68, abs=0.02)


def test_the_truth_is_never_ruled_out():
    """With 20 to 80 % as all that is known hardly an area is certain, and none of the worst is excluded."""
    missed, certain_and_wrong = 0, 0
    for seed in range(20):
        true, _, reports = areas(seed)
        found = corrected(reports, 0.2, 0.8)
        assert np.mean((found.low <= true) & (true <= found.high)) > 0.95
        member = worst(found.low, found.high, WORST)
        missed += sum(member[area] == Membership.NO for area in highest(true))
        certain_and_wrong += len(set(np.flatnonzero(member == Membership.CERTAIN).tolist()) - highest(true))
    assert missed == 0
    assert certain_and_wrong == 0


def test_a_range_of_true_numbers():
    """20 reports, 40 to 50 % reported: 40 to 50 incidents without chance, 24 to 77 with it."""
    found = corrected([20], 0.4, 0.5)
    assert (found.least[0], found.most[0]) == (40, 50)
    assert (found.low[0], found.high[0]) == pytest.approx((24.43, 77.22), abs=0.01)


def test_three_answers():
    """The first is above all others in any case; of the next two either may be second; the last cannot be."""
    member = worst([10, 5, 4, 0], [12, 8, 6, 3], 2)
    assert member.tolist() == [Membership.CERTAIN, Membership.POSSIBLE, Membership.POSSIBLE, Membership.NO]
    assert worst([1, 1, 1], [1, 1, 1], 2).tolist() == [Membership.POSSIBLE] * 3
    assert worst([3, 2, 1], [3, 2, 1], 3).tolist() == [Membership.CERTAIN] * 3


ranges = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5)), min_size=1, max_size=6)


@given(ranges, st.data())
def test_the_answers_hold_wherever_the_truth_lies(given_ranges, data):
    """Draw any truth within the ranges: the certain are among its worst, and the impossible are not."""
    low = np.array([a for a, _ in given_ranges])
    high = np.array([a + b for a, b in given_ranges])
    cells = data.draw(st.integers(1, len(low)))
    truth = np.array([data.draw(st.integers(a, b)) for a, b in zip(low.tolist(), high.tolist(), strict=True)])
    member = worst(low, high, cells)
    for cell, value in enumerate(truth):
        others = np.delete(truth, cell)
        if member[cell] == Membership.CERTAIN:
            assert (others >= value).sum() < cells
        if member[cell] == Membership.NO:
            assert (others > value).sum() >= cells
    assert (member == Membership.CERTAIN).sum() <= cells <= (member > Membership.NO).sum()


@pytest.mark.parametrize(
    ("low", "high"), [(0, 0.5), (0.6, 0.5), (0.5, 1.1), (np.nan, 0.5), ([0.1, 0.2], [0.3, 0.4])]
)
def test_a_reporting_rate_is_a_range_of_shares(low, high):
    with pytest.raises(BadReporting):
        corrected([1, 2, 3], low, high)


def test_what_is_no_count_or_no_range_is_refused():
    with pytest.raises(BadReporting):
        corrected([1.5], 0.2, 0.8)
    with pytest.raises(BadInput):
        worst([2], [1], 1)
    with pytest.raises(BadInput):
        worst([1, 2], [1, 2], 3)
