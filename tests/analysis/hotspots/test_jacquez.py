"""Jacquez's test: the published count, ties that do not depend on the order of rows, and exact moments."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latchstring.analysis.hotspots.jacquez import BadNeighbours, jacquez
from latchstring.analysis.hotspots.matrices import TooMany
from latchstring.analysis.points import Incidents, Points


def test_burkitts_lymphoma(burkitt):
    """12 where ties are broken by row, as pointpats documents; 13 in another order of rows; shared out, 12
    1/3.
    """
    found = jacquez(burkitt, neighbours=3)
    assert found.by_row_order == 12
    assert found.observed == pytest.approx(12 + 1 / 3)
    assert found.tied_in_space == 27

    order = np.random.default_rng(0).permutation(188)
    shuffled = jacquez(Incidents(Points(burkitt.points.xy[order]), burkitt.days[order]), neighbours=3)
    assert shuffled.observed == pytest.approx(found.observed)
    assert shuffled.p == pytest.approx(found.p)


@settings(max_examples=25)
@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), min_size=4, max_size=5),
    neighbours=st.integers(1, 3),
)
def test_moments_are_those_of_all_permutations(rows, neighbours):
    """Each order of the days, ties and duplicates included."""
    table = np.array(rows)
    points = Points(table[:, :2])
    orders = itertools.permutations(table[:, 2])
    all_ = [jacquez(Incidents(points, np.array(order)), neighbours=neighbours) for order in orders]
    counts = np.array([each.observed for each in all_])
    assert all_[0].expected == pytest.approx(counts.mean(), abs=1e-9)
    assert all_[0].variance == pytest.approx(counts.var(), abs=1e-9)


def test_all_on_one_day_cannot_tell():
    """Everybody is as near in time as everybody: no order of the days differs from another."""
    found = jacquez(Incidents(Points.of(np.arange(20), np.zeros(20)), np.zeros(20)), neighbours=2)
    assert (found.z, found.p) == (None, 1.0)
    assert found.tied_in_time == 20


@pytest.mark.parametrize("neighbours", [0, 188, 1.5])
def test_numbers_of_neighbours_that_are_none_are_refused(burkitt, neighbours):
    """From 1 to all others, whole."""
    with pytest.raises(BadNeighbours):
        jacquez(burkitt, neighbours=neighbours)


def test_more_than_every_pair_can_be_looked_at_are_refused():
    """Before any work is done."""
    with pytest.raises(TooMany):
        jacquez(Incidents(Points(np.zeros((20_001, 2))), np.zeros(20_001)), neighbours=1)
