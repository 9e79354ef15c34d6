"""The exact chance of a sum of some cells drawn without replacement: a test without permutations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis.points import Floats
from latchstring.base.errors import BadInput

MOST_WORK = 5e8


def is_countable(values: Floats) -> bool:
    """Whether the values are whole numbers from 0 up, as exact sums need them."""
    return bool((values >= 0).all() and (values == np.floor(values)).all())


def work(values: Floats, drawn: int) -> float:
    """About how many steps `upper_tails` takes; above MOST_WORK it would be seconds."""
    largest = float(np.sort(values)[len(values) - drawn :].sum())
    return len(np.unique(values)) * (drawn + 1) ** 2 * (largest + 1)


def upper_tails(values: NDArray[np.int64], drawn: int) -> Floats:
    """P(sum >= s) for s = 0, 1, 2 ... of `drawn` of the values, all draws without replacement equally likely.

    For values 0 and 1 it is the hypergeometric distribution. In general the product of (1 + t z^v) over all
    values v holds the number of ways in its coefficient of t^drawn z^s. Equal values enter at once; all terms
    are positive, so that even a tail of 1e-30 keeps its digits. The array ends where no sum can be larger.
    """
    if not 0 <= drawn <= len(values):
        raise BadInput(f"{drawn} of {len(values)} cells cannot be drawn without replacement")
    levels, times = np.unique(values, return_counts=True)
    largest = int(np.sort(values)[len(values) - drawn :].sum())
    odds = drawn / max(len(values) - drawn, 1) or 1.0
    ways = np.zeros((drawn + 1, largest + 1))
    ways[0, 0] = 1.0
    for level, of_them in zip(levels.tolist(), times.tolist(), strict=True):
        chosen = np.arange(1, min(of_them, drawn) + 1)
        chances = np.cumprod((of_them - chosen + 1) / chosen * odds)
        grown = ways.copy()
        for count, chance in zip(chosen.tolist(), chances.tolist(), strict=True):
            shift = count * level
            if shift <= largest:
                grown[count:, shift:] += chance * ways[: drawn + 1 - count, : largest + 1 - shift]
        ways = grown / grown.max()
    last = ways[drawn]
    tails = np.cumsum(last[::-1])[::-1]
    return np.asarray(np.minimum(tails / tails[0], 1.0))
