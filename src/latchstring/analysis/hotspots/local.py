"""What the local statistics share: neighbourhoods on a grid, tails of their sums, many cells at once."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis.hotspots.exact_sums import MOST_WORK, is_countable, upper_tails, work
from latchstring.analysis.points import Floats
from latchstring.base.errors import BadInput

Tail = Literal["high", "low"]
Indices = NDArray[np.int64]
PERMUTATIONS = 9_999


class BadSurface(BadInput):
    """Values are finite numbers, one for each of at least three cells, and not all the same."""


def checked_surface(values: Floats) -> Floats:
    surface = np.asarray(values, dtype=np.float64)
    if surface.size < 3 or not np.isfinite(surface).all() or surface.min() == surface.max():
        raise BadSurface
    return surface


def window_sums(surface: Floats, reach: int) -> Floats:
    """Sums over the square of 2 reach + 1 cells around each cell, cut off at the edge."""
    rows, columns = surface.shape
    total = np.zeros((rows + 1, columns + 1))
    np.cumsum(np.cumsum(surface, axis=0), axis=1, out=total[1:, 1:])
    top, bottom = _ends(rows, reach)
    left, right = _ends(columns, reach)
    high, low = total[bottom], total[top]
    return np.asarray(high[:, right] - high[:, left] - low[:, right] + low[:, left])


def window_sizes(shape: tuple[int, int], reach: int) -> Floats:
    """How many cells each of these squares holds."""
    (top, bottom), (left, right) = (_ends(size, reach) for size in shape)
    return np.outer(bottom - top, right - left).astype(np.float64)


def _ends(size: int, reach: int) -> tuple[Indices, Indices]:
    at, reach = np.arange(size), min(reach, size)
    return np.maximum(at - reach, 0), np.minimum(at + reach + 1, size)


def tails_of_sums(
    surface: Floats, drawn: Floats, sums: Floats, *, tail: Tail, apart: bool, seed: int
) -> tuple[Floats, bool]:
    """P of a sum as high (or low) as each cell's when that many of the surface's values are drawn by chance.

    With `apart` the cell's own value is not among those drawn from. Exact for counts, (b + 1) / (m + 1) of
    9,999 drawings otherwise; the second value says which. One reference serves all cells with as many
    neighbours.
    """
    values, numbers, observed = surface.ravel(), drawn.astype(np.int64).ravel(), sums.ravel()
    owns = len(np.unique(values)) if apart else 1
    if is_countable(values) and owns * work(values, int(numbers.max())) <= MOST_WORK:
        return _exact(values, numbers, observed, tail, apart).reshape(surface.shape), True
    chances = np.empty(values.shape)
    for kind in np.unique(numbers).tolist():
        cells = np.flatnonzero(numbers == kind)
        chances[cells] = _drawn(values, kind, cells, observed[cells], tail, apart, seed)
    return chances.reshape(surface.shape), False


def false_discoveries(p: Floats, *, dependent: bool = False) -> Floats:
    """p adjusted for the number of cells: of all cells found at q or less about a share q is found falsely.

    Benjamini and Hochberg (1995), which holds for statistics alike in neighbouring cells; `dependent` for
    Benjamini and Yekutieli (2001), which holds whatever their dependence. nan stays nan. Equal p are adjusted
    once: an exact p of counts takes some hundred values over all the cells.
    """
    adjusted = np.full(p.shape, np.nan)
    known = np.isfinite(p)
    rising = np.sort(p[known])
    if not rising.size:
        return adjusted
    number = rising.size
    last = np.flatnonzero(np.append(rising[1:] != rising[:-1], True))
    values = rising[last]
    tried = number * (float((1 / np.arange(1, number + 1)).sum()) if dependent else 1.0)
    stepped = np.minimum.accumulate((values * tried / (last + 1))[::-1])[::-1]
    adjusted[known] = np.minimum(stepped, 1.0)[np.searchsorted(values, p[known])]
    return adjusted


def _exact(values: Floats, numbers: Indices, sums: Floats, tail: Tail, apart: bool) -> Floats:
    whole, at = values.astype(np.int64), np.rint(sums).astype(np.int64)
    chances = np.empty(len(whole))
    for own in np.unique(whole).tolist() if apart else [None]:
        mine = np.full(len(whole), True) if own is None else whole == own
        others = whole if own is None else np.delete(whole, np.flatnonzero(mine)[0])
        upper = upper_tails(others, int(numbers.max()))
        for number in np.flatnonzero(np.bincount(numbers[mine])).tolist():
            cells = np.flatnonzero(mine & (numbers == number))
            tails = upper[number]
            if tail == "low":
                tails = np.minimum(np.cumsum(-np.diff(np.append(tails, 0.0))), 1.0)
            chances[cells] = tails[at[cells]]
    return chances


def _drawn(
    values: Floats, number: int, cells: Indices, sums: Floats, tail: Tail, apart: bool, seed: int
) -> Floats:
    """Where the cell is `apart`, draws that hold it are left out: the rest are draws of the other cells."""
    rng = np.random.default_rng([seed, number])
    chosen = _without_replacement(rng, len(values), PERMUTATIONS, number)
    totals = values[chosen].sum(axis=1)
    near = 1e-9 * max(float(np.abs(totals).max()), 1e-300)
    sign = 1.0 if tail == "high" else -1.0
    as_far = PERMUTATIONS - np.searchsorted(np.sort(sign * totals), sign * sums - near, side="left")
    left = np.full(len(cells), PERMUTATIONS)
    if apart:
        place = np.full(len(values), -1)
        place[cells] = np.arange(len(cells))
        draw, at = np.nonzero(place[chosen] >= 0)
        cell = place[chosen[draw, at]]
        far = sign * totals[draw] >= sign * sums[cell] - near
        left = left - np.bincount(cell, minlength=len(cells))
        as_far = as_far - np.bincount(cell[far], minlength=len(cells))
    return np.asarray((as_far + 1) / (left + 1))


def _without_replacement(rng: np.random.Generator, size: int, draws: int, number: int) -> Indices:
    """`number` different cells for each draw, by Floyd's method for all draws at once."""
    chosen = np.empty((draws, number), dtype=np.int64)
    for k, last in enumerate(range(size - number, size)):
        pick = rng.integers(0, last + 1, size=draws)
        taken = (chosen[:, :k] == pick[:, None]).any(axis=1)
        chosen[:, k] = np.where(taken, last, pick)
    return chosen
