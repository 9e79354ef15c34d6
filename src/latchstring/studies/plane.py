"""A city on a plane that touches the globe: degrees become metres, and metres degrees."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latchstring.base.errors import BadInput
from latchstring.base.geo import METRES_PER_DEGREE

Floats = NDArray[np.float64]
FURTHEST_METRES = 100_000
FURTHEST_NORTH = 85
"""And south, in degrees: nearer to a pole a plane turns lengths of latitude too quickly."""


class BadOrigin(BadInput):
    """A place on the globe is LON,LAT, such as -87.63,41.88; with X,Y after it for a place other than 0,0."""


class TooWide(BadInput):
    """These places span too much of the globe for one plane; take a part, or project them (UTM, for one)."""


@dataclass(frozen=True)
class Plane:
    """Touches the earth at a longitude and latitude, which has the given x and y in metres.

    Lengths from west to east go wrong the further north or south they lie: 100 km away by 1.6 % at a latitude
    of 45 degrees and by 2.7 % at 60. Within a city, 20 km across, it is a tenth of that.
    """

    longitude: float
    latitude: float
    x: float = 0.0
    y: float = 0.0

    def __post_init__(self) -> None:
        if not (abs(self.longitude) <= 180 and abs(self.latitude) <= FURTHEST_NORTH):  # NaN fails too
            raise BadOrigin
        if not (math.isfinite(self.x) and math.isfinite(self.y)):
            raise BadOrigin

    @classmethod
    def around(cls, longitude: Floats, latitude: Floats) -> Plane:
        """In the middle of places given in degrees, also where they lie on both sides of 180 degrees."""
        if np.ptp(longitude) > 180:
            longitude = np.where(longitude < 0, longitude + 360, longitude)
        east, north = (round(float(each.min() + each.max()) / 2, 6) for each in (longitude, latitude))
        return cls(east if east <= 180 else round(east - 360, 6), north)

    def to_metres(self, longitude: Floats, latitude: Floats) -> Floats:
        """Shape (n, 2)."""
        shrink = math.cos(math.radians(self.latitude))
        east = longitude - self.longitude
        east = np.where(np.abs(east) > 180, east - np.copysign(360, east), east)
        xy = np.column_stack(
            [
                self.x + east * METRES_PER_DEGREE * shrink,
                self.y + (latitude - self.latitude) * METRES_PER_DEGREE,
            ]
        )
        self.check_near(xy)
        return xy

    def to_degrees(self, places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        """Longitude and latitude to a tenth of a metre, as GeoJSON has them (RFC 7946, 11.2).

        East of 180 degrees they go on beyond it, so that a cell there is no band around the globe.
        """
        shrink = math.cos(math.radians(self.latitude))
        return [
            (
                round(self.longitude + (x - self.x) / (METRES_PER_DEGREE * shrink), 6),
                round(self.latitude + (y - self.y) / METRES_PER_DEGREE, 6),
            )
            for x, y in places
        ]

    def check_near(self, xy: Floats) -> None:
        """Refuse places to which the plane does not reach."""
        if len(xy) and float(np.abs(xy - (self.x, self.y)).max()) > FURTHEST_METRES:
            raise TooWide
