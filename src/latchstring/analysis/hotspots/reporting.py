"""What is known when only some incidents are reported, and the share that is can only be bounded.

A cell with many reports may be a cell where people report. A reporting rate that is known to lie in
[low, high] turns a count into a range of true counts, and the list of the worst cells into three: certain,
possible, no (Akpinar, De-Arteaga and Chouldechova 2021 show how far a map moves without it).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latchstring.analysis.hotspots.grid import Counts
from latchstring.analysis.hotspots.rates import garwood
from latchstring.analysis.points import Floats
from latchstring.base.errors import BadInput


class BadReporting(BadInput):
    """A reporting rate runs from low to high, both above 0 and at most 1."""


class Membership(IntEnum):
    """Whether a cell is among the k worst."""

    NO = 0
    POSSIBLE = 1
    CERTAIN = 2


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """True numbers of incidents, arrays of one shape.

    `least` and `most` are the reports over the highest and lowest reporting rate: what cannot be known even
    without chance. `low` and `high` are their outer ends with chance, from Garwood's interval at `level`.
    """

    reports: Counts
    least: Floats
    most: Floats
    low: Floats
    high: Floats
    level: float


def corrected(reports: ArrayLike, low: ArrayLike, high: ArrayLike, *, level: float = 0.95) -> Corrected:
    """For one reporting rate [low, high] for all cells, or one for each."""
    counted = np.asarray(reports)
    seen = counted.astype(np.float64)
    if not np.isfinite(seen).all() or (seen < 0).any() or (seen != np.floor(seen)).any():
        raise BadReporting("reports are whole numbers from 0 up")
    try:
        lowest = np.broadcast_to(np.asarray(low, dtype=np.float64), seen.shape)
        highest = np.broadcast_to(np.asarray(high, dtype=np.float64), seen.shape)
    except ValueError:
        raise BadReporting("there is one reporting rate for all cells, or one for each") from None
    if not ((lowest > 0) & (lowest <= highest) & (highest <= 1)).all():
        raise BadReporting
    chance_low, chance_high = garwood(seen, level=level)
    return Corrected(
        reports=seen.astype(np.int64),
        least=seen / highest,
        most=seen / lowest,
        low=chance_low / highest,
        high=chance_high / lowest,
        level=level,
    )


def worst(low: ArrayLike, high: ArrayLike, cells: int) -> NDArray[np.int8]:
    """Which cells are among the `cells` worst, as `Membership`, when each may be anywhere in [low, high].

    Certain: fewer than `cells` others can be as high. Possible: fewer than `cells` others must be higher.
    """
    lows, highs = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    if lows.shape != highs.shape or np.isnan(lows).any() or np.isnan(highs).any() or (lows > highs).any():
        raise BadInput("each cell needs a range from low to high")
    if not 1 <= cells <= max(lows.size, 1):
        raise BadInput(f"the worst cells are 1 to {lows.size} of them, not {cells}")
    flat_low, flat_high = lows.ravel(), highs.ravel()
    can_reach = flat_low.size - np.searchsorted(np.sort(flat_high), flat_low, side="left") - 1
    must_pass = flat_low.size - np.searchsorted(np.sort(flat_low), flat_high, side="right")
    found = np.full(flat_low.size, Membership.NO, dtype=np.int8)
    found[must_pass < cells] = Membership.POSSIBLE
    found[can_reach < cells] = Membership.CERTAIN
    return found.reshape(lows.shape)
