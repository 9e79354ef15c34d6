"""The lesson of the two districts: what happens to a map that sends patrols and learns from what they find.

The urn of Ensign, Friedler, Neville, Scheidegger and Venkatasubramanian 2018, Runaway feedback loops in
predictive policing. Each day one district is drawn in proportion to its balls and visited, and each incident
found there adds a ball. Balls are forgotten with a small probability a day; the last one stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis.interval import Interval
from latchstring.base.errors import BadInput

MOST_STEPS = 500_000_000
"""Days times runs: some ten seconds for a hundred million."""


MOST = 1_000_000_000
"""Of what a visit finds, and of balls at the start."""


class BadUrn(BadInput):
    """Rates and balls lie above 0 and up to 10^9, days and runs from 1 up, forgetting from 0 to below 1."""


@dataclass(frozen=True, kw_only=True)
class Districts:
    """`rates`: incidents a day that a visit finds. `balls`: how often each is believed in at the start."""

    rates: tuple[float, float]
    balls: tuple[int, int]

    @property
    def true_share(self) -> float:
        """Of the first district."""
        return self.rates[0] / sum(self.rates)


@dataclass(frozen=True, kw_only=True)
class Urns:
    """What share of the balls the first district has at the end of each run."""

    shares: NDArray[np.float64]
    true_share: float

    @property
    def mean(self) -> float:
        return float(self.shares.mean())

    @property
    def middle(self) -> Interval:
        """Where nine of ten runs end."""
        low, high = np.quantile(self.shares, [0.05, 0.95])
        return Interval(float(low), float(high), 0.9)

    def beyond(self, share: float) -> float:
        """Of the runs, those in which one district holds more than `share` of the balls."""
        return float((np.maximum(self.shares, 1 - self.shares) > share).mean())


def simulate(
    districts: Districts,
    *,
    corrected: bool,
    days: int = 1_000,
    runs: int = 2_000,
    forgetting: float = 0.01,
    seed: int = 0,
) -> Urns:
    """Run many urns at once. `corrected` drops each incident found with the probability of the visit that
    found it.
    """
    _check(districts, days, runs, forgetting)
    random = np.random.default_rng(seed)
    balls = np.tile(np.array(districts.balls, dtype=np.int64), (runs, 1))
    every = np.arange(runs)
    rates = np.array(districts.rates)
    for _ in range(days):
        chance = balls[:, 0] / balls.sum(axis=1)
        visited = (random.random(runs) >= chance).astype(np.int64)
        found = random.poisson(rates[visited])
        if corrected:
            found = random.binomial(found, np.where(visited == 0, 1 - chance, chance))
        balls = np.maximum(balls - random.binomial(balls, forgetting), 1)
        balls[every, visited] += found
    return Urns(shares=balls[:, 0] / balls.sum(axis=1), true_share=districts.true_share)


def _check(districts: Districts, days: int, runs: int, forgetting: float) -> None:
    rates_ok = all(0 < rate <= MOST for rate in districts.rates)
    balls_ok = all(1 <= ball <= MOST and ball == int(ball) for ball in districts.balls)
    if not (rates_ok and balls_ok and days >= 1 and runs >= 1 and 0 <= forgetting < 1):
        raise BadUrn
    if days * runs > MOST_STEPS:
        raise BadUrn(f"{days:,} days in {runs:,} runs are too much; at most {MOST_STEPS:,} in all")
