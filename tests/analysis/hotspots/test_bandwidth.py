"""Suggested bandwidths, in metres and with a reason."""

from __future__ import annotations

import numpy as np
import pytest

from latchstring.analysis.hotspots.bandwidth import (
    TooFewForBandwidth,
    by_extent,
    by_neighbours,
    by_prediction,
)
from latchstring.analysis.hotspots.grid import Grid
from latchstring.analysis.points import Points

GRID = Grid(west=0, south=0, cell_metres=25, columns=200, rows=200)


def hills(spread, seed=0, events=3000):
    rng = np.random.default_rng(seed)
    middles = rng.uniform(500, 4500, (12, 2))
    return Points((middles[rng.integers(12, size=events)] + rng.normal(0, spread, (events, 2))).clip(0, 5000))


def test_wide_hills_are_smoothed_more():
    """The bandwidth that foretells best grows with the hills, and is far below the spread of the whole town."""
    narrow, wide = (by_prediction(GRID.counts(hills(spread)), GRID).metres for spread in (60, 240))
    assert 25 <= narrow < wide < 240
    assert narrow < 60


def test_few_events_are_smoothed_more():
    many, few = (by_prediction(GRID.counts(hills(150, events=n)), GRID).metres for n in (20_000, 200))
    assert many < few


def test_the_same_doors_give_the_smallest_and_say_so():
    """Repeats at one address foretell each other."""
    doors = np.repeat(hills(200).xy[:60], 20, axis=0)
    found = by_prediction(GRID.counts(Points(doors)), GRID)
    assert found.metres == 25
    assert found.at_border


def test_rules_of_the_field():
    """Ten neighbours off, and a thirtieth of the shorter side."""
    line = Points.of(np.arange(100) * 10.0 + 1000, np.arange(100) % 2 * 3000.0)
    assert by_extent(line).metres == pytest.approx(33)
    assert by_neighbours(Points.of(np.arange(5) * 10.0, [7.0] * 5), neighbours=1).metres == 10


def test_too_few_places_suggest_nothing():
    """One event, and all at one place."""
    one, same = Points.of([50], [60]), Points(np.full((30, 2), 500.0))
    for points in (one, same):
        for suggest in (by_extent, by_neighbours, lambda p: by_prediction(GRID.counts(p), GRID)):
            with pytest.raises(TooFewForBandwidth):
                suggest(points)
