"""Getis and Ord's Gi*: whether a cell and its neighbours together hold more than chance would give them.

z is the sum of the weighted values less its mean under randomness, over its standard deviation (Ord and
Getis 1995). The variance needs the sum of the squared weights of the cell's row: with weights divided by
their sum, the plain sum in its place makes z too small by the square root of the number of neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, sparray
from scipy.special import ndtr

from latchstring.analysis.hotspots.local import (
    PERMUTATIONS,
    Tail,
    checked_surface,
    false_discoveries,
    tails_of_sums,
    window_sizes,
    window_sums,
)
from latchstring.analysis.points import Floats
from latchstring.base.errors import BadInput


class BadWeights(BadInput):
    """Weights are finite numbers from 0 up, as many rows and columns as there are values."""


@dataclass(frozen=True, kw_only=True)
class GiStar:
    """Arrays of the shape of the values; nan for a cell with all cells as its neighbours, or none.

    `p` is one-sided: the chance of a sum as high (`tail` "high") or as low as the cell's, when the values are
    dealt out to the cells anew. `method` says how it was had: "exact", "permutation" ((b + 1) / (m + 1)) or
    "normal". `q` is `p` adjusted for the number of cells (false discovery rate).
    """

    z: Floats
    p: Floats
    q: Floats
    tail: Tail
    method: str


def gi_star(values: Floats, *, reach: int = 1, tail: Tail = "high", seed: int = 0) -> GiStar:
    """On a grid, shape (rows, columns): each cell and those up to `reach` away in both directions, weight 1.

    reach 1 is queen contiguity with the cell itself. Counts have an exact p, by the sum of as many cells
    drawn without replacement; rates have one from 9,999 drawings. Both hold however rare the events are,
    where the normal approximation of z does not.
    """
    surface = checked_surface(values)
    if surface.ndim != 2:
        raise BadInput(f"a grid of values has two dimensions, not {surface.ndim}")
    if reach < 1:
        raise BadInput("neighbours are at least one cell away")
    neighbours = window_sizes(surface.shape, reach)
    sums = window_sums(surface, reach)
    z = _z(surface, sums, neighbours, neighbours)
    p, exact = tails_of_sums(surface, neighbours, sums, tail=tail, apart=False, seed=seed)
    p = np.where(np.isfinite(z), p, np.nan)
    return GiStar(z=z, p=p, q=false_discoveries(p), tail=tail, method="exact" if exact else "permutation")


def gi_star_weighted(
    values: Floats, weights: sparray, *, tail: Tail = "high", permutations: int = PERMUTATIONS, seed: int = 0
) -> GiStar:
    """For any areas: values of shape (n,) and sparse weights (n, n), the diagonal holding the cell itself.

    All values are dealt out `permutations` times; with 0, p is that of the normal approximation.
    """
    surface = checked_surface(values)
    w = csr_array(weights, dtype=np.float64)
    n = surface.size
    if surface.ndim != 1 or w.shape != (n, n) or not np.isfinite(w.data).all() or (w.data < 0).any():
        raise BadWeights
    row_sums, row_squares = np.asarray(w.sum(axis=1)), np.asarray(w.multiply(w).sum(axis=1))
    sums = np.asarray(w @ surface)
    z = _z(surface, sums, row_sums, row_squares)
    sign = 1.0 if tail == "high" else -1.0
    if permutations < 1:
        p = ndtr(-sign * z)
    else:
        rng = np.random.default_rng(seed)
        near = 1e-9 * max(np.abs(sums).max(), 1e-300)
        as_far = np.zeros(n, np.int64)
        step = max(1, (1 << 21) // n)
        for start in range(0, permutations, step):
            size = min(step, permutations - start)
            dealt = rng.permuted(np.tile(surface, (size, 1)), axis=1)
            as_far += (sign * (w @ dealt.T) >= sign * sums[:, None] - near).sum(axis=1)
        p = (as_far + 1) / (permutations + 1)
    p = np.where(np.isfinite(z), p, np.nan)
    return GiStar(
        z=z, p=p, q=false_discoveries(p), tail=tail, method="permutation" if permutations else "normal"
    )


def _z(surface: Floats, sums: Floats, row_sums: Floats, row_squares: Floats) -> Floats:
    n, mean = surface.size, surface.mean()
    variance = surface.var() * (n * row_squares - row_sums**2) / (n - 1)
    apart = sums - row_sums * mean
    z: Floats = np.full(sums.shape, np.nan)
    np.divide(apart, np.sqrt(np.maximum(variance, 0)), out=z, where=variance > 1e-12 * surface.var())
    return z
