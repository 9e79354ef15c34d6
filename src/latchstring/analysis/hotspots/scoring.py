"""How well a map made before says where it happens after: PAI, PEI, RRI and a back-test.

Cells are taken in the order of the forecast, highest first. Among cells with one forecast those with fewer
events come first: a tie never flatters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv
from scipy.stats import binomtest

from latchstring.analysis.hotspots import kernel
from latchstring.analysis.hotspots.grid import Counts, Grid
from latchstring.analysis.interval import Interval, check_level
from latchstring.analysis.points import Floats, Incidents, Points
from latchstring.base.errors import BadInput

SQUARE_FOOT = 0.3048**2  # in m²
SQUARE_MILE = 1609.344**2
Better = Literal["kernel", "count", "cannot tell"]


class BadForecast(BadInput):
    """Forecasts and observed events are numbers from 0 up, one of each for every cell; not all are 0."""


class OutsideNijLimits(BadInput):
    """The forecast does not keep to the limits of the NIJ challenge."""


@dataclass(frozen=True, kw_only=True)
class Scores:
    """For the first 1, 2, 3 ... cells of the forecast, arrays of shape (cells,).

    `order` are the cells. `hits` are the events in them, `area` their share of the whole area. `pai` is the
    prediction accuracy index, (hits / events) / area (Chainey, Tompson and Uhlig 2008): 1 for a forecast that
    knows nothing. `pei` is pai over the best that as much area could have reached (Hunt 2016); `pei_star` is
    pai over the best of any area. `rri` is forecast over observed events, below 1 when too few were foretold;
    infinite where none was observed.
    """

    order: Counts
    hits: Counts
    events: int
    area: Floats
    pai: Floats
    pei: Floats
    pei_star: Floats
    rri: Floats

    def interval(self, cells: int, *, level: float = 0.95) -> Interval:
        """Of the PAI of the first `cells` cells: Clopper and Pearson's of the hits, over the area."""
        hits, share = int(self.hits[cells - 1]), float(self.area[cells - 1])
        tail = (1 - check_level(level)) / 2
        low = float(betaincinv(hits, self.events - hits + 1, tail)) if hits else 0.0
        high = float(betaincinv(hits + 1, self.events - hits, 1 - tail)) if hits < self.events else 1.0
        return Interval(low / share, high / share, level)


@dataclass(frozen=True, kw_only=True)
class BackTest:
    """A kernel map and a simple count, both made of the days before, and what happened after.

    `share` of the cells is flagged by each; `pai` and its interval are of those. `better` says which caught
    more, by an exact McNemar test on the events that only one of them caught; "cannot tell" unless p <= 0.05.
    """

    share: float
    cells: int
    before: int
    after: int
    kernel_pai: float
    kernel_interval: Interval
    count_pai: float
    count_interval: Interval
    only_kernel: int
    only_count: int
    p: float
    better: Better


def score(observed: ArrayLike, forecast: ArrayLike, area: ArrayLike | None = None) -> Scores:
    """The indices for cells of one area, or of the given areas in any unit."""
    seen = np.asarray(observed, dtype=np.float64).ravel()
    told = np.asarray(forecast, dtype=np.float64).ravel()
    size = np.ones(seen.size) if area is None else np.asarray(area, dtype=np.float64).ravel()
    if not seen.size == told.size == size.size or not seen.size:
        raise BadForecast(f"there are {seen.size} observations, {told.size} forecasts and {size.size} areas")
    if not (np.isfinite(seen).all() and np.isfinite(told).all() and np.isfinite(size).all()):
        raise BadForecast
    if (seen < 0).any() or (seen != np.floor(seen)).any() or (told < 0).any() or not seen.sum():
        raise BadForecast
    if (size <= 0).any():
        raise BadForecast("each cell has an area above 0")
    order = np.lexsort((seen, -told))
    hits, covered = np.cumsum(seen[order]), np.cumsum(size[order]) / size.sum()
    pai = hits / seen.sum() / covered
    ideal = np.lexsort((size, -seen / size))
    ideal_area = np.cumsum(size[ideal]) / size.sum()
    ideal_hits = np.cumsum(seen[ideal])
    best = np.interp(covered, np.append(0, ideal_area), np.append(0, ideal_hits)) / seen.sum() / covered
    foretold = np.cumsum(told[order])
    return Scores(
        order=order.astype(np.int64),
        hits=hits.astype(np.int64),
        events=int(seen.sum()),
        area=covered,
        pai=pai,
        pei=pai / best,
        pei_star=pai / best.max(),
        rri=np.divide(foretold, hits, out=np.full(hits.shape, np.inf), where=hits > 0),
    )


