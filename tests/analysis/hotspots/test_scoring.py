"""PAI, PEI and RRI as published, limits of the NIJ challenge, and a back-test beside a simple count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.analysis.hotspots.grid import Grid
from latchstring.analysis.hotspots.scoring import (
    SQUARE_FOOT,
    SQUARE_MILE,
    BadForecast,
    OutsideNijLimits,
    back_test,
    check_nij_limits,
    score,
)
from latchstring.analysis.points import Incidents, Points

GRID = Grid(west=0, south=0, cell_metres=100, columns=30, rows=30)


def test_three_cells_as_published():
    """The ptools package's own test."""
    found = score([6, 3, 0], [3, 2, 1])
    assert found.pai == pytest.approx([2, 1.5, 1])
    assert found.pei == pytest.approx([1, 1, 1])
    assert found.rri == pytest.approx([0.5, 0.5556, 0.6667], abs=1e-4)


def test_six_cells_with_a_tie():
    """Two cells with forecast 4: the one with fewer events is taken first."""
    found = score([6, 7, 3, 2, 1, 0], [8, 4, 4, 2, 1, 0])
    assert found.order.tolist() == [0, 2, 1, 3, 4, 5]
    assert found.pai == pytest.approx([1.894737, 1.421053, 1.684211, 1.421053, 1.2, 1], abs=1e-6)
    assert found.pei == pytest.approx([0.857143, 0.692308, 1, 1, 1, 1], abs=1e-6)


counts = st.lists(st.integers(0, 50), min_size=6, max_size=6)


@given(counts.filter(any), counts, st.lists(st.floats(0.1, 5), min_size=6, max_size=6))
def test_no_forecast_beats_the_best(observed, forecast, area):
    """PEI and PEI* are at most 1, all cells together have a PAI of 1, and the interval holds it."""
    found = score(observed, forecast, area)
    assert (found.pei <= 1 + 1e-9).all()
    assert (found.pei_star <= 1 + 1e-9).all()
    assert found.pai[-1] == pytest.approx(1)
    for cells in (1, 3):
        interval = found.interval(cells)
        assert interval.low - 1e-9 <= found.pai[cells - 1] <= interval.high + 1e-9


def test_knowing_nothing_is_not_flattered():
    """One forecast for all cells: those without events come first."""
    assert score([0, 5, 0, 3], [1, 1, 1, 1]).hits.tolist() == [0, 0, 3, 8]


@pytest.mark.parametrize(
    ("observed", "forecast"),
    [([], []), ([0, 0], [1, 2]), ([1, 2], [1]), ([-1, 2], [1, 2]), ([1, np.nan], [1, 2])],
)
def test_a_forecast_that_cannot_be_scored_is_refused(observed, forecast):
    with pytest.raises(BadForecast):
        score(observed, forecast)


def test_limits_of_the_nij_challenge():
    """62,500 to 360,000 square feet a cell and 0.25 to 0.75 square miles in all: the limits belong to it."""
    check_nij_limits(62_500 * SQUARE_FOOT, 0.25 * SQUARE_MILE)
    check_nij_limits(360_000 * SQUARE_FOOT, 0.75 * SQUARE_MILE)
    with pytest.raises(OutsideNijLimits, match="square feet, not 62,000"):
        check_nij_limits(62_000 * SQUARE_FOOT, 0.5 * SQUARE_MILE)
    with pytest.raises(OutsideNijLimits, match=r"square miles, not 0\.800"):
        check_nij_limits(100_000 * SQUARE_FOOT, 0.8 * SQUARE_MILE)


def incidents(events, seed):
    """Six hotspots in a town of 3 by 3 km, over a hundred days."""
    rng = np.random.default_rng(seed)
    hot = np.random.default_rng(7).uniform(400, 2600, (6, 2))
    near = hot[rng.integers(6, size=events)] + rng.normal(0, 120, (events, 2))
    places = np.where(rng.random((events, 1)) < 0.6, near, rng.uniform(0, 3000, (events, 2)))
    return Incidents(Points(places.clip(0, 3000)), rng.integers(0, 100, events))


def test_a_back_test_shows_the_simple_count_beside():
    """Few events: the kernel map catches more than the count. Nothing after the split is looked at before it."""
    found = back_test(incidents(600, 1), GRID, split_day=50, bandwidth_metres=150)
    assert found.before + found.after == 600
    assert found.cells == 45
    assert found.kernel_pai > 3
    assert found.kernel_pai in found.kernel_interval
    assert found.count_pai in found.count_interval
    assert found.better in ("kernel", "cannot tell")


def test_where_nothing_is_hot_neither_is_better():
    """Uniform events: at nominal 5 % the exact test may name a winner in two or so of 60 towns."""
    named = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        town = Incidents(Points(rng.uniform(0, 3000, (400, 2))), rng.integers(0, 100, 400))
        named += back_test(town, GRID, split_day=50, bandwidth_metres=150).better != "cannot tell"
    assert named <= 6


@pytest.mark.parametrize("split", [-1, 0, 100, 500])
def test_a_back_test_needs_both_sides(split):
    with pytest.raises(BadForecast, match="needs events before"):
        back_test(incidents(50, 1), GRID, split_day=split, bandwidth_metres=150)
