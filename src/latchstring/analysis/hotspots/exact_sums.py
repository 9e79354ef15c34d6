"""The exact chance of a sum of some cells drawn without replacement: a test without permutations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis.points import Floats
from latchstring.base.errors import BadInput

MOST_WORK = 5e8
TOO_LARGE = 1e150


def is_countable(values: Floats) -> bool:
    """Whether the values are whole numbers from 0 up, as exact sums need them."""
    return bool((values >= 0).all() and (values == np.floor(values)).all())


def work(values: Floats, most: int) -> float:
    """About how many steps `upper_tails` takes; above MOST_WORK it would be seconds."""
    levels, times = np.unique(values, return_counts=True)
    return float((np.minimum(times, most) * most * (most * levels + 1)).sum())


def upper_tails(values: NDArray[np.int64], most: int) -> list[Floats]:
    """For each number k of values drawn, up to `most`: P(sum >= s) for s = 0, 1, 2 ... of k values.

    All draws without replacement are equally likely. For values 0 and 1 it is the hypergeometric
    distribution. In general the product of (1 + t z^v) over all values v holds the number of ways in its
    coefficient of t^k z^s. Equal values enter at once; all terms are positive, so that even a tail of 1e-30
    keeps its digits. Each array ends where no sum can be larger.
    """
    if not 0 <= most <= len(values):
        raise BadInput(f"{most} of {len(values)} cells cannot be drawn without replacement")
    levels, times = np.unique(values, return_counts=True)
    largest = np.append(0, np.cumsum(np.sort(values)[::-1][:most]))
    odds = most / max(len(values) - most, 1) or 1.0
    ways = np.zeros((most + 1, int(largest[-1]) + 1))
    ways[0, 0] = bound = 1.0
    for level, of_them in zip(levels.tolist(), times.tolist(), strict=True):
        reached = min(level * most, int(largest[-1])) + 1
        chosen = np.arange(1, min(of_them, most) + 1)
        chances = np.cumprod((of_them - chosen + 1) / chosen * odds).tolist()
        before = ways[:, :reached].copy() if len(chances) > 1 else ways[:, :reached]
        for count, chance in enumerate(chances, start=1):
            shift = count * level
            if shift < reached:
                ways[count:, shift:reached] += chance * before[: most + 1 - count, : reached - shift]
        bound *= 1 + sum(chances)
        if bound > TOO_LARGE:
            ways /= ways.max()
            bound = 1.0
    tails = [np.cumsum(row[: end + 1][::-1])[::-1] for row, end in zip(ways, largest.tolist(), strict=True)]
    return [np.asarray(np.minimum(tail / tail[0], 1.0)) for tail in tails]
