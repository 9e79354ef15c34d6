"""Carry out the plan of a panel: the counts of each span beside those of the donors."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from latchstring.analysis.impact import did, synthetic_placebo
from latchstring.analysis.impact.did import DifferenceInDifferences
from latchstring.analysis.impact.panel import Panel
from latchstring.analysis.impact.plan import Plan, Specification, Window
from latchstring.analysis.impact.synthetic import Design, Predictor
from latchstring.analysis.impact.synthetic_placebo import SyntheticTest
from latchstring.analysis.impact.verdict import Evidence
from latchstring.analysis.interval import Interval

Days = Mapping[str, Sequence[date]]
"""For each area, the day of each incident; an area without incidents has an empty row."""


@dataclass(frozen=True, kw_only=True)
class SyntheticGap:
    """A synthetic control, in incidents for each span.

    `gap` is the mean difference since the start, `interval` the constant effects that ranks do not reject.
    `measured` and `expected` have a value for each span. `ratios` are root mean squares after over before, of
    the treated area and of each donor in its place; from them comes the rank.
    """

    gap: float
    interval: Interval
    weights: Mapping[str, float]
    measured: tuple[float, ...]
    expected: tuple[float, ...]
    ratios: Mapping[str, float]


def carry_out(
    plan: Plan, donors: Sequence[str], data: Days
) -> tuple[DifferenceInDifferences | SyntheticGap, Evidence, tuple[str, ...]]:
    """The estimate from the counts of each span, what it says, and which predictors could not be met."""
    panel = _panel(plan, (*plan.treated, *donors), data)
    start = plan.before.days // plan.span_days
    if plan.specification is Specification.CHANGES:
        found = did.difference_in_differences(
            panel, outcome=plan.outcome, treated=plan.treated, start=start, level=plan.level
        )
        return found, did.evidence(found), ()
    predictors, left_out = _predictors(plan, panel)
    test = synthetic_placebo.placebo_test(
        panel,
        Design(outcome=plan.outcome, treated=plan.treated[0], start=start, predictors=predictors),
        level=plan.level,
    )
    return _gap(test), synthetic_placebo.evidence(test), left_out


def _panel(plan: Plan, areas: Sequence[str], data: Days) -> Panel:
    """Counts by area and span; spans are numbered from 0."""
    counts = [
        [n for window in (plan.before, plan.after) for n in per_span(window, plan.span_days, data[area])]
        for area in areas
    ]
    return Panel(
        tuple(areas), tuple(range(len(plan.starts))), {plan.outcome: np.array(counts, dtype=np.float64)}
    )


def _predictors(plan: Plan, panel: Panel) -> tuple[tuple[Predictor, ...], tuple[str, ...]]:
    """A predictor that is the same in all areas tells nothing apart: it is left out, and that is said."""
    kept, left_out = [], []
    for window in plan.predictors:
        spans = tuple(i for i, day in enumerate(plan.starts) if day in window)
        if np.ptp(panel.column(plan.outcome)[:, spans].mean(axis=1)):
            kept.append(Predictor(plan.outcome, spans))
        else:
            left_out.append(f"the predictor {window.start} to {window.end} is the same in all areas")
    return tuple(kept), tuple(left_out)


def _gap(test: SyntheticTest) -> SyntheticGap:
    gaps, expected = test.treated.gaps, test.treated.expected
    return SyntheticGap(
        gap=test.treated.mean_gap,
        interval=test.interval,
        weights=test.treated.weights,
        measured=tuple(expected[time] + gap for time, gap in gaps.items()),
        expected=tuple(expected.values()),
        ratios={area: math.sqrt(each) for area, each in test.ranking},
    )


def per_span(window: Window, span_days: int, days: Sequence[date]) -> list[int]:
    """How many of the days lie in each whole span of the window."""
    number = Counter((day - window.start).days // span_days for day in days if day in window)
    return [number[i] for i in range(window.days // span_days)]
