"""Parts of a picture: motion zones and privacy masks. Independent of any stream's size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from latchstring.base.errors import BadInput

LEAST_CORNERS, MOST_CORNERS = 3, 20
Corner = tuple[float, float]
"""Shares of the picture's width and height, 0 to 1, from its upper left corner."""


class BadRegion(BadInput):
    """A region of a picture has 3 to 20 corners inside the picture, and an area."""


@dataclass(frozen=True, kw_only=True)
class Region:
    """A polygon in a camera's picture."""

    name: str
    corners: tuple[Corner, ...]

    def __post_init__(self) -> None:
        if not LEAST_CORNERS <= len(self.corners) <= MOST_CORNERS:
            raise BadRegion
        if not all(math.isfinite(v) and 0 <= v <= 1 for corner in self.corners for v in corner):
            raise BadRegion
        if _twice_the_area(self.corners) == 0:
            raise BadRegion


def _twice_the_area(corners: Sequence[Corner]) -> float:
    """The shoelace formula."""
    following = [*corners[1:], corners[0]]
    return abs(sum(x * v - u * y for (x, y), (u, v) in zip(corners, following, strict=True)))
