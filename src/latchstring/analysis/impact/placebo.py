"""Rank among areas where nothing was done: the first test of an effect, because it assumes no distribution.

Abadie, Diamond and Hainmueller 2010, section 2.4; Phipson and Smyth 2010 for why p is never 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from latchstring.base.errors import BadInput


class NoPlacebos(BadInput):
    """A rank needs at least one area where nothing was done."""


@dataclass(frozen=True, kw_only=True)
class Rank:
    """Place of the treated area by size of change among `of` areas, itself counted; ties count against it."""

    rank: int
    of: int

    def __post_init__(self) -> None:
        if not 1 <= self.rank <= self.of:
            raise BadInput(f"a rank among {self.of} areas lies between 1 and {self.of}, not at {self.rank}")

    @property
    def p(self) -> float:
        """rank / of: at least 1 / of, never 0."""
        return self.rank / self.of

    @property
    def smallest(self) -> float:
        """The smallest p that this many areas can give."""
        return 1 / self.of


Tail = Literal["both", "fewer", "more"]


def rank_among(treated: float, placebos: Sequence[float], tail: Tail = "both") -> Rank:
    """Rank the change of the treated area among those of areas where nothing was done.

    `tail` says what is extreme: a change of any sign, a fall, or a rise. Values that differ by rounding alone
    (one part in 10^12) are ties.
    """
    others = np.asarray(placebos, dtype=np.float64)
    if others.ndim != 1 or not others.size:
        raise NoPlacebos
    if not np.isfinite(others).all() or not np.isfinite(treated):
        raise BadInput("the change of an area is not a finite number")
    extreme = {"both": np.abs, "fewer": np.negative, "more": np.positive}[tail]
    own = float(extreme(treated))
    rounding = 1e-12 * max(abs(own), float(np.abs(others).max()))
    return Rank(rank=1 + int((extreme(others) >= own - rounding).sum()), of=others.size + 1)
