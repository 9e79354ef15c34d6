"""Studies of areas of any kind: rates over a denominator, what goes unreported, how a forecast did."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis.hotspots.local import false_discoveries
from latchstring.analysis.hotspots.rates import Comparison, Rates
from latchstring.analysis.hotspots.reporting import Corrected, Membership
from latchstring.analysis.hotspots.scoring import Scores
from latchstring.studies import chart, plots
from latchstring.studies.study import Plot, Shown, Study, between, chance, number, percent

_SHOWN = 30  # rows in a table or a plot for people
_PICKED = (
    "Who picks the largest of many areas after looking has picked chance too; each interval is of one area."
)
_MEMBERS = {Membership.NO: "no", Membership.POSSIBLE: "possible", Membership.CERTAIN: "certain"}


def of_rates(
    found: Rates, shrunk: NDArray[np.float64], beside: Sequence[Comparison], names: Sequence[str]
) -> Study:
    p = np.array([np.nan if each.p is None else each.p for each in beside])
    ratio = np.array([np.nan if each.ratio is None else each.ratio for each in beside])
    above = int(((false_discoveries(p) <= 0.05) & (ratio > 1)).sum())
    said = (
        f"Areas with a higher rate than all others together: {above:,} of {len(names):,}. "
        "Of such areas about one in twenty is wrongly found."
        if above
        else f"We cannot tell that any of {len(names):,} areas has a higher rate than the others."
    )
    order = np.argsort(-np.nan_to_num(found.value, nan=-1), kind="stable").tolist()
    rows = [
        {
            "area": names[n],
            "events": int(found.events[n]),
            "exposure": float(found.exposure[n]),
            "rate": None if not found.known[n] else float(found.value[n]),
            "interval": between(float(found.low[n]), float(found.high[n])),
            "shrunk": None if not found.known[n] else float(shrunk[n]),
            "ratio_to_rest": beside[n].ratio,
            "ratio_interval": beside[n].interval,
            "p": beside[n].p,
        }
        for n in order
    ]
    return Study(
        title="Rates: incidents over exposure",
        finding=said,
        answer={
            "areas": rows,
            "events": int(found.events.sum()),
            "exposure": float(found.exposure.sum()),
            "without_exposure": found.without_exposure,
            "test": beside[0].test,
            "verdict": said,
        },
        full={"rates": found, "shrunk": shrunk, "beside": beside, "names": names},
        tables=(
            Shown(
                title="The highest first",
                head=(
                    "area",
                    "incidents",
                    "exposure",
                    "rate",
                    "from",
                    "to",
                    "over the rest",
                    "from",
                    "to",
                    "p",
                ),
                rows=tuple(
                    (
                        names[n],
                        number(int(found.events[n])),
                        number(float(found.exposure[n])),
                        _small(float(found.value[n])),
                        _small(float(found.low[n])),
                        _small(float(found.high[n])),
                        number(beside[n].ratio),
                        number(beside[n].interval.low),
                        number(beside[n].interval.high),
                        "–" if (p := beside[n].p) is None else chance(p),
                    )
                    for n in order[:_SHOWN]
                ),
            ),
        ),
        plots=(
            plots.of_rows(
                "Rates with their intervals",
                [
                    chart.Estimate(
                        name=names[n],
                        value=float(found.value[n]),
                        low=float(found.low[n]),
                        high=float(found.high[n]),
                    )
                    for n in order[:_SHOWN]
                    if found.known[n]
                ],
                words=f"Incidents for each unit of exposure, of the first {min(_SHOWN, len(names))} areas.",
            ),
        ),
        beware=(_PICKED, *_misfit(found.without_exposure)),
    )


def of_comparison(
    score: Comparison, wald: Comparison, one: tuple[int, float], other: tuple[int, float]
) -> Study:
    low, high = score.interval.low, score.interval.high
    if not score.differs:
        said = "We cannot tell whether the two rates differ."
    elif math.isinf(high):
        said = f"The first rate is {number(low)} times the second or more."
    else:
        said = f"The first rate is {number(low)} to {number(high)} times the second."
    return Study(
        title="Two rates",
        finding=said,
        answer={
            "rates": [events / exposure if exposure else None for events, exposure in (one, other)],
            "ratio": score.ratio,
            "interval": score.interval,
            "e_test_score_p": score.p,
            "e_test_wald_p": wald.p,
            "verdict": said,
        },
        full={"score": score, "wald": wald},
        tables=(
            Shown(
                title="p that two such rates are equal",
                head=("test", "p"),
                rows=tuple((each.test, "–" if each.p is None else chance(each.p)) for each in (score, wald)),
            ),
        ),
        plots=(
            plots.of_one(
                "The first rate over the second",
                "ratio",
                score.ratio,
                score.interval,
                neutral=1.0,
                words="The broken line is two equal rates.",
            ),
        ),
        beware=(
            "The p of the score variant has the pooled variance, that of the wald variant the separate ones "
            "of the paper; with unequal exposures they need not be close.",
        ),
    )


def of_reporting(found: Corrected, among: NDArray[np.int8], worst: int, names: Sequence[str]) -> Study:
    certain, possible = (int((among == kind).sum()) for kind in (Membership.CERTAIN, Membership.POSSIBLE))
    said = (
        f"{certain:,} areas are certainly among the {worst:,} worst, and {possible:,} more may be."
        if certain
        else f"We cannot tell of any area that it is among the {worst:,} worst; {possible:,} may be."
    )
    order = np.argsort(-found.high, kind="stable").tolist()
    rows = [
        {
            "area": names[n],
            "reports": int(found.reports[n]),
            "least": float(found.least[n]),
            "most": float(found.most[n]),
            "interval": [float(found.low[n]), float(found.high[n])],
            "among_worst": _MEMBERS[Membership(int(among[n]))],
        }
        for n in order
    ]
    return Study(
        title="When only some is reported",
        finding=said,
        answer={"areas": rows, "worst": worst, "certain": certain, "possible": possible, "verdict": said},
        full={"result": found, "among": among, "names": names},
        tables=(
            Shown(
                title="True numbers, given the share that is reported and chance",
                head=("area", "reports", "least", "most", "with chance from", "to", "among the worst"),
                rows=tuple(
                    (
                        names[n],
                        number(int(found.reports[n])),
                        number(float(found.least[n]), 1),
                        number(float(found.most[n]), 1),
                        number(float(found.low[n]), 1),
                        number(float(found.high[n]), 1),
                        _MEMBERS[Membership(int(among[n]))],
                    )
                    for n in order[:_SHOWN]
                ),
            ),
        ),
        plots=(
            plots.of_rows(
                "True numbers",
                [
                    chart.Estimate(
                        name=names[n], value=None, low=float(found.low[n]), high=float(found.high[n])
                    )
                    for n in order[:_SHOWN]
                ],
                words="From the lowest to the highest number that fits the reports.",
            ),
        ),
    )


def of_scores(found: Scores, names: Sequence[str]) -> Study:
    intervals = [found.interval(n + 1) for n in range(found.order.size)]
    first = intervals[0]
    said = (
        "We cannot tell whether the forecast's first area does better than knowing nothing."
        if 1 in first
        else f"The forecast's first area caught {number(first.low)} to {number(first.high)} times "
        "the share that so much ground would catch by chance."
    )
    return Study(
        title="How good was the forecast?",
        finding=said,
        answer={
            "areas": [names[n] for n in found.order.tolist()],
            "pai": found.pai,
            "interval": intervals,
            "pei": found.pei,
            "pei_star": found.pei_star,
            "rri": found.rri,
            "events": found.events,
            "verdict": said,
        },
        full=found,
        tables=(
            Shown(
                title=f"{found.events:,} incidents, areas in the order of the forecast",
                head=("up to", "hits", "share of ground", "PAI", "from", "to", "PEI", "RRI"),
                rows=tuple(
                    (
                        names[n],
                        number(int(found.hits[k])),
                        f"{percent(found.area[k], 1)}",
                        number(float(found.pai[k])),
                        number(intervals[k].low),
                        number(intervals[k].high),
                        number(float(found.pei[k])),
                        number(float(found.rri[k])),
                    )
                    for k, n in enumerate(found.order.tolist()[:_SHOWN])
                ),
            ),
        ),
        plots=(
            Plot(
                title="PAI of the first areas",
                svg=chart.bars(
                    [
                        chart.Bar(
                            name=str(k + 1),
                            value=float(found.pai[k]),
                            low=intervals[k].low,
                            high=intervals[k].high,
                        )
                        for k in range(min(_SHOWN, found.order.size))
                    ],
                    level=1.0,
                ),
                words="The broken line is a forecast that knows nothing.",
            ),
        ),
        beware=("Areas with one forecast are taken with fewer incidents first: a tie never flatters.",),
    )


def _small(value: float) -> str:
    return "–" if not np.isfinite(value) else f"{value:.4g}"


def _misfit(areas: int) -> tuple[str, ...]:
    if not areas:
        return ()
    return (f"Areas with incidents and no exposure: {areas:,}. The denominator does not fit.",)
