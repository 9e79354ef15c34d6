"""Kulldorff's space-time scan: somewhere, for some time, were there more events than chance would put there?

A cylinder is a circle on the ground and a run of periods. Of all cylinders the one with the largest
likelihood ratio is the most likely cluster; its p asks how often the largest of all is as large where nothing
is going on, so it allows for so many cylinders being looked at. p is (b + 1) / (m + 1) over seeded draws and
says its own error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from latchstring.analysis import tails
from latchstring.analysis.bands import Bands
from latchstring.analysis.hotspots import pairs
from latchstring.analysis.hotspots.permuted import check_draws, error_of
from latchstring.analysis.points import BadDays, Incidents, Points, whole_days
from latchstring.base.errors import BadInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_SITES = 20_000
MOST_CENTRES = 400
"""Circles are drawn around so many places, spread over all; each with every radius."""

MOST_WORK = 2 * 10**10
"""Additions; about half a minute."""

REPORTED = 5

Model = Literal["permutation", "poisson"]


class BadSites(BadInput):
    """Each event lies at one of the sites, by its number from 0; each site has an exposure above 0."""


class BadWindow(BadInput):
    """A period has one day or more, and a cluster may last from one period to half of them."""


class TooMuch(BadInput):
    """So many circles, periods and draws take too long: use fewer radii, longer periods or fewer draws."""


class TooManySites(BadInput):
    """The scan takes up to 20,000 different places; gather them into cells first."""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A circle, a run of days and what lies in it. Both ends belong to it: radius and days are closed."""

    x: float
    y: float
    radius: float
    first_day: int
    last_day: int
    observed: int
    expected: float
    ratio: float
    """Observed over expected. It is of a cylinder that was chosen for being high, so read it as the most it
    can be.
    """
    log_likelihood_ratio: float
    p: float
    error: float
    """The standard error of `p`."""


@dataclass(frozen=True, kw_only=True)
class SpaceTimeScan:
    """Clusters with the largest likelihood ratio first; no two circles share a site."""

    model: Model
    events: int
    cylinders: int
    """How many were looked at."""
    drawn: int
    clusters: tuple[Cluster, ...]


@dataclass(frozen=True)
class _Window:
    """The days of a study, both of which belong to it, and how they are cut."""

    first_day: int
    last_day: int
    period_days: int
    longest: int

    def __post_init__(self) -> None:
        if self.period_days < 1 or not 0 <= self.last_day - self.first_day <= pairs.LONGEST_SPAN:
            raise BadWindow
        if not 1 <= self.longest <= self.periods // 2:
            raise BadWindow

    @property
    def periods(self) -> int:
        """The last may be shorter than the others."""
        return (self.last_day - self.first_day) // self.period_days + 1

    def period_of(self, days: Ints) -> Ints:
        """From 0."""
        return (days - self.first_day) // self.period_days

    def days_of(self, start: int, length: int) -> tuple[int, int]:
        """The first and the last day of a run of periods."""
        first = self.first_day + start * self.period_days
        return first, min(self.last_day, first + length * self.period_days - 1)


@dataclass(frozen=True, kw_only=True)
class _Study:
    """What both models share: which sites each circle holds, the periods, and what is expected where and
    when.
    """

    model: Model
    window: _Window
    events: int
    circles: csr_array
    """A row for each circle, 1 for each site that it holds."""
    centres: Floats
    radii: Floats
    in_circle: Floats
    """Expected in each circle over all periods; 0 where it holds more than half, and is not looked at."""
    in_period: Floats
    """The share of each period; they add up to 1."""

    def counts(self, sites: Ints, periods: Ints) -> Ints:
        """Events by circle and period."""
        shape = (self.circles.shape[1], self.window.periods)
        flat = np.bincount(sites * shape[1] + periods, minlength=shape[0] * shape[1])
        return np.asarray(self.circles @ flat.reshape(shape))


def scan_permutation(
    incidents: Incidents,
    *,
    radii: Sequence[float],
    longest: int,
    period_days: int = 7,
    draws: int = 999,
    seed: int = 0,
) -> SpaceTimeScan:
    """Without a denominator (Kulldorff et al. 2005, PLoS Medicine 2:e59): days are dealt out anew to the
    places.

    A place that is always busy and a season that is busy everywhere are allowed for; what remains is their
    interaction. `longest` counts periods, of `period_days` days from the first event on.
    """
    pairs.check_events(incidents)
    check_draws(draws)
    window = _Window(int(incidents.days.min()), int(incidents.days.max()), period_days, longest)
    places, sites = np.unique(incidents.points.xy, axis=0, return_inverse=True)
    periods = window.period_of(incidents.days)
    study = _study(
        "permutation",
        window,
        places,
        at_site=np.bincount(sites, minlength=len(places)) / len(incidents),
        in_period=np.bincount(periods, minlength=window.periods) / len(incidents),
        events=len(incidents),
        radii=radii,
        draws=draws,
    )
    rng = np.random.default_rng(seed)
    return _scan(study, (sites, periods), lambda: (sites, rng.permutation(periods)), draws)


