"""A claimed drop: what it would have needed, and how often it comes with nothing done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from latchstring.analysis.impact import wdd
from latchstring.analysis.impact.counts import Change
from latchstring.analysis.impact.placebo import Rank
from latchstring.analysis.impact.power import Detectable, wdd_detectable, wdd_power
from latchstring.analysis.impact.selection import DropByChance, worst_of
from latchstring.analysis.impact.verdict import Scale, Verdict, Words, verdict
from latchstring.base.errors import BadInput

MOST_BEFORE = 500
MOST_AREAS = 100
SIZES = (10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 140, 200, 300, 500)
"""Incidents a period for which the smallest drop that can be seen is drawn."""


class BadClaim(BadInput):
    """A claim has 2 to 500 incidents a period, 1 to 100 areas in each place, and a drop from 0.01 to 1."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """`before`: incidents expected in a period in the area, and in each of `controls` like areas beside it.

    The area was picked as the worst of `worst_of`, whose true means vary by as much as counts do by chance,
    and told of as the best of `best_of` such trials.
    """

    before: int
    drop: float
    controls: int = 1
    worst_of: int = 1
    best_of: int = 1

    def __post_init__(self) -> None:
        areas = (self.controls, self.worst_of, self.best_of)
        if not (
            2 <= self.before <= MOST_BEFORE
            and all(1 <= n <= MOST_AREAS for n in areas)
            and 0.01 <= self.drop <= 1
        ):
            raise BadClaim

    @property
    def after(self) -> int:
        """The highest count that is such a drop."""
        # 1e-9: that 0.45 * 20 is 9, and not a little less, is no matter of binary fractions.
        return int((1 - self.drop) * self.before + 1e-9)


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """What a claim comes to.

    `power`: the chance that a drop truly so large is seen beside the like areas. `by_itself`: what the picked
    area does next with nothing done. `chance`: that the best of the trials falls so far with nothing done.
    `verdict`: what could be said in the kindest case, in which nothing changed in any like area.
    """

    claim: Claim
    detectable: Detectable
    power: float
    by_itself: DropByChance
    chance: float
    verdict: Verdict


@dataclass(frozen=True)
class Smallest:
    """The smallest drop, in whole percent, that is seen in 8 of 10 studies; None: not even a fall to none."""

    before: int
    percent: int | None


def weigh(claim: Claim) -> Weighed:
    beside = claim.before * claim.controls
    counted = wdd.wdd(
        treated=Change(claim.before, claim.after),
        control=Change(beside, beside),
        area_weights=wdd.AreaWeights(control=claim.controls),
    )
    detectable = wdd_detectable(claim.before, control=_like_one(claim.before, claim.controls))
    by_itself = worst_of(
        claim.worst_of,
        claim.before,
        variance_between=claim.before if claim.worst_of > 1 else 0.0,
        drop=claim.drop,
    )
    evidence = wdd.evidence(
        counted,
        rank=Rank(rank=1, of=claim.controls + 1),
        detectable=detectable,
        expected_drop=by_itself.expected if claim.worst_of > 1 else None,
    )
    return Weighed(
        claim=claim,
        detectable=detectable,
        power=wdd_power(claim.before, claim.drop, control=_like_one(claim.before, claim.controls)),
        by_itself=by_itself,
        chance=1 - (1 - by_itself.chance) ** claim.best_of,
        verdict=verdict(replace(evidence, scale=Scale.COUNT), Words(outcome="break-ins")),
    )


@lru_cache(maxsize=MOST_AREAS)
def smallest_seen(controls: int) -> Sequence[Smallest]:
    """By the size of the area, beside so many areas of the same size."""
    if not 1 <= controls <= MOST_AREAS:
        raise BadClaim
    return tuple(Smallest(n, wdd_detectable(n, control=_like_one(n, controls)).percent) for n in SIZES)


def _like_one(before: int, controls: int) -> float:
    """The mean of several areas varies as the count of one area of that fraction of the size."""
    return before / controls
