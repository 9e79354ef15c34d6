"""What happened next door."""

from __future__ import annotations

import math

import numpy as np
import pytest

from latchstring.analysis.impact.counts import BadCounts, Change
from latchstring.analysis.impact.displacement import BadCatchment, buffer_of, catchment, quotient
from latchstring.analysis.points import Points

GRID = Points.of(*(axis.ravel() * 100.0 for axis in np.meshgrid(np.arange(7), np.arange(7))))
MIDDLE = np.all(GRID.xy == 300, axis=1)


def test_the_quotient_of_the_papers_counts():
    """By the formulas of POP guide 10 on the counts of Wheeler and Ratcliffe 2018."""
    result = quotient(control=Change(308, 318), treated=Change(207, 110), buffer=Change(178, 157))
    assert result.wdq == pytest.approx(0.258186, abs=5e-7)
    assert result.net == pytest.approx(130.5, abs=1e-9)
    assert result.wdq_interval.low < 0 < result.wdq < result.wdq_interval.high
    assert result.net_interval.low > 0


def test_a_quotient_over_what_may_be_nothing_has_no_limits():
    """Where the treated area did not change beyond doubt, a share of the change says nothing."""
    result = quotient(control=Change(30, 30), treated=Change(20, 18), buffer=Change(20, 22))
    assert (result.wdq_interval.low, result.wdq_interval.high) == (-math.inf, math.inf)
    assert quotient(control=Change(30, 30), treated=Change(20, 20), buffer=Change(20, 22)).wdq is None


def test_intervals_hold_the_truth_as_often_as_they_say():
    """2,000 studies with a true quotient of -0.5 and the net effect that goes with it."""
    rng = np.random.default_rng(3)
    means = {"control": (400, 400), "treated": (300, 150), "buffer": (300, 375)}
    held = []
    for _ in range(2_000):
        counts = {name: Change(*rng.poisson(pair).tolist()) for name, pair in means.items()}
        result = quotient(**counts)
        held.append((-0.5 in result.wdq_interval, 75 in result.net_interval))
    assert np.mean(held, axis=0) == pytest.approx([0.95, 0.95], abs=0.015)


def test_a_control_without_incidents_divides_by_nothing():
    with pytest.raises(BadCounts, match="both before and after"):
        quotient(control=Change(0, 3), treated=Change(4, 5), buffer=Change(4, 5))


def test_a_ring_of_cells():
    """Within 100 m of the middle lie four cells, within 142 m eight; the border belongs to the ring."""
    assert buffer_of(GRID, MIDDLE, 100).sum() == 4
    assert buffer_of(GRID, MIDDLE, 142).sum() == 8


def test_counts_of_the_catchment():
    """Each count belongs to the treated cells, to the ring or to neither."""
    before, after = np.ones(49), np.arange(49)
    seen = catchment(cells=GRID, treated=MIDDLE, reach=100, before=before, after=after)
    assert (seen.treated, seen.treated_cells) == (Change(1, 24), 1)
    assert (seen.buffer, seen.buffer_cells) == (Change(4, 17 + 23 + 25 + 31), 4)


def test_areas_that_cannot_be_told_apart():
    with pytest.raises(BadCatchment, match="nothing next door"):
        buffer_of(GRID, np.ones(49, bool), 100)
    with pytest.raises(BadCatchment, match="one row of yes and no"):
        buffer_of(GRID, np.ones(49), 100)
    with pytest.raises(BadCatchment, match="no cell lies within 10 m"):
        buffer_of(GRID, MIDDLE, 10)
    with pytest.raises(BadCatchment, match="above 0, not nan"):
        buffer_of(GRID, MIDDLE, math.nan)
    with pytest.raises(BadCatchment, match="a count for each"):
        catchment(cells=GRID, treated=MIDDLE, reach=100, before=[1], after=[1])
    with pytest.raises(BadCounts):
        catchment(cells=GRID, treated=MIDDLE, reach=100, before=np.full(49, np.nan), after=np.ones(49))