def scan_poisson(
    sites: Points,
    exposure: ArrayLike,
    *,
    site: ArrayLike,
    days: ArrayLike,
    first_day: int,
    last_day: int,
    radii: Sequence[float],
    longest: int,
    period_days: int = 7,
    draws: int = 999,
    seed: int = 0,
) -> SpaceTimeScan:
    """With a denominator (Kulldorff 2001, JRSS A 164:61): expected by exposure (dwellings, deliveries) and
    time.

    `exposure` belongs to `sites`, `site` and `days` to the events: the number of the site from 0, and the
    day. The study runs from `first_day` to `last_day`, both of which belong to it, so that days without an
    event count.
    """
    at, when = np.asarray(site), whole_days(days)
    weights = np.asarray(exposure, dtype=np.float64)
    numbered = (
        at.shape == when.shape and at.size > 1 and at.dtype.kind in "iu" and weights.shape == (len(sites),)
    )
    if not numbered or not np.isfinite(weights).all() or (weights <= 0).any():
        raise BadSites
    if at.min() < 0 or at.max() >= len(sites):
        raise BadSites
    if when.min() < first_day or when.max() > last_day:
        raise BadDays(f"an event lies outside of the days from {first_day} to {last_day}")
    check_draws(draws)
    window = _Window(first_day, last_day, period_days, longest)
    lengths = np.full(window.periods, float(period_days))
    lengths[-1] = (last_day - first_day) % period_days + 1
    n, at_site, in_period = len(when), weights / weights.sum(), lengths / lengths.sum()
    study = _study(
        "poisson",
        window,
        sites.xy,
        at_site=at_site,
        in_period=in_period,
        events=n,
        radii=radii,
        draws=draws,
    )
    rng = np.random.default_rng(seed)
    return _scan(
        study,
        (at.astype(np.int64), window.period_of(when)),
        lambda: (rng.choice(len(at_site), n, p=at_site), rng.choice(window.periods, n, p=in_period)),
        draws,
    )


def _study(
    model: Model,
    window: _Window,
    places: Floats,
    *,
    at_site: Floats,
    in_period: Floats,
    events: int,
    radii: Sequence[float],
    draws: int,
) -> _Study:
    """Draw the circles, unless to look at them would take too long."""
    if len(places) > MOST_SITES:
        raise TooManySites
    limits = Bands(tuple(radii)).limits
    centres = _spread(places, limits[-1])
    if len(centres) * len(limits) * window.periods * window.longest * draws > MOST_WORK:
        raise TooMuch
    points = Points(places)
    tree = cKDTree(places)
    held = [found for each in limits for found in tree.query_ball_point(centres, pairs.reach(points, each))]
    sizes = np.array([len(found) for found in held])
    if int(sizes.sum()) * window.periods * draws > MOST_WORK:
        raise TooMuch
    columns = np.concatenate([np.asarray(found, dtype=np.int64) for found in held])
    starts = np.concatenate([[0], np.cumsum(sizes)])
    ones = np.ones(len(columns), dtype=np.int64)
    circles = csr_array((ones, columns, starts), shape=(len(held), len(places)))
    share = np.asarray(circles @ at_site)
    return _Study(
        model=model,
        window=window,
        events=events,
        circles=circles,
        centres=np.tile(centres, (len(limits), 1)),
        radii=np.repeat(np.array(limits), len(centres)),
        in_circle=np.where(share <= 0.5, share, 0) * events,
        in_period=in_period,
    )


def _spread(places: Floats, radius: float) -> Floats:
    """All places; of more than `MOST_CENTRES` one from each square of a grid, as fine as that allows."""
    side = max(radius / 4, 1e-9)
    centres = places
    while len(centres) > MOST_CENTRES:
        _, first = np.unique(np.floor((places - places.min(axis=0)) / side), axis=0, return_index=True)
        centres = places[np.sort(first)]
        side *= 1.5
    return centres


def _scan(
    study: _Study, events: tuple[Ints, Ints], draw: Callable[[], tuple[Ints, Ints]], draws: int
) -> SpaceTimeScan:
    best = _best_of_circles(study, study.counts(*events))
    chosen = _apart(study.circles, best)
    reached = np.zeros(len(chosen), dtype=np.int64)
    if chosen:
        ratios = best[chosen, 0] * (1 - 1e-12)
        least = [_least(study.events, expected, float(ratios.min())) for expected in _runs(study)]
        for _ in range(draws):
            reached += _largest(study, study.counts(*draw()), least) >= ratios
    window = study.window
    return SpaceTimeScan(
        model=study.model,
        events=study.events,
        cylinders=len(study.radii) * sum(window.periods - length for length in range(window.longest)),
        drawn=draws,
        clusters=tuple(
            _cluster(study, circle, best[circle], tails.of_permutations(int(at_least), draws), draws)
            for circle, at_least in zip(chosen, reached, strict=True)
        ),
    )


