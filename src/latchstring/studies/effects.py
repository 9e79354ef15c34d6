"""Studies of effects: what changed, what changed elsewhere, and whether one can tell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from latchstring.analysis.impact import did, rate_difference, ratio, synthetic_placebo, wdd
from latchstring.analysis.impact.counts import NOTHING, Change
from latchstring.analysis.impact.did import DifferenceInDifferences
from latchstring.analysis.impact.placebo import Rank, rank_among
from latchstring.analysis.impact.power import Detectable
from latchstring.analysis.impact.rate_difference import RateDifference
from latchstring.analysis.impact.ratio import RateRatio
from latchstring.analysis.impact.synthetic import BadDesign, Synthetic
from latchstring.analysis.impact.synthetic_placebo import SyntheticTest
from latchstring.analysis.impact.synthetic_power import DetectableEffect
from latchstring.analysis.impact.verdict import Words, verdict
from latchstring.analysis.impact.wdd import TimeWeights, WeightedDifference
from latchstring.analysis.interval import Interval
from latchstring.studies import chart, plots, synthetic_power, synthetic_search
from latchstring.studies.study import Plot, Shown, Study, between, chance, number


def rank_of_wdd(found: WeightedDifference, placebos: Sequence[Change], times: TimeWeights) -> Rank:
    """By the difference to the control in standard errors, so that areas may differ in size."""

    def size(change: Change) -> float:
        if change == found.control == NOTHING:
            return 0.0
        return wdd.wdd(control=found.control, treated=change, time_weights=times).z

    return rank_among(size(found.treated), [size(each) for each in placebos])


def of_wdd(
    found: WeightedDifference, *, rank: Rank | None = None, detectable: Detectable | None = None
) -> Study:
    judged = verdict(wdd.evidence(found, rank=rank, detectable=detectable))
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
        full={"result": found, "rank": rank, "detectable": detectable, "verdict": judged},
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
                head=("estimate", "standard error", "from", "to", "z", _p_of(found.freedom)),
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
        plots=(
            plots.of_one(
                "Change beyond that of like areas",
                "all together",
                found.wdd,
                found.interval,
                neutral=0.0,
                words="The broken line is no change at all.",
            ),
        ),
    )


def of_ratio(found: RateRatio) -> Study:
    judged = verdict(ratio.evidence(found))
    change = found.change_interval
    return Study(
        title="The change beyond that of the control, in percent",
        finding=judged.text,
        answer={
            "ratio": found.ratio,
            "interval": found.interval,
            "change": found.change,
            "change_interval": change,
            "raw_change": found.raw_change,
            "log_se": found.log_se,
            "p": found.p,
            "dispersion": found.dispersion,
            "half_added": found.half_added,
            "verdict": judged.text,
        },
        full={"result": found, "verdict": judged},
        tables=(
            Shown(
                title="Treated over control",
                head=("ratio", "from", "to", _p_of(found.freedom)),
                rows=(
                    (
                        number(found.ratio),
                        number(found.interval.low),
                        number(found.interval.high),
                        chance(found.p),
                    ),
                ),
            ),
        ),
        plots=(
            plots.of_one(
                "Change in percent",
                "beyond the control",
                100 * found.change,
                Interval(100 * change.low, 100 * change.high),
                neutral=0.0,
                words="The broken line is no change at all.",
            ),
        ),
        beware=("A count was 0; half an incident was added to each of the four.",)
        if found.half_added
        else (),
    )


def of_rate_difference(found: RateDifference, *, treated: Change, control: Change) -> Study:
    judged = verdict(rate_difference.evidence(found, treated=treated, control=control))
    neutral = 1.0 if found.link == "log" else 0.0
    return Study(
        title="Difference in differences of counts",
        finding=judged.text,
        answer={
            "effect": found.effect,
            "interval": found.interval,
            "se": found.se,
            "p": found.p,
            "dispersion": found.dispersion,
            "alpha": found.alpha,
            "link": found.link,
            "errors": found.errors,
            "verdict": judged.text,
        },
        full={"result": found, "verdict": judged},
        tables=(
            Shown(
                title="Ratio of rates" if found.link == "log" else "Incidents for each area and period",
                head=("effect", "from", "to", "p"),
                rows=(
                    (
                        number(found.effect),
                        number(found.interval.low),
                        number(found.interval.high),
                        chance(found.p),
                    ),
                ),
            ),
        ),
        plots=(
            plots.of_one(
                "The effect",
                "treated beside the others",
                found.effect,
                found.interval,
                neutral=neutral,
                words="The broken line is no effect.",
            ),
        ),
    )


def of_did(found: DifferenceInDifferences, outcome: str, treated: Sequence[str]) -> Study:
    words = Words(outcome=outcome, intervention="the measure", area=f"in {', '.join(treated)}")
    judged = verdict(did.evidence(found), words)
    low, high = found.interval.low, found.interval.high
    return Study(
        title=f"Difference in differences of {outcome}",
        finding=judged.text,
        answer={
            "estimate": found.estimate,
            "interval": between(low, high),
            "rank": found.rank.rank,
            "of": found.rank.of,
            "p": found.rank.p,
            "measured": found.measured,
            "expected": found.expected,
            "verdict": judged.text,
        },
        full={"result": found, "verdict": judged},
        tables=(
            Shown(
                title="Treated units beside the others",
                head=("estimate", "from", "to", "rank", "of", "p"),
                rows=(
                    (
                        number(found.estimate),
                        number(low),
                        number(high),
                        number(found.rank.rank),
                        number(found.rank.of),
                        chance(found.rank.p),
                    ),
                ),
            ),
        ),
        plots=(
            plots.of_one(
                "The difference",
                ", ".join(treated),
                found.estimate,
                found.interval,
                neutral=0.0,
                words="The broken line is no difference.",
            ),
        ),
    )


def of_synthetic(
    found: SyntheticTest,
    outcome: str,
    detectable: DetectableEffect,
    without: Mapping[str, Synthetic] | None = None,
    again: Synthetic | None = None,
) -> Study:
    treated, rank = found.treated, found.rank
    if not treated.mspe_ratio:
        raise BadDesign(f"after the start {treated.treated} runs just as its mix: there is no gap to rank")
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
            "detectable": detectable,
            "without": without,
            "another_seed": again,
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
                rows=tuple((unit, number(times, 1)) for unit, times in found.ranking[:8]),
            ),
            synthetic_power.shown(detectable, outcome),
            *_left_out(without),
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
            *synthetic_search.beware(treated, again),
            *synthetic_power.beware(detectable),
        ),
    )


def _left_out(without: Mapping[str, Synthetic] | None) -> tuple[Shown, ...]:
    if without is None:
        return ()
    rows = tuple((unit, number(each.mean_gap), number(each.mspe_ratio, 1)) for unit, each in without.items())
    return (Shown(title="Without each unit that has a share", head=("unit", "mean gap", "ratio"), rows=rows),)


def _p_of(freedom: float) -> str:
    return "p if counts vary by pure chance" if math.isinf(freedom) else "p"


def _areas(found: WeightedDifference) -> list[tuple[str, Change]]:
    named = {
        "treated": found.treated,
        "control": found.control,
        "displacement": found.displacement_treated,
        "control of displacement": found.displacement_control,
    }
    return [(name, change) for name, change in named.items() if change is not None]
