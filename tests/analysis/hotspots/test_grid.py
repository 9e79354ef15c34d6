"""Square cells: every place is in exactly one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from latchstring.analysis.hotspots.grid import BadGrid, Grid, OutsideGrid
from latchstring.analysis.points import Points

TOWN = Grid(west=1000, south=2000, cell_metres=100, columns=3, rows=2)
WHEREVER = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 30), st.just(2)),
    elements=st.floats(-1e6, 1e6).map(lambda v: round(v, 2)),
)


def test_a_cell_holds_its_west_and_south_side():
    """A corner that four cells share counts once; the town's own far sides are in its last cells."""
    corners = Points.of([1000, 1100, 1300, 1299.9], [2000, 2100, 2200, 2099.9])
    assert TOWN.cell_of(corners).tolist() == [0, 4, 5, 2]
    assert TOWN.counts(corners).tolist() == [[1, 0, 1], [0, 1, 1]]
    assert TOWN.xs.tolist() == [1050, 1150, 1250]
    assert TOWN.cell_km2 == 0.01


@given(WHEREVER, st.floats(5, 5000))
def test_every_place_is_in_exactly_one_cell(xy, cell_metres):
    """Also far from the origin and on the sides, for a grid laid around the places."""
    points = Points(np.round(xy) + 1e6)
    grid = Grid.around(points, cell_metres=max(cell_metres, 3e6 / 2000))
    assert grid.holds(points).all()
    assert grid.counts(points).sum() == len(points)
    cells = grid.cell_of(points)
    assert (np.bincount(cells, minlength=grid.cells).reshape(grid.shape) == grid.counts(points)).all()
    middle_x, middle_y = grid.xs[cells % grid.columns], grid.ys[cells // grid.columns]
    reach = grid.cell_metres / 2 + 1e-6
    assert (np.abs(points.xy - np.column_stack([middle_x, middle_y])) <= reach).all()


@pytest.mark.parametrize("at", [(999, 2050), (1301, 2050), (1050, 1999), (1050, 2201)])
def test_a_place_outside_is_not_dropped_in_silence(at):
    """On each side; `holds` says which they are."""
    points = Points.of([at[0], 1050], [at[1], 2050])
    assert TOWN.holds(points).tolist() == [False, True]
    with pytest.raises(OutsideGrid, match="Some places lie outside"):
        TOWN.counts(points)


def test_no_events_are_no_counts():
    """An empty array is a quiet town, not an error; a grid around nothing is one."""
    nobody = Points(np.zeros((0, 2)))
    assert TOWN.counts(nobody).sum() == 0
    assert TOWN.cell_of(nobody).tolist() == []
    with pytest.raises(BadGrid, match="no places"):
        Grid.around(nobody, cell_metres=100)


def test_one_event_has_a_grid_of_one_cell():
    assert Grid.around(Points.of([5050], [7020]), cell_metres=100).shape == (1, 1)


@pytest.mark.parametrize("size", [0, -1, float("nan"), float("inf")])
def test_cells_have_a_size(size):
    with pytest.raises(BadGrid):
        Grid(west=0, south=0, cell_metres=size, columns=1, rows=1)
    with pytest.raises(BadGrid):
        Grid.around(Points.of([5], [5000]), cell_metres=size)


def test_a_far_stray_place_is_named_as_the_cause():
    """One mistyped coordinate would ask for more cells than fit into memory."""
    with pytest.raises(BadGrid, match="far from the others"):
        Grid.around(Points.of([1000, 1e12], [1000, 1e300]), cell_metres=100)
    with pytest.raises(BadGrid, match="far from the others"):
        Grid(west=0, south=0, cell_metres=1, columns=100_000, rows=100_000)