def _cluster(study: _Study, circle: int, best: Floats, p: float, draws: int) -> Cluster:
    log_ratio, start, length, observed, expected = best.tolist()
    first_day, last_day = study.window.days_of(int(start), int(length))
    return Cluster(
        x=float(study.centres[circle, 0]),
        y=float(study.centres[circle, 1]),
        radius=float(study.radii[circle]),
        first_day=first_day,
        last_day=last_day,
        observed=int(observed),
        expected=expected,
        ratio=observed / expected,
        log_likelihood_ratio=log_ratio,
        p=p,
        error=error_of(p, draws),
    )


def _runs(study: _Study) -> Iterator[Floats]:
    """What is expected in each circle and run of periods, for runs of 1, 2, ... `longest`."""
    until = np.concatenate([[0.0], np.cumsum(study.in_period)])
    for length in range(1, study.window.longest + 1):
        yield np.outer(study.in_circle, until[length:] - until[:-length])


def _log_ratio(observed: Floats, expected: Floats, events: int) -> Floats:
    """c log(c / mu) + (N - c) log((N - c) / (N - mu)) where there is more than expected, else 0."""
    high = (observed > expected) & (expected > 0)
    c, mu = np.where(high, observed, 1.0), np.where(high, expected, 1.0)
    rest = np.maximum(events - c, 0)
    outside = rest * np.log(np.maximum(rest, 1) / np.maximum(events - mu, 1e-300))
    return np.where(high, c * np.log(c / mu) + outside, 0.0)


def _best_of_circles(study: _Study, counts: Ints) -> Floats:
    """For each circle its best run: (log ratio, first period, periods, observed, expected)."""
    best = np.zeros((len(counts), 5))
    until = np.pad(np.cumsum(counts, axis=1), ((0, 0), (1, 0)))
    every = np.arange(len(counts))
    for length, expected in enumerate(_runs(study), start=1):
        observed = until[:, length:] - until[:, :-length]
        ratios = _log_ratio(observed.astype(np.float64), expected, study.events)
        start = np.argmax(ratios, axis=1)
        found = ratios[every, start]
        better = found > best[:, 0]
        row = np.column_stack(
            [found, start, np.full(len(start), length), observed[every, start], expected[every, start]]
        )
        best[better] = row[better]
    return best


def _apart(circles: csr_array, best: Floats) -> list[int]:
    """The best circles that share no site with a better one, up to `REPORTED`."""
    chosen: list[int] = []
    taken = np.zeros(circles.shape[1], dtype=np.int64)
    for circle in np.argsort(-best[:, 0], kind="stable").tolist():
        if len(chosen) == REPORTED or best[circle, 0] <= 0:
            break
        sites = circles.indices[circles.indptr[circle] : circles.indptr[circle + 1]]
        if not taken[sites].any():
            taken[sites] = 1
            chosen.append(circle)
    return chosen


def _least(events: int, expected: Floats, floor: float) -> NDArray[np.int32]:
    """The smallest count in each cylinder whose log ratio reaches `floor`; more than all events where none
    does.

    The larger the expectation, the more it takes. So for each count the largest expectation that it suffices
    for is found by halving, and the counts are looked up among these.
    """
    counts = np.arange(1, events + 1, dtype=np.float64)
    low, high = np.zeros(events), counts.copy()
    for _ in range(60):
        middle = (low + high) / 2
        enough = _log_ratio(counts, middle, events) >= floor
        low, high = np.where(enough, middle, low), np.where(enough, high, middle)
    needed = np.searchsorted(low, expected * (1 - 1e-9), side="left") + 1
    return np.where(expected > 0, needed, events + 1).astype(np.int32)


def _largest(study: _Study, counts: Ints, least: list[NDArray[np.int32]]) -> float:
    """The largest log ratio of all cylinders, or 0 where none reaches what is reported."""
    until = np.pad(np.cumsum(counts, axis=1, dtype=np.int32), ((0, 0), (1, 0)))
    periods = np.concatenate([[0.0], np.cumsum(study.in_period)])
    largest = 0.0
    for length, needed in enumerate(least, start=1):
        observed = until[:, length:] - until[:, :-length]
        circle, start = np.nonzero(observed >= needed)
        if circle.size:
            expected = study.in_circle[circle] * (periods[start + length] - periods[start])
            found = _log_ratio(observed[circle, start].astype(np.float64), expected, study.events)
            largest = max(largest, float(found.max()))
    return largest
