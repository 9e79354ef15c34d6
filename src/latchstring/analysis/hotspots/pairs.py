"""Counts of pairs of events that are near each other, exact at the limit, without a list of all pairs.

A distance and a span of days are closed: a pair at the limit belongs to it. Coordinates carry rounding of
their own (350,553.39 - 350,353.39 is not quite 200), so a limit reaches further by that rounding, about a
billionth of a metre; a pair that is 200 m apart on paper is then never lost to binary fractions.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis.points import BadDays, Incidents, Points
from latchstring.base.errors import BadInput

Metric = Literal["euclidean", "manhattan"]
Closed = Literal["right", "left"]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CANDIDATES = 1 << 18
"""Pairs looked at in one go: 2 MB an array."""

LONGEST_SPAN = 10**9
"""Days between the first event and the last; more is no calendar."""


class TooFew(BadInput):
    """Pairs need at least two events."""


class BadLimit(BadInput):
    """A limit of distance or days is a finite number from 0 up."""


class BadMetric(BadInput):
    """Distance is `euclidean` (as the crow flies) or `manhattan` (along the streets of a grid)."""


@dataclass(frozen=True)
class ClosePairs:
    """Some pairs that are close in both: the numbers of the two events, and how far apart they are."""

    first: Ints
    second: Ints
    distances: Floats
    """In metres."""
    lags: Ints
    """In days, never negative."""

    def __len__(self) -> int:
        return len(self.lags)


def check_events(incidents: Incidents) -> None:
    """At least two, within a calendar."""
    if len(incidents) < 2:
        raise TooFew
    if float(incidents.days.max()) - float(incidents.days.min()) > LONGEST_SPAN:
        raise BadDays(f"the days lie more than {LONGEST_SPAN:,} apart; give days, not seconds")


def check_limit(limit: float) -> float:
    """`limit` itself."""
    if not math.isfinite(limit) or limit < 0:
        raise BadLimit
    return float(limit)


def check_metric(metric: str) -> None:
    """One of the two."""
    if metric not in ("euclidean", "manhattan"):
        raise BadMetric


def reach(points: Points, limit: float, *, closed: Closed = "right") -> float:
    """The limit as it is compared: `<=` this far. Open on the right (closed left), it stops short instead."""
    largest = float(np.abs(points.xy).max(initial=0.0))
    rounding = 8 * np.finfo(np.float64).eps * max(largest, check_limit(limit))
    return limit + rounding if closed == "right" else limit - rounding


def whole_lag(limit: float, *, closed: Closed = "right") -> int:
    """The longest whole number of days within a limit; -1 where not even the same day is."""
    check_limit(limit)
    return min(LONGEST_SPAN, math.floor(limit) if closed == "right" else math.ceil(limit) - 1)


def degrees_in_time(incidents: Incidents, lag: int) -> Ints:
    """How many other events lie within `lag` days of each: shape (n,)."""
    if lag < 0:
        return np.zeros(len(incidents), dtype=np.int64)
    days, day_of, counts = np.unique(incidents.days, return_inverse=True, return_counts=True)
    before = np.concatenate([[0], np.cumsum(counts)])
    until = before[np.searchsorted(days, days + lag, side="right")]
    since = before[np.searchsorted(days, days - lag, side="left")]
    return np.asarray((until - since - 1)[day_of], dtype=np.int64)


def degrees_in_space(points: Points, distance: float, metric: Metric = "euclidean") -> Ints:
    """How many other events lie within `distance` (from `reach`) of each: shape (n,).

    The plane is cut into strips. Seen from an event, a strip holds a stretch that is surely near, whose
    events are counted by two searches, and a short stretch on each side where every distance is computed. The
    narrower the strips, the fewer distances and the more searches; their number is chosen so that both take
    equally long. A strip is looked at from below only: what lies near in it gets its count too.
    """
    check_metric(metric)
    if distance < 0:
        return np.zeros(len(points), dtype=np.int64)
    strips = _Strips(points, distance, metric)
    found = np.zeros(len(points), dtype=np.int64)
    steps = np.zeros(len(points) + 1, dtype=np.int64)
    for start in range(0, len(points), 1 << 15):
        events = np.arange(start, min(start + (1 << 15), len(points)))
        for above in range(strips.per_reach + 1):
            strips.count(events, above, found, steps)
    found += np.cumsum(steps[:-1])
    degrees = np.empty_like(found)
    degrees[strips.order] = found - 1
    return degrees


class _Strips:
    """Events sorted by strip and, within one, from west to east."""

    def __init__(self, points: Points, distance: float, metric: Metric) -> None:
        x, y = points.xy.T
        x, y = x - x.min(), y - y.min()
        wide, high = float(x.max()), float(y.max())
        self.distance, self.metric = distance, metric
        side = max(distance * (1 + 1e-9), 2.0**-20 * max(wide, high), 1e-9)
        self.per_reach = _strips_for(x, y, side)
        self.height = side / self.per_reach
        row = np.floor(y / self.height)
        self.order = np.lexsort((x, row))
        self.x, self.y = points.xy[self.order].T.copy()
        self.row, self.east, self.north = row[self.order], x[self.order], y[self.order]
        self.width = wide + 3 * side
        self.key = self.row * self.width + self.east
        self.unsure = 8 * np.finfo(np.float64).eps * (float(self.key[-1]) + self.width + high)

    def count(self, events: Ints, above: int, found: Ints, steps: Ints) -> None:
        """Add the pairs of `events` with the strip so many strips above theirs, both ends of each.

        `found` counts by position in the order; `steps` is to be summed up: it counts whole stretches.
        """
        bottom = (self.row[events] + above) * self.height - self.north[events]
        nearest = np.maximum(bottom, 0) - self.unsure
        furthest = np.maximum(bottom + self.height, -bottom) + self.unsure
        here = self.key[events] + above * self.width
        outer = self._half_width(nearest) + self.unsure
        inner = self._half_width(furthest) - self.unsure
        first = np.searchsorted(self.key, here - outer, side="left")
        last = np.searchsorted(self.key, here + outer, side="right")
        sure = inner > 0
        sure_first, sure_last = first.copy(), first.copy()
        sure_first[sure] = np.searchsorted(self.key, (here - inner)[sure], side="left")
        sure_last[sure] = np.searchsorted(self.key, (here + inner)[sure], side="right")

        found[events] += sure_last - sure_first
        if above:
            _add(steps, sure_first, 1)
            _add(steps, sure_last, -1)
        starts = np.concatenate([first, sure_last])
        stops = np.concatenate([sure_first, last])
        for source, target in stretches(starts, stops):
            event = events[source % len(events)]
            apart = between(self.x[event] - self.x[target], self.y[event] - self.y[target], self.metric)
            near = within(apart, self.distance, self.metric)
            _add(found, event[near], 1)
            if above:
                _add(found, target[near], 1)

    def _half_width(self, north: Floats) -> Floats:
        """How far east and west the reach goes, so far north; negative where it does not go so far."""
        north = np.maximum(north, 0)
        if self.metric == "manhattan":
            return self.distance - north
        left = (self.distance - north) * (self.distance + north)
        return np.where(left < 0, -self.unsure, np.sqrt(np.maximum(left, 0)))


def _strips_for(x: Floats, y: Floats, side: float) -> int:
    """A search costs about as much as sixteen distances; cells of one reach tell how many there are."""
    cells = np.floor(x / side) * (2.0**22) + np.floor(y / side)
    _, counts = np.unique(cells, return_counts=True)
    near = 3.0 * float(np.square(counts, dtype=np.float64).sum()) / len(x)
    return int(np.clip(round(math.sqrt(near / 50)), 1, 64))


def _add(counts: Ints, places: Ints, sign: int) -> None:
    """Add `sign` at each of the places, some of which occur more than once."""
    if places.size:
        low = int(places.min())
        more = np.bincount(places - low)
        counts[low : low + len(more)] += sign * more


def between(east: Floats, north: Floats, metric: Metric) -> Floats:
    """Distances: squared for `euclidean`, which is cheaper and as good for comparing (`within`)."""
    if metric == "manhattan":
        return np.abs(east) + np.abs(north)
    return east * east + north * north


def within(apart: Floats, distance: float, metric: Metric) -> NDArray[np.bool_]:
    """Whether what `between` found is at most `distance`."""
    return apart <= (distance if metric == "manhattan" else distance * distance)


def stretches(starts: Ints, stops: Ints) -> Iterator[tuple[Ints, Ints]]:
    """All numbers in [start, stop) of each source, in blocks: (number of the source, number in it)."""
    sources = np.flatnonzero(stops > starts)
    begin, size = starts[sources], stops[sources] - starts[sources]
    total = np.cumsum(size)
    at = 0
    while at < len(sources):
        done = int(total[at - 1]) if at else 0
        upto = max(at + 1, int(np.searchsorted(total, done + CANDIDATES, side="right")))
        sizes = size[at:upto]
        ends = total[at:upto] - done
        offset = np.repeat(begin[at:upto] - (ends - sizes), sizes)
        yield np.repeat(sources[at:upto], sizes), offset + np.arange(int(ends[-1]))
        at = upto


def close_pairs(
    incidents: Incidents, distance: float, lag: int, metric: Metric = "euclidean"
) -> Iterator[ClosePairs]:
    """All pairs within `distance` (from `reach`) and `lag` days (from `whole_lag`), each once, in blocks.

    Events lie in square cells of one reach, sorted by day within a cell; an event meets the later ones of its
    own cell and those near in time of four of the eight cells around. Pairs that are near in space alone are
    never looked at.
    """
    check_metric(metric)
    if distance < 0 or lag < 0:
        return
    xy = incidents.points.xy
    low, high = xy.min(axis=0), xy.max(axis=0)
    side = max(distance * (1 + 1e-9), 2.0**-20 * float((high - low).max()), 1e-9)
    east, north = np.floor((xy - low) / side).astype(np.int64).T
    across = int(east.max()) + 3
    cell = (north + 1) * across + east + 1
    days = incidents.days - incidents.days.min()
    order = np.lexsort((days, cell))
    x, y = xy[order].T.copy()
    days, cell = days[order], cell[order]
    cells, cell_of = np.unique(cell, return_inverse=True)
    span = int(days.max()) + 1
    key = cell_of * span + days
    until = np.minimum(days + lag, span - 1)
    since = np.maximum(days - lag, 0)
    for beside in (0, 1, across - 1, across, across + 1):
        position = np.minimum(np.searchsorted(cells, cells + beside), len(cells) - 1)
        there = cells[position] == cells + beside
        target_cell = position[cell_of] * span
        stop = np.searchsorted(key, target_cell + until, side="right")
        start = np.searchsorted(key, target_cell + since, side="left") if beside else np.arange(1, len(x) + 1)
        stop = np.where(there[cell_of], stop, start)
        for source, target in stretches(start, stop):
            apart = between(x[source] - x[target], y[source] - y[target], metric)
            near = within(apart, distance, metric)
            one, other = source[near], target[near]
            distances = apart[near] if metric == "manhattan" else np.sqrt(apart[near])
            yield ClosePairs(order[one], order[other], distances, np.abs(days[one] - days[other]))


def duplicate_pairs(incidents: Incidents) -> int:
    """Pairs with the very same place and day: often one event that was entered twice."""
    x, y = incidents.points.xy.T
    order = np.lexsort((incidents.days, y, x))
    columns = (x[order], y[order], incidents.days[order])
    new = np.any([np.diff(column) != 0 for column in columns], axis=0)
    counts = np.diff(np.concatenate([[0], np.flatnonzero(new) + 1, [len(order)]]))
    return int((counts * (counts - 1) // 2).sum())
