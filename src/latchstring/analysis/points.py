"""Places on a plane, in metres, and days that are whole numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latchstring.base.errors import BadInput

Floats = NDArray[np.float64]
Days = NDArray[np.int64]


class BadPoints(BadInput):
    """The places cannot be used."""


class Degrees(BadPoints):
    """These look like degrees of longitude and latitude; project them to metres first (UTM, for one)."""


class BadDays(BadInput):
    """The days cannot be used."""


@dataclass(frozen=True)
class Points:
    """Places as projected metres: an array of shape (n, 2), x before y, finite. Kept as a copy, read only."""

    xy: Floats

    def __post_init__(self) -> None:
        xy = np.array(self.xy, dtype=np.float64)
        if xy.ndim != 2 or xy.shape[1] != 2:
            raise BadPoints(f"places are pairs of x and y, in an array of shape (n, 2), not {xy.shape}")
        bad = np.flatnonzero(~np.isfinite(xy).all(axis=1))
        if bad.size:
            raise BadPoints(f"place {int(bad[0]) + 1} of {len(xy)} is not a finite number of metres")
        if _are_degrees(xy):
            raise Degrees
        xy.flags.writeable = False
        object.__setattr__(self, "xy", xy)

    @classmethod
    def of(cls, x: ArrayLike, y: ArrayLike) -> Points:
        """From two sequences of metres of one length."""
        xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        if xs.ndim != 1 or xs.shape != ys.shape:
            raise BadPoints(f"there are {xs.size} x and {ys.size} y; each place needs both")
        return cls(np.column_stack([xs, ys]))

    def __len__(self) -> int:
        return len(self.xy)


@dataclass(frozen=True)
class Incidents:
    """Points and the day of each: whole days since any one day, as int64 of shape (n,)."""

    points: Points
    days: Days

    def __post_init__(self) -> None:
        object.__setattr__(self, "days", whole_days(self.days))
        if len(self.days) != len(self.points):
            raise BadDays(f"there are {len(self.points)} places and {len(self.days)} days")

    def __len__(self) -> int:
        return len(self.points)


def whole_days(days: ArrayLike) -> Days:
    """The days as whole numbers; a time of day, a missing day or a fraction is refused."""
    given = np.asarray(days)
    if given.ndim != 1:
        raise BadDays(f"days are one row of numbers, not of shape {given.shape}")
    if given.dtype.kind == "M":
        if np.isnat(given).any():
            raise BadDays(f"day {int(np.flatnonzero(np.isnat(given))[0]) + 1} of {given.size} is missing")
        given = given.astype("datetime64[D]").astype(np.int64)
    if given.dtype.kind not in "iuf":
        raise BadDays("days are whole numbers or numpy datetime64")
    numbers = given.astype(np.float64)
    bad = np.flatnonzero(~np.isfinite(numbers) | (numbers != np.floor(numbers)))
    if bad.size:
        raise BadDays(f"day {int(bad[0]) + 1} of {given.size} is not a whole number")
    whole = given.astype(np.int64)
    whole.flags.writeable = False
    return whole


def _are_degrees(xy: Floats) -> bool:
    """Within the numbers of the globe, with fractions, and as far from 0, 0 as only a town in degrees is."""
    if not len(xy) or (np.abs(xy) > (180, 90)).any() or (xy == np.floor(xy)).all():
        return False
    nearest = float(np.abs(xy).sum(axis=1).min())
    return nearest > max(1.0, 0.5 * float(np.ptp(xy, axis=0).max()))
