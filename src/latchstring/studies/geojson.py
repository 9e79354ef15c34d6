"""Cells of a grid as GeoJSON (RFC 7946)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from latchstring.analysis.hotspots.grid import Grid
from latchstring.studies.plane import Plane


def of_cells(grid: Grid, plane: Plane, cells: Iterable[tuple[int, int, Mapping[str, Any]]]) -> dict[str, Any]:
    """A FeatureCollection in WGS 84: for each cell its row, its column and what is known of it."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates": [_ring(grid, plane, row, column)]},
                "properties": dict(known),
            }
            for row, column, known in cells
        ],
    }


def _ring(grid: Grid, plane: Plane, row: int, column: int) -> list[tuple[float, float]]:
    """Closed, and counterclockwise as RFC 7946, 3.1.6 asks."""
    west, south = grid.west + column * grid.cell_metres, grid.south + row * grid.cell_metres
    east, north = west + grid.cell_metres, south + grid.cell_metres
    return plane.to_degrees([(west, south), (east, south), (east, north), (west, north), (west, south)])
