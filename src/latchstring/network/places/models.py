"""Cells with dwellings in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

import h3

from latchstring.base import geo
from latchstring.base.errors import BadInput

MAX_DWELLINGS = 100_000
_BUCKETS = ((250, "250+"), (100, "100-249"), (50, "50-99"), (20, "20-49"))
SMALLEST_BUCKET = "under 20"


class BadCsv(BadInput):
    """Places come as CSV with the columns cell and dwellings."""


@dataclass(frozen=True, kw_only=True)
class PlaceCell:
    """An H3 cell of resolution 9 and how many dwellings it holds."""

    cell: str
    dwellings: int

    def __post_init__(self) -> None:
        geo.check_cell(self.cell, geo.FINE_RESOLUTION)
        if not 0 <= self.dwellings <= MAX_DWELLINGS:
            raise BadInput(f"a cell has from 0 to {MAX_DWELLINGS} dwellings, not {self.dwellings}")

    @property
    def coarse(self) -> list[str]:
        """The coarse cells that its homes may lie in; at their borders H3 cells are not nested."""
        outline = geo.Area(tuple(geo.Point(*corner) for corner in h3.cell_to_boundary(self.cell)))
        return sorted(outline.cells(geo.COARSE_RESOLUTION))


def read_csv(text: str) -> list[PlaceCell]:
    """Read a table with a header; the first line that cannot be used is named."""
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    if rows.fieldnames is None or not {"cell", "dwellings"} <= set(rows.fieldnames):
        raise BadCsv("the first line of the CSV must name the columns cell and dwellings")
    cells: dict[str, PlaceCell] = {}
    for row in rows:
        where = f"line {rows.line_num}"
        try:
            place = PlaceCell(
                cell=(row["cell"] or "").strip(), dwellings=int((row["dwellings"] or "").strip())
            )
        except ValueError as e:
            raise BadCsv(f"{where}: dwellings must be a whole number, not {row['dwellings']!r}") from e
        except BadInput as e:
            raise BadCsv(f"{where}: {e.message}") from e
        if place.cell in cells:
            raise BadCsv(f"{where}: the cell {place.cell} stands twice")
        cells[place.cell] = place
    if not cells:
        raise BadCsv("the CSV has a header, but no line below it")
    return list(cells.values())


def audience_bucket(cells: Iterable[PlaceCell]) -> str:
    """How many dwellings a request reaches, said only as a bucket."""
    dwellings = sum(place.dwellings for place in cells)
    return next((name for least, name in _BUCKETS if dwellings >= least), SMALLEST_BUCKET)
