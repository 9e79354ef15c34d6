"""What a claimed drop would have needed, and the lesson of the two districts: for everybody."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from latchstring.analysis.guard.urn import Districts, Urns, simulate
from latchstring.analysis.interval import Interval
from latchstring.studies import claims
from latchstring.studies.claims import MOST_AREAS, MOST_BEFORE, Claim

router = APIRouter(prefix="/api")

_DAYS, _RUNS = 1_000, 400
_BINS = 20


class RangeShape(BaseModel):
    """Both ends belong to it; null where there is no limit."""

    low: float | None
    high: float | None
    level: float


class SmallestShape(BaseModel):
    before: int
    percent: int | None


class ClaimShape(BaseModel):
    """`power`: that so large a drop is seen. `chance`: that it comes with nothing done."""

    before: int
    after: int
    needed_percent: int | None
    power: float
    chance: float
    expected_drop: float
    finding: str
    verdict: str
    smallest: list[SmallestShape]


class UrnShape(BaseModel):
    """Where the runs end: `counts` of runs by the first district's share, in twenty equal steps."""

    mean: float
    middle: RangeShape
    beyond_95: float
    counts: list[int]


class LessonShape(BaseModel):
    true_share: float
    days: int
    runs: int
    naive: UrnShape
    corrected: UrnShape


@router.get("/claims", tags=["anyone"])
def weigh_claim(
    before: Annotated[int, Query(ge=2, le=MOST_BEFORE)],
    drop: Annotated[int, Query(ge=1, le=100, description="in percent")] = 55,
    controls: Annotated[int, Query(ge=1, le=MOST_AREAS)] = 1,
    worst_of: Annotated[int, Query(ge=1, le=MOST_AREAS)] = 1,
    best_of: Annotated[int, Query(ge=1, le=MOST_AREAS)] = 1,
) -> ClaimShape:
    """The smallest drop that could be seen, how often chance alone makes the claimed one, and the verdict."""
    claim = Claim(before=before, drop=drop / 100, controls=controls, worst_of=worst_of, best_of=best_of)
    found = claims.weigh(claim)
    return ClaimShape(
        before=claim.before,
        after=claim.after,
        needed_percent=found.detectable.percent,
        power=found.power,
        chance=found.chance,
        expected_drop=found.by_itself.expected if worst_of > 1 else 0.0,
        finding=found.verdict.finding,
        verdict=found.verdict.text,
        smallest=[
            SmallestShape(before=each.before, percent=each.percent) for each in claims.smallest_seen(controls)
        ],
    )


@router.get("/lessons/urn", tags=["anyone"])
def urn_lesson(
    first: Annotated[int, Query(ge=1, le=20)] = 10,
    second: Annotated[int, Query(ge=1, le=20)] = 8,
) -> LessonShape:
    """Two districts with so many incidents a day for a visit to find, and a map that learns from visits."""
    districts = Districts(rates=(float(first), float(second)), balls=(1, 1))
    return LessonShape(
        true_share=districts.true_share,
        days=_DAYS,
        runs=_RUNS,
        naive=_urn(districts, corrected=False),
        corrected=_urn(districts, corrected=True),
    )


@lru_cache(maxsize=1_024)
def _urn(districts: Districts, *, corrected: bool) -> UrnShape:
    urns = simulate(districts, corrected=corrected, days=_DAYS, runs=_RUNS)
    return UrnShape(
        mean=urns.mean, middle=_range(urns.middle), beyond_95=urns.beyond(0.95), counts=_counts(urns)
    )


def _counts(urns: Urns) -> list[int]:
    counts = [0] * _BINS
    for share in urns.shares:
        counts[min(int(share * _BINS), _BINS - 1)] += 1
    return counts


def _range(interval: Interval) -> RangeShape:
    return RangeShape(low=interval.low, high=interval.high, level=interval.level)
