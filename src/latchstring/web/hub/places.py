"""A place, as the owner's own page gives and gets it."""

from __future__ import annotations

from pydantic import BaseModel

from latchstring.base.geo import Point


class Place(BaseModel):
    """WGS 84, degrees."""

    latitude: float
    longitude: float

    @property
    def point(self) -> Point:
        return Point(self.latitude, self.longitude)

    @classmethod
    def of(cls, point: Point) -> Place:
        return cls(latitude=point.latitude, longitude=point.longitude)
