"""Sums over neighbourhoods of small pictures, by adding shifted pictures to each other."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.bool_]


def blur(luma: NDArray[np.uint8]) -> NDArray[np.int16]:
    """The sum of each pixel's 3x3 neighbourhood; one row and column less on every side."""
    wide = luma.astype(np.int16)
    rows = wide[:-2] + wide[1:-1]
    rows += wide[2:]
    out = rows[:, :-2] + rows[:, 1:-1]
    out += rows[:, 2:]
    return out


def around(values: NDArray[Any], reach: int) -> NDArray[np.float32]:
    """The mean within `reach` (a power of two) rows and columns; at the border, of what there is."""
    rows, columns = values.shape
    wide = np.zeros((rows + 2 * reach, columns + 2 * reach), np.float32)
    wide[reach:-reach, reach:-reach] = values
    total = _down(_down(wide, reach).T, reach).T
    total *= _one_by_count(rows, columns, reach)
    return total


def bounds(bits: Bits, margin: int) -> tuple[slice, slice]:
    """The smallest part of the picture that holds all bits, and a margin."""
    down, across = np.flatnonzero(bits.any(axis=1)), np.flatnonzero(bits.any(axis=0))
    return (
        slice(max(0, int(down[0]) - margin), int(down[-1]) + margin + 1),
        slice(max(0, int(across[0]) - margin), int(across[-1]) + margin + 1),
    )


def _down(values: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """Sums of 2 * reach + 1 rows: by twos, fours, eights, and one more."""
    rows, size = values, 1
    while size < 2 * reach:
        rows = rows[:-size] + rows[size:]
        size *= 2
    return rows[:-1] + values[2 * reach :]


@lru_cache(maxsize=64)
def _one_by_count(rows: int, columns: int, reach: int) -> NDArray[np.float32]:
    def lengths(n: int) -> NDArray[np.float32]:
        at = np.arange(n)
        return (np.minimum(at + reach + 1, n) - np.maximum(at - reach, 0)).astype(np.float32)

    out: NDArray[np.float32] = np.reciprocal(lengths(rows)[:, None] * lengths(columns)[None, :])
    return out
