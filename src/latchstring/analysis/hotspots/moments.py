"""The exact mean and variance of a sum over pairs of events, were their times dealt out anew at random.

A test of space against time takes a number a_ij for the places of two events, a number b_ij for their times,
and sums a_ij * b_ij over all ordered pairs. Were place and time unconnected, each of the n! ways to deal the
times to the places would be equally likely. The mean and the variance over all of them have a closed form
(Mantel 1967, Cancer Research 27:209; Barton and David 1966 for graphs): two ordered pairs are the same, or
mirrored, or share their first event, their second, or one's first is the other's second, or nothing, and
within each of these kinds all choices are equally likely. No seed, no noise, the same answer always.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Number = int | float


@dataclass(frozen=True, kw_only=True)
class PairSums:
    """Sums over products of two entries of an n by n matrix without diagonal, by what the entries share."""

    events: int
    total: Number
    same: Number
    mirrored: Number
    first: Number
    second: Number
    chained: Number

    @classmethod
    def of_degrees(cls, degrees: NDArray[np.int64]) -> PairSums:
        """Of a matrix that is 1 where two events are near each other, from how many are near each."""
        values, counts = (each.tolist() for each in np.unique(degrees, return_counts=True))
        total = sum(value * count for value, count in zip(values, counts, strict=True))
        squares = sum(value * value * count for value, count in zip(values, counts, strict=True))
        sharing = squares - total
        return cls(
            events=len(degrees),
            total=total,
            same=total,
            mirrored=total,
            first=sharing,
            second=sharing,
            chained=sharing,
        )


def moments(space: PairSums, time: PairSums) -> tuple[Fraction, Fraction]:
    """Mean and variance of the sum over ordered pairs of space times time."""
    n = space.events
    pairs = n * (n - 1)
    mean = Fraction(space.total) * Fraction(time.total) / pairs
    triples, quadruples = pairs * (n - 2), pairs * (n - 2) * (n - 3)
    square = (_times(space.same, time.same) + _times(space.mirrored, time.mirrored)) / pairs
    if triples:
        sharing = _times(space.first, time.first) + _times(space.second, time.second)
        square += (sharing + 2 * _times(space.chained, time.chained)) / triples
    if quadruples:
        square += _apart(space) * _apart(time) / quadruples
    return mean, square - mean * mean


def _times(one: Number, other: Number) -> Fraction:
    return Fraction(one) * Fraction(other)


def _apart(sums: PairSums) -> Fraction:
    """Products of two entries that share no event: all products without those that share some."""
    sharing = (sums.same, sums.mirrored, sums.first, sums.second, sums.chained, sums.chained)
    return Fraction(sums.total) ** 2 - sum(map(Fraction, sharing), Fraction(0))
