"""Events as sums over the cells of a grid, exact however they are split into batches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis.hotspots.grid import Counts, Grid, OutsideGrid
from latchstring.analysis.points import Floats, Points

PARTS = 256  # a place within its cell is rounded to this fraction of the cell's side
POWERS = ((1, 0), (0, 1), (2, 0), (1, 1), (0, 2))


@dataclass(frozen=True, kw_only=True)
class Binned:
    """For each cell how many events, and the sums of the first and second powers of their places within it.

    `moments[k]`, shape (5, rows, columns), sums dx**i * dy**j for (i, j) = POWERS[k], where dx and dy lead
    from the cell's middle to the event in 1/256 of a side. They are whole numbers below 2**53, so that sums
    are exact in any order: batches give the same bytes as one array.
    """

    grid: Grid
    counts: Counts
    moments: Floats

    @property
    def events(self) -> int:
        return int(self.counts.sum())


class Accumulator:
    """Takes events batch by batch; memory is that of the grid, 48 bytes a cell, however many come."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self._counts = np.zeros(grid.cells, np.int64)
        self._moments = np.zeros((len(POWERS), grid.cells))

    def add(self, points: Points) -> None:
        """All of them or, when one lies outside the grid, none."""
        if not self.grid.holds(points).all():
            raise OutsideGrid
        for column, row, u, v in self.grid.blocks(points):
            cell = row * self.grid.columns + column
            dx, dy = _within(u, column), _within(v, row)
            self._counts += np.bincount(cell, minlength=self.grid.cells)
            for k, (i, j) in enumerate(POWERS):
                self._moments[k] += np.bincount(cell, weights=dx**i * dy**j, minlength=self.grid.cells)

    def binned(self) -> Binned:
        """What has come so far, as a copy."""
        return Binned(
            grid=self.grid,
            counts=self._counts.reshape(self.grid.shape).copy(),
            moments=self._moments.reshape(len(POWERS), *self.grid.shape).copy(),
        )


def bin_events(points: Points, grid: Grid) -> Binned:
    """Sums over the cells, in one pass."""
    sums = Accumulator(grid)
    sums.add(points)
    return sums.binned()


def _within(u: Floats, number: NDArray[np.int64]) -> Floats:
    u -= number
    u -= 0.5
    u *= PARTS
    return np.rint(u, out=u)
