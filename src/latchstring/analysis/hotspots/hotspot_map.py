"""One map that carries what it takes to believe it, and does not name a hotspot without."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latchstring.analysis.hotspots import kernel
from latchstring.analysis.hotspots.binning import Binned, bin_events
from latchstring.analysis.hotspots.certainty import MAPS, Certainty, certainty
from latchstring.analysis.hotspots.grid import Counts, Grid
from latchstring.analysis.hotspots.rates import Rates, rates
from latchstring.analysis.hotspots.reporting import Corrected, corrected
from latchstring.analysis.hotspots.risk import RiskSurface, checked_exposure, risk_surface
from latchstring.analysis.interval import check_level
from latchstring.analysis.points import Floats, Points
from latchstring.base.errors import BadInput

ENOUGH = 400


class NoDenominator(BadInput):
    """Hotspots need a denominator, such as dwellings or deliveries by cell; without it a map shows counts."""


class Verdict(IntEnum):
    """What can be said of one cell. "Cannot tell" is what is said by default."""

    NOT_HOT = -1
    CANNOT_TELL = 0
    HOT = 1


@dataclass(frozen=True, kw_only=True)
class HotspotMap:
    """A kernel map and all that belongs to it; arrays have the shape of the grid, (rows, columns).

    `density` is events per km², from `low` to `high` at `level` for chance; `counts` is the simple count,
    which a kernel map must beat. `certainty` is the chance of each cell to be in the top share. `rates` and
    `risk` are by exposure, None where none was given. `reporting` is the range of true counts for a reporting
    rate, if one was given.
    """

    grid: Grid
    events: int
    bandwidth_metres: float
    level: float
    counts: Counts
    density: Floats
    low: Floats
    high: Floats
    certainty: Certainty
    rates: Rates | None
    risk: RiskSurface | None
    reporting: Corrected | None

    @property
    def verdicts(self) -> NDArray[np.int8]:
        """`Verdict` of each cell.

        Hot: in the top share of `level` of the maps, and a risk as high has a chance of at most 1 - `level`
        where risk is the same everywhere. Not hot: in the top share of at most 1 - `level` of the maps.
        """
        if self.risk is None:
            raise NoDenominator
        sure, chance = self.certainty.probability, 1 - self.level + 1e-12
        found = np.full(self.grid.shape, Verdict.CANNOT_TELL, dtype=np.int8)
        found[sure <= chance] = Verdict.NOT_HOT
        found[(sure >= self.level) & (self.risk.p_high <= chance)] = Verdict.HOT
        return found

    @property
    def caveats(self) -> tuple[str, ...]:
        """What a reader has to know beside the picture."""
        told = []
        if self.events < ENOUGH:
            told.append(
                f"{self.events} events are fewer than {ENOUGH}: most of what this map shows is chance. "
                "The total of the area says more."
            )
        if self.rates is None:
            told.append("No denominator was given: these are counts, and more homes have more of them.")
        if self.risk is not None and self.risk.unexposed:
            told.append(
                f"{self.risk.unexposed} of {self.events} events lie in cells without exposure: "
                "the denominator does not fit them."
            )
        if self.reporting is None:
            told.append("Only what was reported is counted; where people report less, this map shows less.")
        return tuple(told)


def hotspot_map(
    points: Points,
    grid: Grid,
    *,
    bandwidth_metres: float,
    exposure: ArrayLike | None = None,
    reporting_rate: tuple[ArrayLike, ArrayLike] | None = None,
    share: float = 0.05,
    edge: kernel.Edge = "none",
    maps: int = MAPS,
    level: float = 0.95,
    seed: int = 0,
) -> HotspotMap:
    """The map of some events. `exposure` has the shape of the grid; `reporting_rate` is (low, high)."""
    return map_of(
        bin_events(points, grid),
        bandwidth_metres=bandwidth_metres,
        exposure=exposure,
        reporting_rate=reporting_rate,
        share=share,
        edge=edge,
        maps=maps,
        level=level,
        seed=seed,
    )


def map_of(
    binned: Binned,
    *,
    bandwidth_metres: float,
    exposure: ArrayLike | None = None,
    reporting_rate: tuple[ArrayLike, ArrayLike] | None = None,
    share: float = 0.05,
    edge: kernel.Edge = "none",
    maps: int = MAPS,
    level: float = 0.95,
    seed: int = 0,
) -> HotspotMap:
    """The same from events that came in batches: the same bytes, however they were split."""
    check_level(level)
    grid, counts = binned.grid, binned.counts
    low, high = kernel.interval(counts, grid, bandwidth_metres=bandwidth_metres, edge=edge, level=level)
    exposed = None if exposure is None else checked_exposure(exposure, grid)
    return HotspotMap(
        grid=grid,
        events=binned.events,
        bandwidth_metres=bandwidth_metres,
        level=level,
        counts=counts,
        density=kernel.of_binned(binned, bandwidth_metres=bandwidth_metres, edge=edge),
        low=low,
        high=high,
        certainty=certainty(
            counts, grid, bandwidth_metres=bandwidth_metres, share=share, edge=edge, maps=maps, seed=seed
        ),
        rates=None if exposed is None else rates(counts, exposed, level=level),
        risk=None
        if exposed is None
        else risk_surface(counts, exposed, grid, bandwidth_metres=bandwidth_metres, level=level, seed=seed),
        reporting=None if reporting_rate is None else corrected(counts, *reporting_rate, level=level),
    )
