"""Sums over neighbourhoods of small pictures, by adding shifted pictures to each other."""

from __future__ import annotations

import math
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


def around(values: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """The mean within `reach` rows and columns, at the border of what there is; of one picture or several."""
    rows, columns = values.shape[-2:]
    out: NDArray[np.float32] = _boxes(values, reach, np.float32) * _one_by_count(rows, columns, reach)
    return out


def share_around(bits: Bits, reach: int) -> NDArray[np.float32]:
    """Of how much within `reach` the bit is set; 4 at most, so that a byte can count it."""
    out: NDArray[np.float32] = _boxes(bits, reach, np.uint8) * _one_by_count(*bits.shape, reach)
    return out


def near(bits: Bits, reach: int) -> Bits:
    """Whether any bit is set within `reach` rows and columns."""
    return _boxes(bits, reach, np.bool_)


def bounds(bits: Bits, margin: int) -> tuple[slice, slice]:
    """The smallest part of the picture that holds all bits, and a margin."""
    down, across = np.flatnonzero(bits.any(axis=1)), np.flatnonzero(bits.any(axis=0))
    return (
        slice(max(0, int(down[0]) - margin), int(down[-1]) + margin + 1),
        slice(max(0, int(across[0]) - margin), int(across[-1]) + margin + 1),
    )


def _boxes(values: NDArray[Any], reach: int, kind: type[np.generic]) -> NDArray[Any]:
    """The sum within `reach` (a power of two) rows and columns; of bits, whether any is set.

    The rows lie one after the other in one line, with as many zeros between them as the boxes are wide, so
    that adding is always of two long lines.
    """
    *several, rows, columns = values.shape
    padded = (*several, rows + 2 * reach, columns + 2 * reach)
    size, across = math.prod(padded), padded[-1]
    line = np.zeros(size + 2 * reach * (across + 1), kind)
    line[:size].reshape(padded)[..., reach:-reach, reach:-reach] = values
    line = _sums(_sums(line, reach, across), reach, 1)
    return line.reshape(padded)[..., :rows, :columns]


def _sums(line: NDArray[Any], reach: int, step: int) -> NDArray[Any]:
    """Of 2 * reach + 1 numbers that lie `step` apart: by twos, fours, eights, and one more."""
    sums, apart = line, step
    while apart < 2 * reach * step:
        sums = sums[:-apart] + sums[apart:]
        apart *= 2
    out: NDArray[Any] = sums[:-step] + line[2 * reach * step :]
    return out


@lru_cache(maxsize=64)
def _one_by_count(rows: int, columns: int, reach: int) -> NDArray[np.float32]:
    def lengths(n: int) -> NDArray[np.float32]:
        at = np.arange(n)
        return (np.minimum(at + reach + 1, n) - np.maximum(at - reach, 0)).astype(np.float32)

    out: NDArray[np.float32] = np.reciprocal(lengths(rows)[:, None] * lengths(columns)[None, :])
    return out
