"""Studies of effects: what changed, what changed elsewhere, and whether one can tell."""

from __future__ import annotations

import math

from latchstring.analysis.impact import synthetic_placebo, wdd
from latchstring.analysis.impact.counts import Change
from latchstring.analysis.impact.synthetic_placebo import SyntheticTest
from latchstring.analysis.impact.verdict import Words, verdict
from latchstring.analysis.impact.wdd import WeightedDifference
from latchstring.studies import chart
from latchstring.studies.study import Plot, Shown, Study, chance, number


def of_wdd(found: WeightedDifference) -> Study:
    judged = verdict(wdd.evidence(found))
    return Study(
        title="Weighted displacement difference",
        finding=judged.text,
        answer={
            "wdd": found.wdd,
            "se": found.se,
            "z": found.z,
            "interval": found.interval,
            "verdict": judged.text,
        },
        full={"result": found, "verdict": judged},
        tables=(
            Shown(
                title="Incidents",
                head=("", "before", "after", "change"),
                rows=tuple(
                    (name, number(change.before), number(change.after), number(change.difference))
                    for name, change in _areas(found)
                ),
            ),
            Shown(
                title="Change beyond that of like areas",
                head=("estimate", "standard error", "from", "to", "z", "p if counts vary by pure chance"),
                rows=(
                    (
                        number(found.wdd),
                        number(found.se),
                        number(found.interval.low),
                        number(found.interval.high),
                        number(found.z),
                        chance(found.p),
                    ),
                ),
            ),
        ),
    )


def of_synthetic(found: SyntheticTest, outcome: str) -> Study:
    treated, rank = found.treated, found.rank
    words = Words(outcome=outcome, intervention="the measure", area=f"in {treated.treated}")
    judged = verdict(synthetic_placebo.evidence(found), words)
    measured = [(time, treated.expected[time] + gap) for time, gap in treated.gaps.items()]
    at_work = {unit: share for unit, share in treated.weights.items() if share >= 0.0005}
    return Study(
        title=f"{outcome} of {treated.treated} and of its synthetic control",
        finding=judged.text,
        answer={
            "weights": treated.weights,
            "gaps": treated.gaps,
            "rmspe_ratio": math.sqrt(treated.mspe_ratio),
            "rank": rank.rank,
            "of": rank.of,
            "p": rank.p,
            "verdict": judged.text,
        },
        full={
            "result": found,
            "mspe_ratio": treated.mspe_ratio,
            "mean_gap": treated.mean_gap,
            "ranking": found.ranking,
            "verdict": judged,
        },
        tables=(
            Shown(
                title="What the synthetic control is made of",
                head=("unit", "share"),
                rows=tuple(
                    (unit, number(share, 3))
                    for unit, share in sorted(at_work.items(), key=lambda each: -each[1])
                ),
            ),
            Shown(
                title="Gaps after the start over gaps before it, mean squares",
                head=("unit", "ratio"),
                rows=tuple((unit, number(ratio, 1)) for unit, ratio in found.ranking[:8]),
            ),
        ),
        plots=(
            Plot(
                title="Measured and synthetic",
                svg=chart.lines(
                    [
                        chart.Line(name=treated.treated, points=measured),
                        chart.Line(name="synthetic", points=list(treated.expected.items()), dashed=True),
                    ],
                    mark=treated.start,
                ),
                words=f"{outcome} over time, as measured and as expected from the other units",
            ),
            Plot(
                title="The gap, and the same for each unit in its place",
                svg=chart.lines(
                    [chart.Line(name=treated.treated, points=list(treated.gaps.items()))],
                    faint=[
                        chart.Line(name=unit, points=list(each.gaps.items()))
                        for unit, each in found.placebos.items()
                    ],
                    mark=treated.start,
                ),
                words=f"Rank {rank.rank} of {rank.of} by the ratio of gaps",
            ),
        ),
        beware=(
            "The choice of predictors, donors and times can move the result. Only a plan locked before "
            "the outcome was read shows that none was picked for its answer.",
        ),
    )


def _areas(found: WeightedDifference) -> list[tuple[str, Change]]:
    named = {
        "treated": found.treated,
        "control": found.control,
        "displacement": found.displacement_treated,
        "control of displacement": found.displacement_control,
    }
    return [(name, change) for name, change in named.items() if change is not None]
