"""Incidents over exposure, both smoothed alike: where risk is high, not where homes or parcels are many.

The ratio of two kernel surfaces (Bithell 1990), with tolerance contours from redistribution: under no
difference in risk, as many events fall on the cells in proportion to their exposure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latchstring.analysis.hotspots import kernel
from latchstring.analysis.hotspots.grid import Counts, Grid
from latchstring.analysis.hotspots.permuted import check_few_draws
from latchstring.analysis.hotspots.smoothing import smooth
from latchstring.analysis.points import Floats
from latchstring.base.errors import BadInput

DRAWS = 99
AT_ONCE = 1 << 21
LEAST_SHARE = 1e-6


class BadExposure(BadInput):
    """Exposure is a number from 0 up for each cell of the grid, and not 0 everywhere."""


@dataclass(frozen=True, kw_only=True)
class RiskSurface:
    """Arrays of shape (rows, columns); where nothing is exposed within reach they are nan, `known` False.

    `ratio` is the risk around a cell over that of the whole area; `low` and `high` its interval for chance
    (Fay and Feuer 1997). `p_high` and `p_low` are the chances of a ratio at least as high, or low, in that
    cell when risk is the same everywhere, (b + 1) / (draws + 1): a cell by itself, not corrected for their
    number. `overall` is events per exposure; the `unexposed` events, in cells with no exposure, are left out.
    """

    ratio: Floats
    low: Floats
    high: Floats
    p_high: Floats
    p_low: Floats
    overall: float
    unexposed: int
    draws: int
    level: float

    @property
    def known(self) -> NDArray[np.bool_]:
        return np.isfinite(self.ratio)


def risk_surface(
    counts: Counts,
    exposure: ArrayLike,
    grid: Grid,
    *,
    bandwidth_metres: float,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
) -> RiskSurface:
    """One bandwidth for both surfaces, so that the edge and the smoothing cancel out."""
    kernel.check_bandwidth(bandwidth_metres, grid)
    check_few_draws(draws)
    exposed = checked_exposure(exposure, grid)
    unexposed = int(counts[exposed == 0].sum())
    counts = np.where(exposed > 0, counts, 0)
    events, total = int(counts.sum()), float(exposed.sum())
    around = kernel.of_counts(exposed, grid, bandwidth_metres=bandwidth_metres)
    known = around > LEAST_SHARE * around.max()

    def over_exposure(surface: Floats) -> Floats:
        scale = total / max(events, 1)
        quotient: Floats = np.divide(surface * scale, around, out=np.full(grid.shape, np.nan), where=known)
        return quotient

    ratio = over_exposure(kernel.of_counts(counts, grid, bandwidth_metres=bandwidth_metres))
    low, high = kernel.interval(counts, grid, bandwidth_metres=bandwidth_metres, level=level)
    as_high, as_low = _redistributed(counts, exposed, grid, bandwidth_metres, draws, seed)
    return RiskSurface(
        ratio=ratio,
        low=over_exposure(low),
        high=over_exposure(high),
        p_high=np.where(known, (as_high + 1) / (draws + 1), np.nan),
        p_low=np.where(known, (as_low + 1) / (draws + 1), np.nan),
        overall=events / total,
        unexposed=unexposed,
        draws=draws,
        level=level,
    )


def checked_exposure(exposure: ArrayLike, grid: Grid) -> Floats:
    exposed = np.asarray(exposure, dtype=np.float64)
    if exposed.shape != grid.shape or not np.isfinite(exposed).all() or (exposed < 0).any():
        raise BadExposure
    if not exposed.any():
        raise BadExposure
    return exposed


def _redistributed(
    counts: Counts, exposed: Floats, grid: Grid, bandwidth_metres: float, draws: int, seed: int
) -> tuple[Counts, Counts]:
    """In how many draws each cell's surface is at least as high, and at least as low, as the observed one."""
    weights = kernel.sheppard_weights(bandwidth_metres, grid.cell_metres)
    observed = smooth(counts.astype(np.float32), weights, weights)
    near = np.float32(1e-5) * observed.max()  # rounding must not break a tie with what was observed
    rng = np.random.default_rng(seed)
    homes = np.flatnonzero(exposed)
    share = exposed.ravel()[homes] / exposed.sum()
    high = np.zeros(grid.shape, np.int64)
    low = np.zeros(grid.shape, np.int64)
    block = max(1, AT_ONCE // grid.cells)
    for start in range(0, draws, block):
        played = np.zeros((min(block, draws - start), grid.cells), dtype=np.float32)
        played[:, homes] = rng.multinomial(int(counts.sum()), share, len(played))
        surfaces = smooth(played.reshape(-1, *grid.shape), weights, weights)
        high += (surfaces >= observed - near).sum(axis=0)
        low += (surfaces <= observed + near).sum(axis=0)
    return high, low
