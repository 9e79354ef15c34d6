"""Harbour Row, a town that does not exist: three homes and the cells around them, out in the Atlantic."""

from __future__ import annotations

from dataclasses import dataclass

import h3

from latchstring.base.geo import FINE_RESOLUTION, Area, Point

CENTRE = Point(47.0000, -15.0000)
RINGS = 7
"""Fine cells around the centre: 169 of them, some 17 square kilometres."""


@dataclass(frozen=True, kw_only=True)
class Home:
    """A household of the demo; only its own hub is told where it lies."""

    key: str
    title: str
    place: Point
    camera: str
    filmed: bool
    password: str


HOMES = (
    Home(
        key="lamp",
        title="Lamp House",
        place=Point(47.00052, -14.99934),
        camera="Front door",
        filmed=True,
        password="lamp-house-opens-inside",  # noqa: S106  a sample account of a made-up town
    ),
    Home(
        key="quay",
        title="Quay Cottage",
        place=Point(46.99967, -15.00078),
        camera="Back yard",
        filmed=False,
        password="quay-cottage-opens-inside",  # noqa: S106
    ),
    Home(
        key="mill",
        title="Mill Farm",
        place=Point(47.01020, -14.98010),
        camera="Farm gate",
        filmed=True,
        password="mill-farm-opens-inside",  # noqa: S106
    ),
)
"""In the area with footage; in the area without any; outside the area with footage."""

INCIDENT = Point(47.0001, -15.0001)
AREA = Area(
    (
        Point(46.9982, -15.0028),
        Point(46.9982, -14.9972),
        Point(47.0018, -14.9972),
        Point(47.0018, -15.0028),
    )
)
"""0.065 square miles around the incident; `lamp` and `quay` lie inside."""


def dwellings() -> dict[str, int]:
    """Fine cell → number of dwellings: dense at the harbour, thin towards the fields."""
    centre = CENTRE.cell(FINE_RESOLUTION)
    counts = {}
    for distance in range(RINGS + 1):
        for n, cell in enumerate(sorted(h3.grid_ring(centre, distance))):
            counts[str(cell)] = max(4, 180 - 24 * distance + (n * 7) % 13)
    return counts
