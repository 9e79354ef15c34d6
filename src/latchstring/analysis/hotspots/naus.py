"""Naus's scan statistic: is the busiest stretch of days busier than chance makes some stretch anyway?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import poisson

from latchstring.analysis import tails
from latchstring.analysis.hotspots.permuted import check_draws, error_of
from latchstring.analysis.points import BadDays, whole_days
from latchstring.base.errors import BadInput


class BadScan(BadInput):
    """A scan needs time for at least two windows, a mean above 0 and a count from 0 up."""


@dataclass(frozen=True, kw_only=True)
class BusiestWindow:
    """The stretch with most events, and how often chance alone has one as busy."""

    events: int
    first: int
    last: int
    """The days of the stretch, both of which belong to it; of several the earliest."""
    observed: int
    expected: float
    """In a stretch that was chosen beforehand."""
    p: float
    """Of Naus's approximation, for the busiest of all."""
    drawn_p: float
    """The same from drawing the days of as many events anew, where days are whole: (b + 1) / (m + 1)."""
    error: float
    """The standard error of `drawn_p`."""
    drawn: int


def scan_p(windows: float, mean: float, observed: int) -> float:
    """P(some window of one length holds `observed` events or more), time being `windows` such lengths.

    `mean` is the events that one window is expected to hold. Naus (1982, JASA 77:177): Q2 and Q3, the chances
    that a time of two and of three lengths holds no such window, are known exactly, and each further length
    leaves it so with a chance of about Q3 / Q2. Time is continuous; where events are known by whole periods,
    there are fewer windows and the true p is smaller.
    """
    k = _check(windows, mean, observed)
    if k <= 1:
        return -math.expm1(-mean * windows) if k else 1.0
    return max(tails.poisson_upper(k, mean), _some_window(k, mean, windows - 2, k - 1))


def scanw(periods: float, k: int, mean: float, observed: int) -> float:
    """What the function `scanw` of the R package ptools gives, for comparison; use `scan_p`.

    Its last sum in Q3 ends one term early, and its exponent is `periods - k`, which is right for k = 2 alone.
    """
    count = _check(periods, mean, observed)
    return _some_window(count, mean, periods - k, count - 2)


def busiest_window(
    days: ArrayLike, *, window: int, first: int, last: int, draws: int = 999, seed: int = 0
) -> BusiestWindow:
    """Scan the days from `first` to `last`, both of which belong to the study, by windows of whole days."""
    given = np.sort(whole_days(days))
    span = last - first + 1
    if not given.size:
        raise BadDays("a scan needs at least one event")
    if given[0] < first or given[-1] > last:
        raise BadDays(f"an event lies outside of the days from {first} to {last}")
    if window < 1 or span < 2 * window:
        raise BadScan
    check_draws(draws)
    ends = np.searchsorted(given, given + window, side="left")
    counts = ends - np.arange(len(given))
    busiest = int(np.argmax(counts))
    observed = int(counts[busiest])
    start = min(int(given[busiest]), last - window + 1)
    rng = np.random.default_rng(seed)
    at_least = 0
    for _ in range(draws):
        drawn = np.sort(rng.integers(0, span, len(given)))
        at_least += int(
            (np.searchsorted(drawn, drawn + window, side="left") - np.arange(len(drawn))).max() >= observed
        )
    p = tails.of_permutations(at_least, draws)
    return BusiestWindow(
        events=len(given),
        first=start,
        last=start + window - 1,
        observed=observed,
        expected=len(given) * window / span,
        p=scan_p(span / window, len(given) * window / span, observed),
        drawn_p=p,
        error=error_of(p, draws),
        drawn=draws,
    )


def _check(windows: float, mean: float, observed: int) -> int:
    if not (math.isfinite(windows) and math.isfinite(mean)) or windows < 2 or mean <= 0 or observed < 0:
        raise BadScan
    return int(observed)


def _some_window(k: int, rate: float, more: float, last: int) -> float:
    two, three = _none_in_two(k, rate), _none_in_three(k, rate, last)
    if two <= 0 or three <= 0:
        return 1.0
    return -math.expm1(math.log(two) + more * (math.log(three) - math.log(two)))


def _none_in_two(k: int, rate: float) -> float:
    """Naus 1982, theorem 1: no window of one length in a time of two holds k events or more."""
    below = _at_most(k - 1, rate)
    return (
        below**2
        - (k - 1) * _just(k, rate) * _just(k - 2, rate)
        - (k - 1 - rate) * _just(k, rate) * _at_most(k - 3, rate)
    )


def _none_in_three(k: int, rate: float, last: int) -> float:
    """Naus 1982, theorem 2: the same in a time of three, whose last sum runs to r = `last`, k - 1."""
    below, just = _at_most(k - 1, rate), _just(k, rate)
    one = 2 * just * below * ((k - 1) * _at_most(k - 2, rate) - rate * _at_most(k - 3, rate))
    two = (
        0.5
        * just**2
        * (
            (k - 1) * (k - 2) * _at_most(k - 3, rate)
            - 2 * (k - 2) * rate * _at_most(k - 4, rate)
            + rate**2 * _at_most(k - 5, rate)
        )
    )
    r = np.arange(1, k)
    three = float((poisson.pmf(2 * k - r, rate) * poisson.cdf(r - 1, rate) ** 2).sum())
    r = np.arange(2, last + 1)
    four = float(
        (
            poisson.pmf(2 * k - r, rate)
            * poisson.pmf(r, rate)
            * ((r - 1) * poisson.cdf(r - 2, rate) - rate * poisson.cdf(r - 3, rate))
        ).sum()
    )
    return below**3 - one + two + three - four


def _just(count: int, rate: float) -> float:
    return float(poisson.pmf(count, rate))


def _at_most(count: int, rate: float) -> float:
    return float(poisson.cdf(count, rate))
