"""Carry out a locked plan, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from latchstring.analysis.impact import panel_study, ratio, wdd
from latchstring.analysis.impact.counts import Change
from latchstring.analysis.impact.did import DifferenceInDifferences
from latchstring.analysis.impact.dispersion import Dispersion, dispersion
from latchstring.analysis.impact.panel_study import Days, SyntheticGap, per_span
from latchstring.analysis.impact.placebo import Rank, rank_among
from latchstring.analysis.impact.plan import (
    Choice,
    Criterion,
    Lock,
    Plan,
    Specification,
    check_may_read,
    check_unchanged,
)
from latchstring.analysis.impact.power import Detectable
from latchstring.analysis.impact.selection import chosen_among, worst_of
from latchstring.analysis.impact.verdict import Evidence, Verdict, Words, verdict
from latchstring.base.errors import BadInput

LEAST_TO_SHRINK = 2  # donors from which the mean and variance of like areas can be taken
UNKNOWN_FIELD = 10  # areas among which the worst is taken to have been chosen, where none are known


Estimate = wdd.WeightedDifference | ratio.RateRatio | DifferenceInDifferences | SyntheticGap


class MissingArea(BadInput):
    """The data lack an area of the plan."""


@dataclass(frozen=True, kw_only=True)
class StudyResult:
    """What the locked plan found, with everything that was not as planned.

    `unused` counts incidents that lie in neither window. `rank` is None where the plan tests by variation;
    `dispersion` is None where no incident was counted that could show any.
    """

    digest: str
    estimate: Estimate
    rank: Rank | None
    dispersion: Dispersion | None
    expected_drop: float | None
    detectable: Detectable
    deviations: tuple[str, ...]
    unused: int
    verdict: Verdict


def study(locked: Lock | None, plan: Plan, data: Days, *, read_on: date) -> StudyResult:
    """Check the lock, count, estimate, test and judge."""
    held = check_may_read(locked, read_on=read_on)
    check_unchanged(held, plan)
    for area in (*plan.treated, *plan.control, *plan.displacement_treated, *plan.displacement_control):
        if area not in data:
            raise MissingArea(f"the data lack {area}; an area without incidents needs an empty row")
    donors = [area for area in plan.donors if area in data]
    deviations = tuple(f"there are no data of the donor {area}" for area in plan.donors if area not in data)

    spread = _dispersion(plan, data)
    treated, control = _change(plan, plan.treated, data), _change(plan, plan.control, data)
    others = [_change(plan, (donor,), data) for donor in donors]
    estimate: Estimate
    if plan.specification.is_of_panel:
        if len(donors) < plan.least_donors:
            raise MissingArea(f"the data have {len(donors)} of the donors; it takes {plan.least_donors}")
        estimate, known, left_out = panel_study.carry_out(plan, donors, data)
        deviations += left_out
        rank = known.test if isinstance(known.test, Rank) else None
    else:
        estimate, known = _estimate(plan, treated, control, data, spread)
        rank = _rank(plan, treated, others, control) if plan.test is Criterion.RANK and others else None
    drop = _expected_drop(plan, treated, others)
    known = replace(
        known,
        test=rank or known.test,
        expected_drop=drop,
        detectable=plan.detectable(),
        deviations=deviations,
    )
    return StudyResult(
        digest=held.digest,
        estimate=estimate,
        rank=rank,
        dispersion=spread,
        expected_drop=drop,
        detectable=plan.detectable(),
        deviations=deviations,
        unused=_unused(plan, data),
        verdict=verdict(known, Words(outcome=plan.outcome, intervention=plan.intervention)),
    )


def _estimate(
    plan: Plan, treated: Change, control: Change, data: Days, spread: Dispersion | None
) -> tuple[Estimate, Evidence]:
    factor = spread or 1.0
    if plan.specification is Specification.RATIO:
        found = ratio.rate_ratio(treated=treated, control=control, dispersion=factor, level=plan.level)
        return found, ratio.evidence(found)
    moved = bool(plan.displacement_treated)
    difference = wdd.wdd(
        control=control,
        treated=treated,
        displacement_control=_change(plan, plan.displacement_control, data) if moved else None,
        displacement_treated=_change(plan, plan.displacement_treated, data) if moved else None,
        time_weights=_lengths(plan),
        dispersion=factor,
        level=plan.level,
    )
    return difference, wdd.evidence(difference)


def _lengths(plan: Plan) -> wdd.TimeWeights:
    return wdd.TimeWeights(1.0, plan.after.days / plan.before.days)


def _change(plan: Plan, areas: Sequence[str], data: Days) -> Change:
    days = [day for area in areas for day in data[area]]
    return Change(sum(day in plan.before for day in days), sum(day in plan.after for day in days))


def _rank(plan: Plan, treated: Change, donors: Sequence[Change], control: Change) -> Rank:
    """Areas are ranked by their difference to the control in standard errors, so that sizes may differ."""

    def size(change: Change) -> float:
        if change == control == Change(0, 0):
            return 0.0
        return wdd.wdd(control=control, treated=change, time_weights=_lengths(plan)).z

    return rank_among(size(treated), [size(donor) for donor in donors])


def _unused(plan: Plan, data: Days) -> int:
    used = (plan.before, plan.after)
    return sum(not any(day in window for window in used) for days in data.values() for day in days)


def _dispersion(plan: Plan, data: Days) -> Dispersion | None:
    """From the spans of both windows, over all areas whose counts enter the estimate."""
    series = []
    for areas in (plan.treated, plan.control, plan.displacement_treated, plan.displacement_control):
        for window in (plan.before, plan.after):
            counts = per_span(window, plan.span_days, [day for area in areas for day in data[area]])
            if sum(counts):
                series.append(counts)
    return dispersion(series, plan.level) if series else None


def _expected_drop(plan: Plan, treated: Change, donors: Sequence[Change]) -> float | None:
    """By which share the treated area falls by itself; None where its choice gives no cause."""
    chosen_by_baseline = plan.selected is not None and plan.selected.overlaps(plan.before)
    if plan.choice is not Choice.FOR_ITS_COUNTS or not chosen_by_baseline or not treated.before:
        return None
    if len(donors) < LEAST_TO_SHRINK:
        return worst_of(UNKNOWN_FIELD, treated.before).expected
    return max(0.0, chosen_among([treated.before, *(each.before for each in donors)], 0).expected_drop)
