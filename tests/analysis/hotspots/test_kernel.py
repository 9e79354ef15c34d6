"""Kernel density in metres, against the sum over all events."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.analysis.hotspots import kernel
from latchstring.analysis.hotspots.binning import Accumulator, bin_events
from latchstring.analysis.hotspots.grid import Grid
from latchstring.analysis.points import Points

CITY = Grid(west=0, south=0, cell_metres=20_000 / 256, columns=256, rows=256)


def the_sum(points, grid, bandwidth):
    """The definition, event by event: in km²."""
    east = np.exp(-0.5 * ((grid.xs[:, None] - points.xy[:, 0]) / bandwidth) ** 2)
    north = np.exp(-0.5 * ((grid.ys[:, None] - points.xy[:, 1]) / bandwidth) ** 2)
    return north @ east.T / (2 * np.pi * bandwidth**2) * 1e6


def a_city(events, seed=0):
    """Half uniform, half in 200 hotspots of very different size, 20 by 20 km."""
    rng = np.random.default_rng(seed)
    weight = rng.pareto(1.2, 200) + 0.1
    of = rng.choice(200, events - events // 2, p=weight / weight.sum())
    hot = rng.uniform(500, 19_500, (200, 2))[of] + rng.normal(0, 120, (len(of), 2))
    return Points(np.clip(np.vstack([rng.uniform(0, 20_000, (events // 2, 2)), hot]), 0, 20_000))


def error(points, grid, bandwidth):
    exact = the_sum(points, grid, bandwidth)
    return np.abs(kernel.density(points, grid, bandwidth_metres=bandwidth) - exact).max() / exact.max()


def test_a_city_is_within_a_tenth_of_the_promise():
    """256 x 256 and 300 m: at most 0.5 % of the peak is asked for; the sum over cells is ten times closer."""
    assert error(a_city(10_000), CITY, 300) < 0.0005


@given(st.floats(4000, 16_000), st.floats(4000, 16_000))
def test_one_place_is_within_half_a_percent_wherever_it_lies(x, y):
    """A count at the cell's middle would be wrong by up to 11 % here."""
    assert error(Points.of([x] * 3, [y] * 3), CITY, 300) < 0.005


def test_many_events_are_counted_and_still_within_half_a_percent():
    """The short way for more than 250,000 events at different places, against the long one."""
    points = a_city(300_000)
    short = kernel.density(points, CITY, bandwidth_metres=300)
    long = kernel.of_binned(bin_events(points, CITY), bandwidth_metres=300)
    assert not np.array_equal(short, long)
    assert np.abs(short - long).max() < 0.005 * long.max()


def test_many_events_at_few_addresses_take_the_long_way():
    """Half a million events at 500 doors: their places within the cells do not average out."""
    doors = a_city(500).xy
    points = Points(np.repeat(doors, 1000, axis=0))
    exact = the_sum(Points(doors), CITY, 300) * 1000
    assert np.abs(kernel.density(points, CITY, bandwidth_metres=300) - exact).max() < 0.005 * exact.max()


def test_a_long_narrow_town_is_smoothed_alike_in_all_directions():
    """scipy's gaussian_kde with a factor of 0.05 smoothed one such town by 253 m along and 25 m across."""
    rng = np.random.default_rng(1)
    street = Points(
        np.column_stack([rng.normal(10_000, 5060, 2000), rng.normal(10_000, 506, 2000)]).clip(0, 20_000)
    )
    one = Points(street.xy[:1])
    surface = kernel.density(one, CITY, bandwidth_metres=300)
    mass = surface.sum()
    for values, axis, at in ((CITY.xs, 0, one.xy[0, 0]), (CITY.ys, 1, one.xy[0, 1])):
        spread = np.sqrt(((values - at) ** 2 * surface.sum(axis=axis)).sum() / mass)
        assert spread == pytest.approx(300, rel=0.01)
    assert error(street, CITY, 300) < 0.001


def test_the_surface_adds_up_to_the_events():
    """Density times area is the number of events, away from the edge."""
    points = Points.of([9000, 10_000, 10_040], [9000, 9999, 12_345])
    assert kernel.density(points, CITY, bandwidth_metres=300).sum() * CITY.cell_km2 == pytest.approx(
        3, rel=1e-3
    )


def test_an_edge_can_be_allowed_for():
    """Uniform events have a flat map up to the corner when the missing mass is put back; without, a quarter there."""
    points = Points(np.random.default_rng(2).uniform(0, 20_000, (200_000, 2)))
    plain = kernel.density(points, CITY, bandwidth_metres=1000)
    mended = kernel.density(points, CITY, bandwidth_metres=1000, edge="renormalise")
    assert plain[0, 0] < 0.3 * plain[128, 128]
    assert mended.min() > 0.8 * mended.mean()
    assert mended[100:150, 100:150] == pytest.approx(plain[100:150, 100:150], rel=1e-6)


@given(st.lists(st.integers(1, 999), max_size=5), st.integers(0, 99))
def test_batches_give_the_same_bytes(cuts, seed):
    """However the events are split and in whatever order they come."""
    points = a_city(1000, seed)
    grid = Grid(west=0, south=0, cell_metres=500, columns=40, rows=40)
    whole = bin_events(points, grid)
    shuffled = np.random.default_rng(seed).permutation(points.xy)
    sums = Accumulator(grid)
    for part in np.split(shuffled, sorted(cuts)):
        sums.add(Points(part))
    total = sums.binned()
    assert total.counts.tobytes() == whole.counts.tobytes()
    assert total.moments.tobytes() == whole.moments.tobytes()


def test_no_events_are_a_map_of_zeros():
    nobody = Points(np.zeros((0, 2)))
    assert not kernel.density(nobody, CITY, bandwidth_metres=300).any()


@pytest.mark.parametrize("bandwidth", [0, -5, 50, float("nan"), float("inf")])
def test_a_bandwidth_is_metres_and_not_less_than_a_cell(bandwidth):
    """A smaller one would show the grid."""
    with pytest.raises(kernel.BadBandwidth, match="from the side of a cell"):
        kernel.density(Points.of([5000], [5000]), CITY, bandwidth_metres=bandwidth)


def test_counts_alone_give_nearly_the_same_map():
    """Where no place within the cell is known, the spread of a cell is taken off the kernel."""
    points = a_city(100_000)
    exact = the_sum(points, CITY, 300)
    ours = kernel.of_counts(CITY.counts(points), CITY, bandwidth_metres=300)
    assert np.abs(ours - exact).max() < 0.005 * exact.max()
