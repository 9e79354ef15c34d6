"""Studies of decisions about people, as they are shown."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis.bias import shares, words
from latchstring.analysis.bias.agreement import ENOUGH, Agreement
from latchstring.analysis.bias.clusters import ClusteredRatio
from latchstring.analysis.bias.detector import DetectorAudit
from latchstring.analysis.bias.funnel import Audit
from latchstring.analysis.bias.shares import Share
from latchstring.analysis.bias.stops import Outcomes, Veil
from latchstring.analysis.bias.strata import Stratified
from latchstring.analysis.guard.sources import Source
from latchstring.analysis.guard.urn import Urns
from latchstring.analysis.interval import Interval, around
from latchstring.studies import chart, plots
from latchstring.studies.study import Plot, Shown, Study, chance, number

_READINGS = {
    "agreement": "The coders agree well enough to conclude from their labels.",
    "tentative": "The coders agree well enough for tentative conclusions only.",
    "no conclusion": "We cannot tell whether the coders agree well enough to conclude anything.",
}
_WILSON = "Each share with its interval (Wilson)."


def of_share(share: Share, benchmark: float | None) -> Study:
    between = shares.wilson(share)
    p = None if benchmark is None else shares.against(share, benchmark)
    counted = f"{share.hits:,} of {share.of:,} are {_percent(share.value)}"
    said = f"{counted}: {_percents(between)} allowing for chance."
    if benchmark is not None and p is not None:
        differs = "That differs" if p <= 0.05 else "We cannot tell that"
        said += f" {differs} from {_percent(benchmark)} (p {chance(p)})."
    answer = {"share": share.value, "hits": share.hits, "of": share.of, "interval": between, "p": p}
    return Study(
        title="A share",
        finding=said,
        answer=answer,
        full=answer,
        plots=(plots.of_one("The share", "counted", share.value, between, words=_WILSON, neutral=benchmark),),
        beware=() if benchmark is not None else (words.NO_BENCHMARK,),
    )


def of_comparison(one: Share, other: Share, level: float) -> Study:
    apart, times = shares.difference(one, other, level), shares.ratio(one, other, level)
    said = words.compare("the first group", one, "the second", other, "are counted", level)
    answer = {
        "shares": [one.value, other.value],
        "intervals": [shares.wilson(one, level), shares.wilson(other, level)],
        "difference": one.value - other.value,
        "difference_interval": apart,
        "ratio": one.value / other.value if other.hits else None,
        "ratio_interval": times,
        "finding": said.finding,
    }
    return Study(
        title="Two shares",
        finding=said.text,
        answer=answer,
        full=answer,
        plots=(
            plots.of_rows(
                "Both shares",
                [
                    plots.row("the first group", one.value, shares.wilson(one, level)),
                    plots.row("the second", other.value, shares.wilson(other, level)),
                ],
                words=_WILSON,
            ),
        ),
    )


def of_strata(found: Stratified, one: str, other: str) -> Study:
    between = found.common.interval
    if 1 in between:
        judged = "We cannot tell whether the groups differ within like cases."
    elif math.isinf(between.high):
        judged = f"Within like cases the odds of {one} are {between.low:.2f} times those of {other} or more."
    else:
        judged = f"Within like cases the odds of {one} are {_range(between)} times those of {other}."
    return Study(
        title=f"{one} and {other}, within like cases",
        finding=f"{words.HIDDEN_BY_STRATA} {judged}" if found.turns else judged,
        answer={
            "crude_odds_ratio": found.crude.value,
            "odds_ratio": found.common.value,
            "interval": between,
            "chi2": found.chi2,
            "p": found.p,
            "homogeneity_p": found.same_p,
            "reverses": found.turns,
        },
        full=found,
        tables=(
            Shown(
                title=f"Odds of {one} over {other}: {found.cases:,} cases in {found.strata:,} strata",
                head=("", "odds ratio", "from", "to", "difference of shares"),
                rows=(
                    _odds(
                        "all cases together", found.crude.value, found.crude.interval, found.crude_difference
                    ),
                    _odds("within strata", found.common.value, between, found.common_difference),
                ),
            ),
        ),
        plots=(
            plots.of_rows(
                f"Odds of {one} over {other}",
                [
                    plots.row("all cases together", found.crude.value, found.crude.interval),
                    plots.row("within strata", found.common.value, between),
                ],
                words="The odds ratio with its interval, before and within strata; the upright line is no "
                "difference.",
                neutral=1,
            ),
        ),
        beware=(
            ("The strata do not share one odds ratio, so look at each of them.",)
            if found.same_p <= 0.05
            else ()
        ),
    )


def of_agreement(found: Agreement) -> Study:
    return Study(
        title="Do the coders agree?",
        finding=(
            f"Krippendorff's alpha ({found.scale}) is {found.alpha:.3f}, {found.interval.low:.2f} to "
            f"{found.interval.high:.2f} allowing for chance. {_READINGS[found.reading]}"
        ),
        answer={
            "alpha": found.alpha,
            "interval": found.interval,
            "scale": found.scale,
            "coders": found.coders,
            "units": found.units,
            "reading": found.reading,
        },
        full=found,
        plots=(
            plots.of_one(
                "Agreement",
                found.scale,
                found.alpha,
                found.interval,
                words="Krippendorff's alpha with its interval; the upright line is what it takes to "
                "conclude.",
                neutral=ENOUGH,
            ),
        ),
        beware=(f"{found.alone:,} labels were left out: nobody else has labelled the same.",)
        if found.alone
        else (),
    )


def of_clusters(found: ClusteredRatio) -> Study:
    between = found.interval
    if between is None:
        said = f"We cannot tell: {found.why_open}."
    elif 1 in between:
        said = f"{_times(between)} We cannot tell whether the groups differ."
    else:
        said = f"{_times(between)} The groups differ beyond chance."
    return Study(
        title="Two groups, with cases in clusters",
        finding=said,
        answer={
            "ratio": found.value,
            "interval": between,
            "interval_if_independent": found.as_if_independent,
            "design_effect": found.design_effect,
            "clusters": found.clusters,
        },
        full=found,
        plots=(
            plots.of_rows(
                "The ratio of the shares",
                [
                    plots.row(name, found.value, each)
                    for name, each in (
                        ("clusters drawn anew", between),
                        ("as if cases were independent: too short", found.as_if_independent),
                    )
                    if each is not None
                ],
                words="The ratio with its interval; of independent cases it would be shorter. The upright "
                "line is no difference.",
                neutral=1,
            ),
        ),
    )


def of_audit(found: Audit) -> Study:
    rows = tuple(
        (
            f"{step.start} → {step.end}",
            step.group,
            _of(step.share),
            _percents(step.share_interval),
            _of(step.reference_share),
            _percents(step.reference_interval),
            _range(step.ratio),
        )
        for step in found.steps
    )
    cautions = dict.fromkeys(each for step in found.steps for each in step.beware)
    level = next((_level(step.share_interval) for step in found.steps if step.share_interval), "interval")
    ratios = [
        plots.row(
            f"{step.start} → {step.end}: {step.group}",
            _over(step.share, step.reference_share),
            step.ratio,
        )
        for step in found.steps
        if step.ratio is not None
    ]
    return Study(
        title=f"Audit: {', '.join(found.stages)}",
        finding=" ".join(step.said.text for step in found.steps),
        answer={
            "reference": found.reference,
            "steps": [
                {
                    "from": step.start,
                    "to": step.end,
                    "group": step.group,
                    "share": None if step.share is None else step.share.value,
                    "interval": step.share_interval,
                    "reference_share": None if step.reference_share is None else step.reference_share.value,
                    "reference_interval": step.reference_interval,
                    "difference": step.difference,
                    "ratio": step.ratio,
                    "finding": step.said.finding,
                    "reverses": step.within is not None and step.within.turns,
                }
                for step in found.steps
            ],
        },
        full=found,
        tables=(
            Shown(
                title=f"Each step beside {found.reference}",
                head=("step", "group", "share", level, found.reference, level, "ratio"),
                rows=rows,
            ),
        ),
        plots=(
            plots.of_rows(
                f"Shares over those of {found.reference}",
                ratios,
                words="The ratio of each step with its interval; the upright line is no difference. Groups "
                "with too few cases have none.",
                neutral=1,
            ),
        )
        if ratios
        else (),
        beware=(*cautions, words.INFRA_MARGINAL),
    )


def of_detector(found: DetectorAudit) -> Study:
    return Study(
        title="What a detector misses, by group",
        finding=found.said.text,
        answer={
            "groups": {
                each.group: {"missed": each.share.value, "of": each.share.of, "interval": each.interval}
                for each in found.groups
            },
            "overall": {"missed": found.overall.share.value, "interval": found.overall.interval},
            "difference": found.difference,
            "ratio": found.ratio,
            "finding": found.said.finding,
        },
        full=found,
        plots=(
            plots.of_rows(
                "Shares of faces missed",
                [
                    plots.row(each.group, each.share.value, each.interval)
                    for each in (*found.groups, found.overall)
                ],
                words=_WILSON,
            ),
        ),
        tables=(
            Shown(
                title="Missed faces",
                head=("group", "missed", "of", "share", _level(found.overall.interval)),
                rows=tuple(
                    (
                        each.group,
                        number(each.share.hits),
                        number(each.share.of),
                        _percent(each.share.value),
                        _percents(each.interval),
                    )
                    for each in (*found.groups, found.overall)
                ),
            ),
        ),
    )


def of_outcomes(found: Outcomes) -> Study:
    return Study(
        title="Outcome test",
        finding=found.said.text,
        answer={
            "shares": [found.one.value, found.other.value],
            "intervals": [found.one_interval, found.other_interval],
            "difference": found.difference,
            "ratio": found.ratio,
            "finding": found.said.finding,
            "caveat": found.beware[0],
        },
        full=found,
        plots=(
            plots.of_rows(
                "Shares of hits",
                [
                    plots.row("the first group", found.one.value, found.one_interval),
                    plots.row("the second", found.other.value, found.other_interval),
                ],
                words=_WILSON,
            ),
        ),
        beware=found.beware,
    )


def of_veil(found: Veil) -> Study:
    return Study(
        title="Veil of darkness",
        finding=found.said.text,
        answer={
            "odds_ratio": found.odds.value,
            "interval": found.odds.interval,
            "p": found.within.p,
            "hours": found.within.strata,
            "finding": found.said.finding,
            "caveat": found.beware[0],
        },
        full=found,
        plots=(
            plots.of_one(
                "Odds by daylight over those in the dark",
                "at the same time of the clock",
                found.odds.value,
                found.odds.interval,
                words="The odds ratio with its interval; the upright line is no difference.",
                neutral=1,
            ),
        ),
        beware=found.beware,
    )


def of_weights(sources: Sequence[Source], weights: NDArray[np.float64], level: float) -> Study:
    total = float(weights.sum())
    inside = around(total, float(np.sqrt((weights**2).sum())), level)
    visits = sum(each is Source.VISIT for each in sources)
    said = (
        f"{len(sources):,} incidents, of which {visits:,} were found on visits, stand for "
        f"{number(total, 1)}: "
        f"{number(max(0.0, inside.low), 1)} to {number(inside.high, 1)} allowing for chance."
    )
    return Study(
        title="How much each incident counts",
        finding=said,
        answer={
            "incidents": len(sources),
            "visits": visits,
            "total": total,
            "interval": [max(0.0, inside.low), inside.high],
            "weights": weights,
        },
        full={"sources": sources, "weights": weights},
        plots=(
            Plot(
                title="What they stand for, by source",
                svg=chart.bars(
                    [
                        chart.Bar(
                            name=source.value,
                            value=float(
                                sum(w for each, w in zip(sources, weights, strict=True) if each is source)
                            ),
                        )
                        for source in Source
                        if source in sources
                    ]
                ),
                words="The sum of the weights of the incidents that came from each source.",
            ),
        ),
        beware=(
            "The probabilities of visits are taken as given. Where they are wrong, so is everything after.",
        )
        if visits
        else (),
    )


def of_urns(naive: Urns, corrected: Urns) -> Study:
    def said(name: str, urns: Urns) -> tuple[str, ...]:
        return (
            name,
            _percent(urns.mean),
            _percents(urns.middle),
            _percent(urns.beyond(0.95)),
        )

    return Study(
        title="The lesson of the two districts",
        finding=(
            f"The first district has {_percent(naive.true_share)} of all incidents. A map that sends patrols "
            f"and learns from what they find ends by giving it {_percent(naive.mean)} on average; one that "
            f"corrects for its own visits, {_percent(corrected.mean)}."
        ),
        answer={
            "true_share": naive.true_share,
            "naive": {"mean": naive.mean, "interval": naive.middle, "beyond_95": naive.beyond(0.95)},
            "corrected": {
                "mean": corrected.mean,
                "interval": corrected.middle,
                "beyond_95": corrected.beyond(0.95),
            },
        },
        full={"naive": naive, "corrected": corrected},
        plots=(
            plots.of_rows(
                "Share of the first district at the end",
                [
                    plots.row("naive", naive.mean, naive.middle),
                    plots.row("corrected", corrected.mean, corrected.middle),
                ],
                words="The mean of all runs and where nine of ten end; the upright line is its share of all "
                "incidents.",
                neutral=naive.true_share,
            ),
        ),
        tables=(
            Shown(
                title="Share of the first district at the end",
                head=("", "mean", "nine of ten runs", "runs in which one district has over 95 %"),
                rows=(said("naive", naive), said("corrected", corrected)),
            ),
        ),
    )


def _over(one: Share | None, other: Share | None) -> float | None:
    return one.value / other.value if one is not None and other is not None and other.hits else None


def _odds(name: str, value: float, between: Interval, apart: float) -> tuple[str, ...]:
    return name, number(value), number(between.low), number(between.high), f"{apart * 100:+.1f} points"


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"


def _percents(between: Interval | None) -> str:
    return "–" if between is None else f"{between.low * 100:.1f} to {between.high * 100:.1f} %"


def _level(between: Interval) -> str:
    return f"{100 * between.level:g} %"


def _of(share: Share | None) -> str:
    return "–" if share is None else f"{share.hits:,} of {share.of:,}"


def _range(between: Interval | None) -> str:
    if between is None:
        return "–"
    high = "any" if math.isinf(between.high) else f"{between.high:.2f}"
    return f"{between.low:.2f} to {high}"


def _times(between: Interval) -> str:
    return f"The share of the first group is {_range(between)} times that of the second, clusters drawn anew."
