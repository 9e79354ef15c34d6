"""Events as sums over the cells of a grid, exact however they are split into batches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis.hotspots.grid import Counts, Grid
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

    def __add__(self, other: Binned) -> Binned:
        return Binned(grid=self.grid, counts=self.counts + other.counts, moments=self.moments + other.moments)


def empty(grid: Grid) -> Binned:
    return Binned(
        grid=grid, counts=np.zeros(grid.shape, np.int64), moments=np.zeros((len(POWERS), *grid.shape))
    )


def bin_events(points: Points, grid: Grid) -> Binned:
    """Sums over the cells, in one pass."""
    counts = np.zeros(grid.cells, np.int64)
    moments = np.zeros((len(POWERS), grid.cells))
    for column, row, u, v in grid.blocks(points):
        cell = row * grid.columns + column
        dx, dy = _within(u, column), _within(v, row)
        counts += np.bincount(cell, minlength=grid.cells)
        for k, (i, j) in enumerate(POWERS):
            moments[k] += np.bincount(cell, weights=dx**i * dy**j, minlength=grid.cells)
    return Binned(
        grid=grid, counts=counts.reshape(grid.shape), moments=moments.reshape(len(POWERS), *grid.shape)
    )


def _within(u: Floats, number: NDArray[np.int64]) -> Floats:
    u -= number
    u -= 0.5
    u *= PARTS
    return np.rint(u, out=u)
