"""Aoristic time: when things happened that are known only to lie between two times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latchstring.analysis.interval import check_level, two_sided
from latchstring.base.errors import BadInput

Floats = NDArray[np.float64]

DAY, WEEK = 24, 168

RESAMPLED = 20_000
"""Events up to which the interval is a bootstrap."""

BLOCK = 1 << 14


class BadTimes(BadInput):
    """Times are hours in two rows of one length, finite, each end at or after its start."""


class BadCycle(BadInput):
    """Hours fall into a cycle of 24 (a day) or 168 (a week, from Monday)."""


class BadResamples(BadInput):
    """Bootstrap intervals need from 100 to 100,000 resamples."""


@dataclass(frozen=True, kw_only=True)
class Aoristic:
    """For each hour of the cycle, in shape (24,) or (168,): how many events lie in it, counted in parts."""

    events: int
    cycle: int
    weights: Floats
    """They add up to `events`."""
    share: Floats
    """They add up to 1."""
    share_low: Floats
    share_high: Floats
    """Between these two the share lies, at `level`: other such events drawn from the same days."""
    level: float
    within_an_hour: int
    """Events that are known to lie in one hour of the clock."""
    whole_cycle: int
    """Events that may be at any hour: they only level the picture."""


def aoristic(
    start: ArrayLike,
    end: ArrayLike,
    *,
    cycle: int = DAY,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Aoristic:
    """Spread each event evenly over [start, end) (Ratcliffe and McCullagh 1998, IJGIS 12:751).

    Times are hours since any Monday's midnight, as the clock on the wall shows them. A start that equals its
    end is a moment, and belongs to the hour that it opens: 7.0 to 7.0 is in the hour from 7 to 8.

    The interval is a percentile bootstrap over events; beyond `RESAMPLED` events the normal one with the same
    variance, to which it has come by then. It always leaves open what so few events cannot rule out: an hour
    that none of n lies in may have a share of 1 - (alpha / 2) ** (1 / n), and one that all lie in may have
    less than 1.
    """
    if cycle not in (DAY, WEEK):
        raise BadCycle
    check_level(level)
    if not 100 <= resamples <= 100_000:
        raise BadResamples
    since, until = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    if since.ndim != 1 or since.shape != until.shape or not since.size:
        raise BadTimes
    bad = np.flatnonzero(~(np.isfinite(since) & np.isfinite(until) & (until >= since)))
    if bad.size:
        raise BadTimes(f"event {int(bad[0]) + 1} of {since.size} has no end at or after its start, in hours")
    n = len(since)
    starts = range(0, n, BLOCK)
    blocks = (_parts(since[at : at + BLOCK], until[at : at + BLOCK], cycle) for at in starts)
    if n <= RESAMPLED:
        parts = np.concatenate(list(blocks))
        share = parts.mean(axis=0)
        drawn = _resampled(parts, resamples, np.random.default_rng(seed))
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    else:
        share, squares = (
            np.sum([(each.sum(axis=0), np.square(each).sum(axis=0)) for each in blocks], axis=0) / n
        )
        spread = two_sided(level) * np.sqrt(np.maximum(0, squares - share**2) / n)
        low, high = np.maximum(0, share - spread), np.minimum(1, share + spread)
    unseen = 1 - ((1 - level) / 2) ** (1 / n)
    return Aoristic(
        events=n,
        cycle=cycle,
        weights=share * n,
        share=share,
        share_low=np.minimum.reduce([low, share, np.full(cycle, 1 - unseen)]),
        share_high=np.maximum.reduce([high, share, np.full(cycle, unseen)]),
        level=level,
        within_an_hour=int(np.count_nonzero(np.ceil(until) - np.floor(since) <= 1)),
        whole_cycle=int(np.count_nonzero(until - since >= cycle)),
    )


def _parts(since: Floats, until: Floats, cycle: int) -> Floats:
    """The share of each event in each hour of the cycle, of shape (n, cycle); each row adds up to 1."""
    length = until - since
    moment = length == 0
    ends = np.where(moment, since + 1, until)
    offset = np.mod(since, cycle)
    laps, left = np.divmod(ends - since, cycle)
    hours = np.arange(cycle)
    stop = offset + left
    within = _overlap(offset, stop, hours) + _overlap(offset - cycle, stop - cycle, hours)
    parts = (laps[:, None] + within) / (ends - since)[:, None]
    parts[moment] = 0
    parts[moment, np.floor(offset[moment]).astype(np.int64) % cycle] = 1
    return parts


def _overlap(start: Floats, stop: Floats, hours: NDArray[np.int64]) -> Floats:
    """Hours that [start, stop) shares with [hour, hour + 1)."""
    shared: Floats = np.minimum(stop[:, None], hours + 1) - np.maximum(start[:, None], hours)
    return np.where(shared > 0, shared, 0.0)


def _resampled(parts: Floats, resamples: int, rng: np.random.Generator) -> Floats:
    """Means over as many events drawn with replacement, `resamples` times."""
    n = len(parts)
    drawn = np.empty((resamples, parts.shape[1]))
    for index in range(resamples):
        times_drawn = np.bincount(rng.integers(0, n, n), minlength=n)
        drawn[index] = times_drawn @ parts / n
    return drawn
