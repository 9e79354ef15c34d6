"""Cells out of a table: from a column of H3 cells, or from longitude and latitude, which are not kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import h3
import numpy as np

from latchstring.analysis.guard import sources
from latchstring.base import geo
from latchstring.base.errors import BadInput
from latchstring.studies import table
from latchstring.studies.table import BadCell, Layout, Table

CELL = ("cell", "h3", "h3_cell", "h3_index", "hexagon", "hex")
LONGITUDE = ("longitude", "lon", "lng", "long")
LATITUDE = ("latitude", "lat")
SOURCE = "source"
DWELLINGS = ("dwellings", "homes", "households", "addresses")


class CellTwice(BadInput):
    """A cell stands twice in the table of dwellings."""


@dataclass(frozen=True, kw_only=True)
class CellColumns:
    """The columns that were named; None: found by their usual names."""

    cell: str | None = None
    longitude: str | None = None
    latitude: str | None = None
    header: bool | None = None


def place_columns(layout: Layout, columns: CellColumns) -> tuple[str, ...]:
    """The column of cells; where there is none, those of longitude and latitude."""
    named = columns.longitude is not None or columns.latitude is not None
    usual = {name.lower() for name in layout.names}
    if not named and (columns.cell is not None or usual & set(CELL) or not usual & set(LONGITUDE)):
        return (layout.column(columns.cell, CELL, "the H3 cell", "--cell, or --longitude and --latitude"),)
    return (
        layout.column(columns.longitude, LONGITUDE, "the longitude", "--longitude"),
        layout.column(columns.latitude, LATITUDE, "the latitude", "--latitude"),
    )


def cells(rows: Table, places: tuple[str, ...], resolution: int) -> list[str]:
    """The cell of each row at this resolution; finer cells become the one they lie in."""
    if len(places) == 1:
        texts = [text.lower() for text in rows.texts(places[0])]
        known = {text: _cell(rows, texts, text, resolution) for text in dict.fromkeys(texts)}
        return [known[text] for text in texts]
    longitude, latitude = (rows.numbers(name) for name in places)
    bad = np.flatnonzero((np.abs(longitude) > 180) | (np.abs(latitude) > 85))
    if bad.size:
        row = int(bad[0])
        raise BadCell(
            f"{rows.where(row)}: longitude {longitude[row]:g} and latitude {latitude[row]:g} are no degrees; "
            "bring them to WGS 84"
        )
    return [
        str(h3.latlng_to_cell(north, east, resolution))
        for east, north in zip(longitude.tolist(), latitude.tolist(), strict=True)
    ]


def read_events(path: Path, columns: CellColumns, *, resolution: int) -> Counter[str]:
    """Incidents by cell. Where the table has a column `source`, all of them are residents' reports."""
    layout = table.look(path, header=columns.header)
    places = place_columns(layout, columns)
    source = [name for name in layout.names if name.lower() == SOURCE]
    rows = table.read(layout, [*places, *source])
    for name in source:
        _check_sources(rows, name)
    return Counter(cells(rows, places, resolution))


def read_dwellings(path: Path, *, resolution: int, column: str | None = None) -> dict[str, int]:
    """Dwellings by cell, added up to this resolution. Each row is one cell, of this resolution or finer."""
    layout = table.look(path)
    places = layout.column(None, CELL, "the H3 cell", "a column named cell")
    name = layout.column(column, DWELLINGS, "the number of dwellings", "--dwellings-column")
    rows = table.read(layout, [places, name])
    homes = rows.numbers(name)
    bad = np.flatnonzero((homes < 0) | (homes != np.floor(homes)))
    if bad.size:
        raise BadCell(f"{rows.where(int(bad[0]))}: {homes[bad[0]]:g} is no number of dwellings")
    texts, seen = rows.texts(places), set[str]()
    for row, text in enumerate(texts):
        if text in seen:
            raise CellTwice(f"{rows.where(row)}: the cell {text} stands twice")
        seen.add(text)
    found: dict[str, int] = {}
    for cell, count in zip(cells(rows, (places,), resolution), homes.tolist(), strict=True):
        found[cell] = found.get(cell, 0) + int(count)
    return found


def _check_sources(rows: Table, name: str) -> None:
    for row, text in enumerate(rows.texts(name)):
        try:
            sources.check_resident(sources.parse(text))
        except BadInput as e:
            raise BadCell(f"{rows.where(row)}: {e.message}") from e


def _cell(rows: Table, texts: list[str], text: str, resolution: int) -> str:
    try:
        valid = bool(h3.is_valid_cell(text))
    except ValueError:
        valid = False
    if not valid:
        raise BadCell(f"{rows.where(texts.index(text))}: {text[:40]!r} is not an H3 cell")
    if h3.get_resolution(text) < resolution:
        raise BadCell(
            f"{rows.where(texts.index(text))}: the cell {text} is larger than resolution {resolution}"
        )
    return geo.parent(text, resolution)
