"""Motion zones as bits on the small grid that is looked at."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from latchstring.hub.cameras.regions import Region

Mask = NDArray[np.bool_]


@lru_cache(maxsize=64)
def mask(zones: tuple[Region, ...], shape: tuple[int, int]) -> Mask:
    """True where a pixel's middle is inside any of the zones."""
    rows, columns = shape
    down = (np.arange(rows)[:, None] + 0.5) / rows
    across = (np.arange(columns)[None, :] + 0.5) / columns
    inside = np.zeros(shape, np.bool_)
    for zone in zones:
        inside |= _within(zone, across, down)
    return inside


def _within(zone: Region, across: NDArray[np.float64], down: NDArray[np.float64]) -> Mask:
    """Even-odd rule: a ray to the right crosses the polygon's edges an odd number of times."""
    crossings = np.zeros((down.shape[0], across.shape[1]), np.bool_)
    for (x, y), (u, v) in zip(zone.corners, (*zone.corners[1:], zone.corners[0]), strict=True):
        if y == v:
            continue
        straddles = (down < y) != (down < v)
        crossings ^= straddles & (across < x + (down - y) * (u - x) / (v - y))
    return crossings