def check_nij_limits(cell_m2: float, forecast_m2: float) -> None:
    """The NIJ challenge of 2017: cells of 62,500 to 360,000 square feet, 0.25 to 0.75 square miles in all."""
    feet, miles = cell_m2 / SQUARE_FOOT, forecast_m2 / SQUARE_MILE
    if not 62_500 <= feet <= 360_000:
        raise OutsideNijLimits(f"a cell has 62,500 to 360,000 square feet, not {feet:,.0f}")
    if not 0.25 <= miles <= 0.75:
        raise OutsideNijLimits(f"a forecast covers 0.25 to 0.75 square miles, not {miles:.3f}")


def back_test(
    incidents: Incidents, grid: Grid, *, split_day: int, bandwidth_metres: float, share: float = 0.05
) -> BackTest:
    """Maps from the days before `split_day`, scored on that day and later ones.

    A count has many ties and a kernel map has none. To give both the same chance, ties are taken in a fixed
    random order here, not in the pessimistic one of `score`.
    """
    earlier = incidents.days < split_day
    before, after = (Points(incidents.points.xy[part]) for part in (earlier, ~earlier))
    if not len(before) or not len(after):
        raise BadForecast(f"a back-test needs events before day {split_day} and events from it on")
    cells = top_cells(grid.cells, share)
    seen = grid.counts(after).ravel()
    by_kernel = score(seen, _ranks(kernel.density(before, grid, bandwidth_metres=bandwidth_metres)))
    by_count = score(seen, _ranks(grid.counts(before)))
    chosen = np.zeros((2, grid.cells), dtype=bool)
    for row, scores in zip(chosen, (by_kernel, by_count), strict=True):
        row[scores.order[:cells]] = True
    only_kernel, only_count = (int(seen[chosen[i] & ~chosen[1 - i]].sum()) for i in (0, 1))
    split = only_kernel + only_count
    p = float(binomtest(only_kernel, split).pvalue) if split else 1.0
    better: Better = "cannot tell"
    if p <= 0.05:
        better = "kernel" if only_kernel > only_count else "count"
    return BackTest(
        share=share,
        cells=cells,
        before=len(before),
        after=len(after),
        kernel_pai=float(by_kernel.pai[cells - 1]),
        kernel_interval=by_kernel.interval(cells),
        count_pai=float(by_count.pai[cells - 1]),
        count_interval=by_count.interval(cells),
        only_kernel=only_kernel,
        only_count=only_count,
        p=p,
        better=better,
    )


def _ranks(surface: Floats | Counts) -> Counts:
    """1 for the lowest cell; ties in a random order, the same each time and blind to what follows."""
    lots = np.random.default_rng(0).permutation(surface.size)
    ranks = np.empty(surface.size, np.int64)
    ranks[np.lexsort((lots, surface.ravel()))] = np.arange(1, surface.size + 1)
    return ranks


def top_cells(cells: int, share: float) -> int:
    """How many cells the top share holds: at least one."""
    if not 0 < share <= 1:
        raise BadInput(f"a share of the cells lies between 0 and 1, not at {share:g}")
    return max(1, round(share * cells))
