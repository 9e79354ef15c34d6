"""Whether a cell that looks hot is hot: how often it stays among the hottest when chance is played again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

from latchstring.analysis.hotspots import kernel
from latchstring.analysis.hotspots.grid import Counts, Grid
from latchstring.analysis.hotspots.scoring import top_cells
from latchstring.analysis.hotspots.smoothing import smooth
from latchstring.analysis.points import Floats
from latchstring.base.errors import BadInput

MAPS = 200
AT_ONCE = 1 << 21  # cells worked on at a time: 8 MB in each array
CHANCES = 1 << 16
TABLED = 12


@dataclass(frozen=True, kw_only=True)
class Certainty:
    """`probability`, shape (rows, columns): the share of `maps` maps in which the cell is in the top `share`.

    It adds up to `cells`, the size of the top share, or to less where the town is so quiet that not so many
    cells have any density. `kept` is the share of the map's own top cells that one such map keeps on average.
    """

    share: float
    cells: int
    maps: int
    probability: Floats
    kept: float


def certainty(
    counts: Counts,
    grid: Grid,
    *,
    bandwidth_metres: float,
    share: float = 0.05,
    edge: kernel.Edge = "none",
    maps: int = MAPS,
    seed: int = 0,
) -> Certainty:
    """From a Poisson bootstrap: each map counts every event as often as a Poisson variable of mean 1 says.

    Drawn for whole cells, since the sum for k events is a Poisson variable of mean k. A tie at the border of
    the top share is shared out evenly; a cell without density is never hot.
    """
    kernel.check_bandwidth(bandwidth_metres, grid)
    if maps < 1:
        raise BadInput("at least one map is needed; 200 are usual")
    cells = top_cells(grid.cells, share)
    rng = np.random.default_rng(seed)
    weights = kernel.sheppard_weights(bandwidth_metres, grid.cell_metres)
    mass = kernel.edge_mass(grid, bandwidth_metres).astype(np.float32) if edge == "renormalise" else None
    flat = counts.ravel()
    lively = np.argsort(flat, kind="stable")[np.count_nonzero(flat == 0) :]
    means = flat[lively]
    times = np.zeros(grid.cells)
    block = max(1, AT_ONCE // grid.cells)
    for start in range(0, maps, block):
        played = np.zeros((min(block, maps - start), grid.cells), dtype=np.float32)
        played[:, lively] = _played(means, len(played), rng)
        surfaces = smooth(played.reshape(-1, *grid.shape), weights, weights)
        if mass is not None:
            surfaces /= mass
        times += membership(surfaces.reshape(-1, grid.cells), cells).sum(axis=0)
    probability = times / maps
    own = kernel.of_counts(counts, grid, bandwidth_metres=bandwidth_metres, edge=edge)
    top = membership(own.reshape(1, -1), cells)[0]
    return Certainty(
        share=share,
        cells=cells,
        maps=maps,
        probability=probability.reshape(grid.shape),
        kept=float(top @ probability / top.sum()) if top.any() else 0.0,
    )


def membership(surfaces: NDArray[np.floating], cells: int) -> Floats:
    """For each row how much each cell belongs to its `cells` highest: 1, 0, or a part where cells tie."""
    border = np.partition(surfaces, -cells, axis=1)[:, -cells, None]
    above = (surfaces > border) & (surfaces > 0)
    tied = (surfaces == border) & (border > 0)
    left = cells - above.sum(axis=1, keepdims=True)
    part = np.divide(
        left, tied.sum(axis=1, keepdims=True), out=np.zeros(left.shape), where=tied.any(axis=1, keepdims=True)
    )
    return np.where(tied, part, above.astype(np.float64))


def _played(means: Counts, maps: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Poisson variables of these rising whole means, shape (maps, cells)."""
    drawn = np.empty((maps, len(means)), dtype=np.float32)
    ends = np.searchsorted(means, np.arange(TABLED + 1), side="right")
    for mean, (start, end) in enumerate(pairwise(ends.tolist()), start=1):
        drawn[:, start:end] = _table(mean)[rng.integers(CHANCES, size=(maps, end - start), dtype=np.uint16)]
    drawn[:, ends[-1] :] = rng.poisson(means[ends[-1] :], (maps, len(means) - ends[-1]))
    return drawn


@cache
def _table(mean: int) -> NDArray[np.float32]:
    """65,536 equally likely values of a Poisson variable: six times as fast as drawing each by itself."""
    chances = (np.arange(CHANCES) + 0.5) / CHANCES
    return np.searchsorted(poisson.cdf(np.arange(mean + 60), mean), chances).astype(np.float32)
