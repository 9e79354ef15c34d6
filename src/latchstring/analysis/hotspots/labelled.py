"""Counts by areas of any kind, told apart by an id: H3 cells, districts, streets."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from latchstring.analysis.hotspots.grid import Counts
from latchstring.base.errors import BadInput


class UnknownArea(BadInput):
    """An event names an area that is not among the areas of the study."""


class RepeatedArea(BadInput):
    """An area is listed twice; each has one exposure."""


def counts_by_area(of_event: ArrayLike, areas: ArrayLike) -> Counts:
    """How many events each of `areas` has, in their order, also where it has none.

    Ids are whole numbers or texts, one for each event. An event outside all areas is refused and not dropped.
    """
    named, known = np.asarray(of_event), np.asarray(areas)
    order = np.argsort(known, kind="stable")
    rising = known[order]
    if (rising[1:] == rising[:-1]).any():
        raise RepeatedArea
    if not named.size:
        return np.zeros(known.size, np.int64)
    at = np.searchsorted(rising, named).clip(0, max(known.size - 1, 0))
    strays = np.flatnonzero(rising[at] != named) if known.size else np.arange(named.size)
    if strays.size:
        raise UnknownArea(
            f"event {int(strays[0]) + 1} of {named.size} is in area {named[strays[0]]}, not one of the study"
        )
    return np.bincount(order[at], minlength=known.size).astype(np.int64)
