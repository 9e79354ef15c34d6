"""Risk-adjusted surfaces: incidents over exposure."""

from __future__ import annotations

import numpy as np
import pytest

from latchstring.analysis.hotspots.grid import Grid
from latchstring.analysis.hotspots.risk import BadExposure, risk_surface

GRID = Grid(west=0, south=0, cell_metres=100, columns=30, rows=30)


def dwellings():
    """A dense centre, thin outskirts, and a park without any."""
    y, x = np.mgrid[0:30, 0:30]
    homes = np.rint(40 * np.exp(-((x - 15) ** 2 + (y - 15) ** 2) / 100) + 2)
    homes[:5, :5] = 0
    return homes


def events(homes, seed, factor=None):
    rng = np.random.default_rng(seed)
    weight = homes if factor is None else homes * factor
    return rng.multinomial(1500, (weight / weight.sum()).ravel()).reshape(GRID.shape)


def test_a_dense_centre_with_the_same_risk_is_no_hotspot():
    """It has most events. A cell's false alarm at 5 % is 5 %; 20 towns, and the interval holds 1 in at least 95 %."""
    alarms, held = [], []
    for seed in range(20):
        found = risk_surface(events(dwellings(), seed), dwellings(), GRID, bandwidth_metres=200)
        alarms.append(np.mean(found.p_high[found.known] <= 0.05))
        held.append(np.mean(((found.low <= 1) & (found.high >= 1))[found.known]))
    assert 0.02 < np.mean(alarms) < 0.08
    assert np.mean(held) > 0.94


def test_a_street_with_three_times_the_risk_is_found():
    """Though it lies in the outskirts, where events are few."""
    factor = np.ones(GRID.shape)
    factor[20:26, 3:9] = 3
    found = risk_surface(events(dwellings(), 1, factor), dwellings(), GRID, bandwidth_metres=200)
    assert found.p_high[23, 6] == 1 / 100
    assert found.ratio[23, 6] > 2
    assert found.low[23, 6] > 1
    assert found.p_low[23, 6] == 1


def test_a_park_without_homes_cannot_be_judged():
    """Far from any home there is no risk to speak of; an event there is left out, and counted."""
    homes = np.zeros(GRID.shape)
    homes[20:, 20:] = 5
    found = risk_surface(events(homes, 0), homes, GRID, bandwidth_metres=100)
    assert not found.known[0, 0]
    assert np.isnan(found.p_high[0, 0])
    stray = events(homes, 0)
    stray[0, 0] = 3
    with_stray = risk_surface(stray, homes, GRID, bandwidth_metres=100)
    assert with_stray.unexposed == 3
    assert np.array_equal(with_stray.ratio, found.ratio, equal_nan=True)


def test_no_events_say_nothing():
    """Every redistribution of none is as high as none."""
    found = risk_surface(np.zeros(GRID.shape, np.int64), dwellings(), GRID, bandwidth_metres=200)
    assert np.nanmax(found.ratio) == 0
    assert np.nanmin(found.p_high) == 1


@pytest.mark.parametrize(
    "bad", [np.zeros(GRID.shape), np.full(GRID.shape, np.nan), -np.ones(GRID.shape), np.ones(5)]
)
def test_exposure_is_a_number_for_each_cell(bad):
    with pytest.raises(BadExposure):
        risk_surface(np.zeros(GRID.shape, np.int64), bad, GRID, bandwidth_metres=200)
