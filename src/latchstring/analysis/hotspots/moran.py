"""Local Moran's I: cells that are like their neighbours, or unlike them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis.hotspots.local import (
    checked_surface,
    false_discoveries,
    tails_of_sums,
    window_sizes,
    window_sums,
)
from latchstring.analysis.points import Floats
from latchstring.base.errors import BadInput


class Quadrant(IntEnum):
    """A cell, then its neighbours, against the mean."""

    HIGH_HIGH = 1
    LOW_HIGH = 2
    LOW_LOW = 3
    HIGH_LOW = 4


@dataclass(frozen=True, kw_only=True)
class LocalMoran:
    """Arrays of shape (rows, columns).

    `index` is I of Anselin 1995 with row-standardised weights, `quadrant` the kind of likeness. `p` is the
    chance of neighbours at least as far on their side of the mean when the other values are dealt out anew
    and the cell keeps its own: one-sided, on the side on which they lie. Who looks at both sides halves the
    limit. `q` is adjusted for the number of cells.
    """

    index: Floats
    quadrant: NDArray[np.int8]
    p: Floats
    q: Floats
    method: str


def local_moran(values: Floats, *, reach: int = 1, seed: int = 0) -> LocalMoran:
    """On a grid: the cells up to `reach` away in both directions, without the cell itself."""
    surface = checked_surface(values)
    if surface.ndim != 2 or min(surface.shape) < 2:
        raise BadInput("a grid of values has two dimensions, each of two cells or more")
    if reach < 1:
        raise BadInput("neighbours are at least one cell away")
    numbers = window_sizes(surface.shape, reach) - 1
    sums = window_sums(surface, reach) - surface
    mean = surface.mean()
    own, around = surface - mean, sums / numbers - mean
    as_high, exact = tails_of_sums(surface, numbers, sums, tail="high", apart=True, seed=seed)
    as_low, _ = tails_of_sums(surface, numbers, sums, tail="low", apart=True, seed=seed)
    p = np.where(around >= 0, as_high, as_low)
    quadrant = np.select(
        [(own >= 0) & (around >= 0), (own < 0) & (around >= 0), (own < 0) & (around < 0)],
        [Quadrant.HIGH_HIGH, Quadrant.LOW_HIGH, Quadrant.LOW_LOW],
        Quadrant.HIGH_LOW,
    )
    return LocalMoran(
        index=own * around / surface.var(),
        quadrant=quadrant.astype(np.int8),
        p=p,
        q=false_discoveries(p),
        method="exact" if exact else "permutation",
    )
