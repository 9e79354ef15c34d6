"""Distances and spans of time in bands that are closed on the right, and say so."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latchstring.base.errors import BadInput


class BadBands(BadInput):
    """Band limits are numbers from 0 up, each larger than the one before."""


@dataclass(frozen=True)
class Bands:
    """[0, a], (a, b], (b, c] ... for the limits a < b < c. The first holds zero too."""

    limits: tuple[float, ...]

    def __post_init__(self) -> None:
        limits = tuple(float(each) for each in self.limits)
        rising = all(a < b for a, b in itertools.pairwise(limits))
        if not limits or not np.isfinite(limits).all() or limits[0] < 0 or not rising:
            raise BadBands
        object.__setattr__(self, "limits", limits)

    def __len__(self) -> int:
        return len(self.limits)

    @property
    def labels(self) -> tuple[str, ...]:
        """`[0, 7]`, `(7, 14]`: as they are."""
        ends = [f"{each:g}" for each in self.limits]
        return (f"[0, {ends[0]}]", *(f"({a}, {b}]" for a, b in itertools.pairwise(ends)))

    def of(self, values: ArrayLike) -> NDArray[np.int64]:
        """The number of the band that holds each value, from 0; `len(self)` above the last."""
        return np.searchsorted(np.asarray(self.limits), np.asarray(values), side="left").astype(np.int64)
