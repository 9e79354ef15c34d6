"""Points, areas and H3 cells. Degrees come in; square miles and cells go out.

Areas are small (a few streets), so they are measured on a plane that touches the earth at their middle; the
error against the ellipsoid is below 0.8 % at every latitude up to 70 degrees.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import h3
from shapely.geometry import Point as ShapelyPoint
from shapely.geometry import Polygon

from latchstring.base.errors import BadInput

COARSE_RESOLUTION = 6
"""One bundle per cell of this H3 resolution: about 36 square kilometres, thousands of homes."""
FINE_RESOLUTION = 9
"""Dwelling counts and incident cells: about 0.1 square kilometres."""
METRES_PER_DEGREE = 111_194.93
SQUARE_METRES_PER_SQUARE_MILE = 2_589_988.110336
MAX_CORNERS = 100
MAX_SQUARE_MILES = 1000
"""Far above what any policy allows; keeps the number of cells that an area touches small."""

_CELL = re.compile(r"[0-9a-f]{15}")


class BadPlace(BadInput):
    """A place needs a latitude from -85 to 85 and a longitude from -180 to 180."""


class BadArea(BadInput):
    """This area cannot be used."""


@dataclass(frozen=True)
class Point:
    """WGS 84, degrees."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not (-85 <= self.latitude <= 85 and -180 <= self.longitude <= 180):  # NaN fails too
            raise BadPlace

    def cell(self, resolution: int) -> str:
        """The H3 cell that holds this point, as its 15 hex digits."""
        return str(h3.latlng_to_cell(self.latitude, self.longitude, resolution))


@dataclass(frozen=True)
class Area:
    """A simple polygon of streets; `corners` has no closing repetition."""

    corners: tuple[Point, ...]

    def __post_init__(self) -> None:
        if len(self.corners) < 3:
            raise BadArea("an area needs at least three corners")
        if len(self.corners) > MAX_CORNERS:
            raise BadArea(f"an area has at most {MAX_CORNERS} corners; draw it simpler")
        longitudes = [c.longitude for c in self.corners]
        if max(longitudes) - min(longitudes) > 180:
            raise BadArea("the area crosses the antimeridian (180 degrees); draw one on each side of it")
        shape = self._degrees
        if not shape.is_valid:
            raise BadArea("the area's outline crosses or touches itself; redraw it")
        if shape.area == 0:
            raise BadArea("the area has no inside; move a corner")
        if self.square_miles > MAX_SQUARE_MILES:
            raise BadArea(f"the area has more than {MAX_SQUARE_MILES} square miles; draw it smaller")

    @cached_property
    def _degrees(self) -> Any:
        return Polygon([(c.longitude, c.latitude) for c in self.corners])

    @cached_property
    def _metres(self) -> Any:
        lat0 = math.fsum(c.latitude for c in self.corners) / len(self.corners)
        lon0 = self.corners[0].longitude
        shrink = math.cos(math.radians(lat0))
        return Polygon(
            [
                ((c.longitude - lon0) * METRES_PER_DEGREE * shrink, (c.latitude - lat0) * METRES_PER_DEGREE)
                for c in self.corners
            ]
        )

    @property
    def square_miles(self) -> float:
        return float(self._metres.area) / SQUARE_METRES_PER_SQUARE_MILE

    @property
    def aspect(self) -> float:
        """Long side over short side of the tightest rectangle around it, turned as need be; 1 is square."""
        box = self._metres.minimum_rotated_rectangle.exterior.coords
        a, b = math.dist(box[0], box[1]), math.dist(box[1], box[2])
        return max(a, b) / min(a, b) if min(a, b) > 0 else math.inf

    def __contains__(self, point: Point) -> bool:
        """Whether the point lies inside or on the border."""
        return bool(self._degrees.covers(ShapelyPoint(point.longitude, point.latitude)))

    def touches_cell(self, cell: str) -> bool:
        return bool(self._degrees.intersects(_cell_polygon(cell)))

    def cells(self, resolution: int) -> frozenset[str]:
        """Every H3 cell that the area touches."""
        shape = h3.LatLngPoly([(c.latitude, c.longitude) for c in self.corners])
        return frozenset(
            str(c) for c in h3.h3shape_to_cells_experimental(shape, resolution, contain="overlap")
        )

    def to_geojson(self) -> dict[str, Any]:
        """GeoJSON (RFC 7946) Polygon, closed."""
        ring = [[c.longitude, c.latitude] for c in (*self.corners, self.corners[0])]
        return {"type": "Polygon", "coordinates": [ring]}

    @classmethod
    def from_geojson(cls, value: Any) -> Area:
        try:
            if value["type"] != "Polygon":
                raise BadArea("the area must be a GeoJSON Polygon")
            [ring] = value["coordinates"]
            corners = [Point(float(latitude), float(longitude)) for longitude, latitude in ring]
        except (KeyError, TypeError, ValueError, OverflowError) as e:
            raise BadArea("the area must be a GeoJSON Polygon with one ring and no holes") from e
        if len(corners) < 4 or corners[0] != corners[-1]:
            raise BadArea("the ring of a GeoJSON Polygon ends where it starts, after at least three corners")
        return cls(tuple(corners[:-1]))


def check_cell(cell: str, resolution: int) -> str:
    """`cell` itself when it is an H3 cell of this resolution."""
    if not _CELL.fullmatch(cell) or not h3.is_valid_cell(cell) or h3.get_resolution(cell) != resolution:
        raise BadPlace(f"{cell[:40]!r} is not an H3 cell of resolution {resolution}")
    return cell


def parent(cell: str, resolution: int) -> str:
    return str(h3.cell_to_parent(cell, resolution))


def _cell_polygon(cell: str) -> Any:
    return Polygon([(longitude, latitude) for latitude, longitude in h3.cell_to_boundary(cell)])
