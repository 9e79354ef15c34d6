"""Sums over neighbourhoods of small pictures, by adding shifted pictures to each other.

The rows of a picture lie one after the other in one line, so that adding is always of two long lines.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.bool_]
Part = tuple[slice, slice]


def blur(luma: NDArray[np.uint8]) -> NDArray[np.int16]:
    """The sum of each pixel's 3x3 neighbourhood; one row and column less on every side."""
    wide = luma.astype(np.int16)
    rows = wide[:-2] + wide[1:-1]
    rows += wide[2:]
    line, sums = rows.reshape(-1), np.empty_like(rows)
    sum_of_three = sums.reshape(-1)[:-2]
    np.add(line[:-2], line[1:-1], out=sum_of_three)
    sum_of_three += line[2:]
    return sums[:, :-2].copy()


def crowded(bits: Bits, least: int) -> Bits:
    """The bits with at least so many set of the nine around and with them; none at the picture's border."""
    ones = bits.view(np.uint8)
    rows = ones[:-2] + ones[1:-1]
    rows += ones[2:]
    sums = rows[:, :-2] + rows[:, 1:-1]
    sums += rows[:, 2:]
    out = np.zeros(bits.shape, np.bool_)
    np.greater_equal(sums, least, out=out[1:-1, 1:-1])
    out &= bits
    return out


def means(values: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """The mean within `reach` rows and columns, of one picture or several; `reach` less on every side."""
    *several, rows, columns = values.shape
    line = np.zeros(values.size + 2 * reach * (columns + 1), np.float32)
    line[: values.size].reshape(values.shape)[...] = values
    sums = _sums(_sums(line, reach, columns), reach, 1).reshape(*several, rows, columns)
    out: NDArray[np.float32] = sums[..., : rows - 2 * reach, : columns - 2 * reach] * np.float32(
        1 / (2 * reach + 1) ** 2
    )
    return out


def share_around(bits: Bits, reach: int, *, of: tuple[int, int], part: Part) -> NDArray[np.float32]:
    """Of how much within `reach` the bit is set, in the `part` of a larger picture beyond which none is.

    `reach` is 4 at most, so that a byte can count it. At the picture's border, of what there is.
    """
    out: NDArray[np.float32] = _padded(bits, reach, np.uint8) * _one_by_count(*of, reach)[part]
    return out


def near(bits: Bits, reach: int) -> Bits:
    """Whether any bit is set within `reach` rows and columns."""
    return _padded(bits, reach, np.bool_)


def bounds(bits: Bits, margin: int) -> Part:
    """The smallest part of the picture that holds all bits (there is one), and a margin."""
    columns = bits.shape[1]
    first, last = _ends(bits)
    top, bottom = first // columns, last // columns + 1
    left, right = _ends(np.logical_or.reduce(bits[top:bottom], axis=0))
    return widened((slice(top, bottom), slice(left, right + 1)), margin, bits.shape)


def widened(part: Part, margin: int, of: tuple[int, int]) -> Part:
    """The part and what lies around it, as far as the picture goes."""
    down, across = part
    return (
        slice(max(0, down.start - margin), min(of[0], down.stop + margin)),
        slice(max(0, across.start - margin), min(of[1], across.stop + margin)),
    )


def with_margin(values: NDArray[np.int16], part: Part, margin: int) -> NDArray[np.int16]:
    """A part of the picture and what lies around it; beyond the picture's border, the border again."""
    down, across = (slice(each.start - margin, each.stop + margin) for each in part)
    if min(down.start, across.start) >= 0 and down.stop <= values.shape[0] and across.stop <= values.shape[1]:
        return values[down, across]
    rows, columns = np.arange(down.start, down.stop), np.arange(across.start, across.stop)
    return values.take(rows, axis=0, mode="clip").take(columns, axis=1, mode="clip")


def _ends(bits: Bits) -> tuple[int, int]:
    """Where the first bit is, and the last one, row by row."""
    line = bits.tobytes()
    return line.find(1), line.rfind(1)


def _padded(bits: Bits, reach: int, kind: type[np.generic]) -> NDArray[Any]:
    """How many bits are set within `reach` rows and columns; as bits, whether any is."""
    rows, columns = bits.shape
    across = columns + 2 * reach
    size = (rows + 2 * reach) * across
    line = np.zeros(size + 2 * reach, kind)
    line[:size].reshape(-1, across)[reach:-reach, reach:-reach] = bits
    sums = _sums_of_bytes(_sums_of_bytes(line, reach, across), reach, 1)
    return sums.reshape(rows, across)[:, :columns]


def _sums_of_bytes(line: NDArray[Any], reach: int, step: int) -> NDArray[Any]:
    """Of 2 * reach + 1 bytes, or bits, that lie `step` apart, in one go."""
    count = 2 * reach + 1
    lines: NDArray[Any] = np.ndarray((count, line.size - 2 * reach * step), line.dtype, line, 0, (step, 1))
    out: NDArray[Any] = np.add.reduce(lines, axis=0, dtype=line.dtype)
    return out


def _sums(line: NDArray[Any], reach: int, step: int) -> NDArray[Any]:
    """Of 2 * reach + 1 numbers that lie `step` apart: by twos, fours, eights (`reach` is one), and one."""
    sums, apart = line, step
    while apart < 2 * reach * step:
        sums = sums[:-apart] + sums[apart:]
        apart *= 2
    out: NDArray[Any] = sums[:-step] + line[2 * reach * step :]
    return out


@lru_cache(maxsize=16)
def _one_by_count(rows: int, columns: int, reach: int) -> NDArray[np.float32]:
    def lengths(n: int) -> NDArray[np.float32]:
        at = np.arange(n)
        return (np.minimum(at + reach + 1, n) - np.maximum(at - reach, 0)).astype(np.float32)

    out: NDArray[np.float32] = np.reciprocal(lengths(rows)[:, None] * lengths(columns)[None, :])
    return out
