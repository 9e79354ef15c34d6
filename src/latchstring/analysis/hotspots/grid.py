"""Square cells in metres, and how many events fall into each."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis.points import Floats, Points
from latchstring.base.errors import BadInput

Counts = NDArray[np.int64]
MOST_CELLS = 2**24
BLOCK = 1 << 16  # what is worked on at once stays in the processor's cache


class BadGrid(BadInput):
    """A grid needs a cell size above 0 metres and at least one row and column."""


class OutsideGrid(BadInput):
    """Some places lie outside the grid; choose a larger grid, or keep only those that `Grid.holds`."""


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Rows from south to north, columns from west to east; arrays over it have shape (rows, columns).

    A cell holds its west and south side, and the last ones their east and north side too: each place within
    the grid is in exactly one cell.
    """

    west: float
    south: float
    cell_metres: float
    columns: int
    rows: int

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.west, self.south, self.cell_metres))):
            raise BadGrid("the corner and the cell size of a grid are finite numbers of metres")
        if self.cell_metres <= 0 or self.columns < 1 or self.rows < 1:
            raise BadGrid
        if self.columns * self.rows > MOST_CELLS:
            raise BadGrid(
                f"{self.columns} by {self.rows} cells are more than {MOST_CELLS:,}; choose larger cells, "
                "or look for a place that lies far from the others"
            )

    @classmethod
    def around(cls, points: Points, *, cell_metres: float, margin_metres: float = 0.0) -> Grid:
        """The smallest grid that holds all places and a margin, its corner at a whole number of cells."""
        if not len(points):
            raise BadGrid("there are no places to lay a grid around; give the grid itself")
        if not (math.isfinite(cell_metres) and cell_metres > 0 and math.isfinite(margin_metres)):
            raise BadGrid
        low = points.xy.min(axis=0) - margin_metres
        high = points.xy.max(axis=0) + margin_metres
        with np.errstate(over="ignore", invalid="ignore"):
            first = np.floor(low / cell_metres)
            first -= first * cell_metres > low
            size = np.floor(high / cell_metres - first) + 1
        if not (size < MOST_CELLS + 1).all():
            raise BadGrid(
                f"cells of {cell_metres:g} m would be more than {MOST_CELLS:,} over these places; choose "
                "larger cells, or look for a place that lies far from the others"
            )
        return cls(
            west=float(first[0] * cell_metres),
            south=float(first[1] * cell_metres),
            cell_metres=cell_metres,
            columns=int(size[0]),
            rows=int(size[1]),
        )

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows, self.columns

    @property
    def cells(self) -> int:
        return self.rows * self.columns

    @property
    def cell_km2(self) -> float:
        return self.cell_metres**2 / 1e6

    @property
    def area_km2(self) -> float:
        return self.cells * self.cell_km2

    @property
    def xs(self) -> Floats:
        """Where the middles of the columns lie, in metres."""
        return self.west + (np.arange(self.columns, dtype=np.float64) + 0.5) * self.cell_metres

    @property
    def ys(self) -> Floats:
        """Where the middles of the rows lie, in metres."""
        return self.south + (np.arange(self.rows, dtype=np.float64) + 0.5) * self.cell_metres

    def holds(self, points: Points) -> NDArray[np.bool_]:
        """Which places lie within."""
        u = (points.xy - (self.west, self.south)) / self.cell_metres
        return np.asarray(((u >= 0) & (u <= (self.columns, self.rows))).all(axis=1))

    def cell_of(self, points: Points) -> NDArray[np.int64]:
        """The number of each place's cell, row by row from the south-west: row * columns + column."""
        numbers = [row * self.columns + column for column, row, _, _ in self.blocks(points)]
        return np.concatenate(numbers).astype(np.int64) if numbers else np.zeros(0, np.int64)

    def counts(self, points: Points) -> Counts:
        """Events in each cell, shape (rows, columns)."""
        counts = np.zeros(self.cells, dtype=np.int64)
        for column, row, _, _ in self.blocks(points):
            counts += np.bincount(row * self.columns + column, minlength=self.cells)
        return counts.reshape(self.shape)

    def blocks(self, points: Points) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats]]:
        """Column, row, and place in cells east and north of the corner; a block of places at a time."""
        size = max(BLOCK, self.cells)
        for start in range(0, len(points), size):
            block = points.xy[start : start + size]
            column, u = self._along(block[:, 0], self.west, self.columns)
            row, v = self._along(block[:, 1], self.south, self.rows)
            yield column, row, u, v

    def _along(self, metres: Floats, start: float, cells: int) -> tuple[NDArray[np.int64], Floats]:
        u = metres - start
        u *= 1 / self.cell_metres
        last = u.max()
        if u.min() < 0 or last > cells:
            raise OutsideGrid
        number = u.astype(np.int64)
        if last >= cells:
            np.minimum(number, cells - 1, out=number)
        return number, u
