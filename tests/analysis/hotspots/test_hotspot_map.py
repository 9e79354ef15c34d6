"""The map as people get it: with its doubt, its denominator and the simple count beside."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from latchstring.analysis.hotspots import kernel
from latchstring.analysis.hotspots.binning import Accumulator
from latchstring.analysis.hotspots.grid import Grid, OutsideGrid
from latchstring.analysis.hotspots.hotspot_map import NoDenominator, Verdict, hotspot_map, map_of
from latchstring.analysis.hotspots.risk import BadExposure
from latchstring.analysis.points import Points

GRID = Grid(west=0, south=0, cell_metres=100, columns=30, rows=30)
HOMES = np.full(GRID.shape, 20.0)


def town(events, seed=0, hot=0.4):
    """Even all over, but for one street corner."""
    rng = np.random.default_rng(seed)
    even = rng.uniform(0, 3000, (events - int(hot * events), 2))
    return Points(np.vstack([even, rng.normal((2000, 1000), 90, (int(hot * events), 2))]))


def test_a_map_carries_what_it_takes_to_believe_it():
    found = hotspot_map(town(1000), GRID, bandwidth_metres=150, exposure=HOMES, reporting_rate=(0.4, 0.6))
    assert found.events == found.counts.sum() == 1000
    assert (found.low <= found.density + 1e-9).all()
    assert (found.density <= found.high).all()
    assert found.certainty.cells == 45
    assert found.rates.value == pytest.approx(found.counts / 20)
    assert found.reporting.most == pytest.approx(found.counts / 0.4)
    assert found.verdicts[10, 20] == Verdict.HOT
    assert found.verdicts[28, 2] == Verdict.NOT_HOT
    assert found.caveats == ()


def test_few_events_leave_most_cells_open():
    """Cannot tell is the default, and the map says why."""
    found = hotspot_map(town(30, hot=0), GRID, bandwidth_metres=150, exposure=HOMES)
    assert not (found.verdicts == Verdict.HOT).any()
    assert (found.verdicts == Verdict.CANNOT_TELL).sum() > 45
    assert "30 events are fewer than 400" in found.caveats[0]


def test_an_even_town_hardly_ever_has_a_hotspot():
    """No cell is worse than another: how often a map of it names any."""
    named = [
        (
            hotspot_map(town(800, seed, hot=0), GRID, bandwidth_metres=150, exposure=HOMES).verdicts
            == Verdict.HOT
        ).mean()
        for seed in range(20)
    ]
    assert np.mean(named) < 0.005


def test_without_a_denominator_no_hotspot_is_named():
    """The density may be looked at; the verdict is refused, and the map says that it is of counts."""
    parks = np.where(GRID.counts(town(1000)) > 12, 0, HOMES)
    assert (
        "denominator does not fit"
        in hotspot_map(town(1000), GRID, bandwidth_metres=150, exposure=parks).caveats[0]
    )
    found = hotspot_map(town(1000), GRID, bandwidth_metres=150)
    assert found.density.max() > 0
    with pytest.raises(NoDenominator, match="dwellings or deliveries"):
        _ = found.verdicts
    assert any("No denominator" in each for each in found.caveats)


def test_a_map_of_batches_is_the_map_of_all():
    """The same bytes in every array, however the events were split."""
    points = town(1000)
    sums = Accumulator(GRID)
    for part in np.split(points.xy, [1, 400, 400, 999]):
        sums.add(Points(part))
    streamed = map_of(sums.binned(), bandwidth_metres=150, exposure=HOMES)
    whole = hotspot_map(points, GRID, bandwidth_metres=150, exposure=HOMES)
    for name in ("counts", "density", "low", "high"):
        assert getattr(streamed, name).tobytes() == getattr(whole, name).tobytes()
    assert streamed.certainty.probability.tobytes() == whole.certainty.probability.tobytes()
    assert dataclasses.asdict(streamed.risk).keys() == dataclasses.asdict(whole.risk).keys()


def test_a_batch_with_a_place_outside_is_taken_whole_or_not_at_all():
    sums = Accumulator(GRID)
    with pytest.raises(OutsideGrid):
        sums.add(Points.of([500, -1], [500, 500]))
    assert sums.binned().events == 0


def test_no_events_and_one_event_and_all_at_one_place():
    """A clear map each time, without a warning."""
    for places, events in (([], 0), ([[500, 500]], 1), ([[500, 500]] * 50, 50)):
        points = Points(np.array(places, dtype=float).reshape(-1, 2))
        found = hotspot_map(points, GRID, bandwidth_metres=150, exposure=HOMES)
        assert found.events == events
        assert np.isfinite(found.density).all()
        assert (found.verdicts == Verdict.HOT).any() == (events == 50)
    with pytest.raises(BadExposure):
        hotspot_map(Points.of([500], [500]), GRID, bandwidth_metres=150, exposure=np.zeros(GRID.shape))


def test_the_interval_of_a_density_covers_the_smoothed_intensity():
    """At least 95 % of cells, of 40 towns with one true intensity."""
    rng = np.random.default_rng(5)
    true = rng.gamma(0.5, 1.0, GRID.shape)
    goal = kernel.of_counts(true, GRID, bandwidth_metres=150)
    covered = []
    for _ in range(40):
        low, high = kernel.interval(rng.poisson(true), GRID, bandwidth_metres=150)
        covered.append(np.mean((low <= goal) & (goal <= high)))
    assert 0.945 < np.mean(covered) < 0.99
