"""How far to smooth: suggestions in metres, each with its reason. The choice stays with the reader.

Silverman's and Scott's rules are not among them. They ask for one hill of events, and a town has many; axis
by axis they stretch the kernel along a long town. The cell size matters little for a map's use, the bandwidth
much (Chainey 2013; Hart and Zandbergen 2014).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from latchstring.analysis.hotspots import kernel
from latchstring.analysis.hotspots.grid import Counts, Grid
from latchstring.analysis.points import Points
from latchstring.base.errors import BadInput

STEPS = 25


class TooFewForBandwidth(BadInput):
    """A bandwidth cannot be suggested from so few different places; take one from a like town."""


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """`at_border` is True where the best bandwidth is the smallest or largest that was tried."""

    metres: float
    because: str
    at_border: bool = False


def by_prediction(counts: Counts, grid: Grid) -> Suggestion:
    """The bandwidth whose map foretells each event best from all the others (leave-one-out likelihood).

    Tried are 25 bandwidths, evenly in logarithms, from one cell to a quarter of the grid's shorter side.
    Events that share an address foretell each other: the suggestion then is small, and says where the same
    doors are hit again more than how a street is.
    """
    events = int(counts.sum())
    longest = min(grid.shape) * grid.cell_metres / 4
    if np.count_nonzero(counts) < 2 or longest <= grid.cell_metres:
        raise TooFewForBandwidth
    tried = np.geomspace(grid.cell_metres, longest, STEPS)
    here = counts > 0
    scores = []
    for metres in tried.tolist():
        others = kernel.of_counts(counts, grid, bandwidth_metres=metres)[here] / 1e6
        others = others - kernel.sheppard_weights(metres, grid.cell_metres).max() ** 2
        floor = 1e-3 / (grid.area_km2 * 1e6)
        scores.append(float((counts[here] * np.log(np.maximum(others, floor) / (events - 1))).sum()))
    best = int(np.argmax(scores))
    return Suggestion(
        metres=float(tried[best]),
        because="a map of all other events foretells each event best with it",
        at_border=best in (0, STEPS - 1),
    )


def by_neighbours(points: Points, *, neighbours: int = 10) -> Suggestion:
    """The mean distance to the k-th nearest event (Williamson and others 1999): larger k, smoother."""
    if neighbours < 1 or len(points) <= neighbours:
        raise TooFewForBandwidth
    far = KDTree(points.xy).query(points.xy, k=[neighbours + 1])[0]
    metres = float(far.mean())
    if not metres:
        raise TooFewForBandwidth
    return Suggestion(
        metres=metres, because=f"an event's {neighbours}th nearest other one is so far away on average"
    )


def by_extent(points: Points) -> Suggestion:
    """The field's rule of thumb: the shorter side of the area over 30, that is five cells of side / 150."""
    if len(points) < 2:
        raise TooFewForBandwidth
    shorter = float(np.ptp(points.xy, axis=0).min())
    if not shorter:
        raise TooFewForBandwidth
    return Suggestion(
        metres=shorter / 30, because="a thirtieth of the area's shorter side: five cells of a 150th"
    )
