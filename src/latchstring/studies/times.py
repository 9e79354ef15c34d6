"""Studies of stretches of time: the busiest days, the hours, somewhere for some time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from latchstring.analysis.hotspots.aoristic import DAY, Aoristic
from latchstring.analysis.hotspots.naus import BusiestWindow
from latchstring.analysis.hotspots.space_time import SpaceTimeScan
from latchstring.studies import chart, plots
from latchstring.studies.chart import Bar
from latchstring.studies.study import Plot, Shown, Study, chance, number, percent

_EPOCH = dt.date(1970, 1, 1).toordinal()
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MOST_IT_CAN_BE = (
    "Each cluster was picked for being high, so its ratio is the most it can be; its p allows for that."
)


def of_naus(ours: float, theirs: float, asked: Mapping[str, float]) -> Study:
    said = (
        "Chance alone rarely has a window as busy."
        if ours <= 0.05
        else "We cannot tell the busiest window from chance."
    )
    return Study(
        title="The busiest window of a time",
        finding=said,
        answer={"p": ours, "scanw_p": theirs, **asked, "verdict": said},
        full={"p": ours, "scanw_p": theirs, **asked},
        tables=(
            Shown(
                title=f"P of {asked['observed']:g} or more in some window, {asked['mean']:g} expected",
                head=("reading", "p"),
                rows=(
                    ("Naus 1982, with all its terms", f"{ours:.6g}"),
                    (f"scanw of ptools, k = {asked['k']:g}", f"{theirs:.6g}"),
                ),
            ),
        ),
        plots=(
            plots.of_bars(
                "How often chance has a window as busy",
                [Bar(name="Naus 1982", value=100 * ours), Bar(name="scanw", value=100 * theirs)],
                level=5.0,
                words="In percent. Below the broken line, 5 %, it is called rare.",
            ),
        ),
    )


def of_busiest(found: BusiestWindow, *, dated: bool, chosen: bool) -> Study:
    def when(day: int) -> str:
        return _date(day, dated=dated)

    said = (
        "The busiest stretch of days is busier than chance makes some stretch."
        if found.drawn_p <= 0.05
        else "We cannot tell the busiest stretch of days from chance."
    )
    return Study(
        title=f"The busiest stretch: {when(found.first)} to {when(found.last)}",
        finding=said,
        answer={
            "first": when(found.first),
            "last": when(found.last),
            "observed": found.observed,
            "expected": found.expected,
            "events": found.events,
            "p": found.p,
            "drawn_p": found.drawn_p,
            "error": found.error,
            "drawn": found.drawn,
            "verdict": said,
        },
        full=found,
        tables=(
            Shown(
                title=f"{found.events:,} incidents",
                head=("observed", "if even", "p of Naus", "p drawn", "its error"),
                rows=(
                    (
                        number(found.observed),
                        number(found.expected, 1),
                        chance(found.p),
                        chance(found.drawn_p),
                        f"{found.error:.4f}",
                    ),
                ),
            ),
        ),
        plots=(
            plots.of_bars(
                "The busiest stretch beside an even one",
                [Bar(name="busiest", value=found.observed), Bar(name="if even", value=found.expected)],
                words="Incidents in as many days. The busiest of many is above an even one by chance too.",
            ),
        ),
        beware=(
            "A season makes a busy stretch too; the test compares with days that are all alike.",
            *(
                ()
                if chosen
                else (
                    "The study was taken to run from the first incident to the last; give --first and --last "
                    "if it began earlier or ended later.",
                )
            ),
        ),
    )


def of_space_time(found: SpaceTimeScan, *, dated: bool) -> Study:
    def when(day: int) -> str:
        return _date(day, dated=dated)

    surest = min((each.p for each in found.clusters), default=1.0)
    said = (
        "Somewhere, for some time, there were more incidents than chance puts anywhere."
        if surest <= 0.05
        else "We cannot tell any place and time from chance."
    )
    return Study(
        title="Space-time scan",
        finding=said,
        answer={
            "model": found.model,
            "events": found.events,
            "cylinders": found.cylinders,
            "drawn": found.drawn,
            "clusters": [
                {**vars(each), "first_day": when(each.first_day), "last_day": when(each.last_day)}
                for each in found.clusters
            ],
            "verdict": said,
        },
        full=found,
        tables=(
            Shown(
                title=f"{found.events:,} incidents, {found.cylinders:,} circles and times looked at",
                head=("x, y", "radius", "days", "observed", "expected", "p", "its error"),
                rows=tuple(
                    (
                        f"{each.x:,.0f}, {each.y:,.0f}",
                        f"{each.radius:g} m",
                        f"{when(each.first_day)} to {when(each.last_day)}",
                        number(each.observed),
                        number(each.expected, 1),
                        chance(each.p),
                        f"{each.error:.4f}",
                    )
                    for each in found.clusters
                ),
            ),
        ),
        plots=(
            plots.of_rows(
                "Observed beside what was expected",
                [
                    chart.Estimate(
                        name=f"{each.radius:g} m, from {when(each.first_day)} on",
                        value=each.observed,
                        low=min(each.expected, each.observed),
                        high=max(each.expected, each.observed),
                    )
                    for each in found.clusters
                ],
                words="Dots are what was observed; the bar leads from what was expected.",
            ),
        )
        if found.clusters
        else (),
        beware=(_MOST_IT_CAN_BE,),
    )


def of_aoristic(found: Aoristic) -> Study:
    even = 1 / found.cycle
    above = [hour for hour in range(found.cycle) if found.share_low[hour] > even]
    said = (
        f"Hours with more than an even share, each taken by itself: {len(above)} of {found.cycle}."
        if above
        else "We cannot tell any hour from an even share."
    )
    rows = [
        {
            "hour": _hour(hour, found.cycle),
            "weight": float(found.weights[hour]),
            "share": float(found.share[hour]),
            "interval": [float(found.share_low[hour]), float(found.share_high[hour])],
        }
        for hour in range(found.cycle)
    ]
    return Study(
        title="The hours of what happened between two times",
        finding=said,
        answer={
            "events": found.events,
            "within_an_hour": found.within_an_hour,
            "whole_cycle": found.whole_cycle,
            "hours": rows,
            "verdict": said,
        },
        full=found,
        tables=(
            Shown(
                title=f"{found.events:,} incidents, counted in parts",
                head=("hour", "incidents", "share", "from", "to"),
                rows=tuple(
                    (
                        _hour(hour, found.cycle),
                        number(float(found.weights[hour]), 1),
                        f"{percent(found.share[hour], 1)}",
                        f"{percent(found.share_low[hour], 1)}",
                        f"{percent(found.share_high[hour], 1)}",
                    )
                    for hour in range(found.cycle)
                ),
            ),
        ),
        plots=(
            Plot(
                title="Share of each hour",
                svg=chart.bars(
                    [
                        chart.Bar(
                            name=_hour(hour, found.cycle),
                            value=float(found.share[hour]),
                            low=float(found.share_low[hour]),
                            high=float(found.share_high[hour]),
                        )
                        for hour in range(found.cycle)
                    ],
                    level=even,
                ),
                words="The broken line is an even share; each upright line is the interval of its hour.",
            ),
        ),
        beware=(
            f"{found.within_an_hour:,} of {found.events:,} incidents are known to the hour; "
            f"{found.whole_cycle:,} may be at any hour and only level the picture.",
        ),
    )


def _date(day: int, *, dated: bool) -> str:
    return dt.date.fromordinal(day + _EPOCH).isoformat() if dated else str(day)


def _hour(hour: int, cycle: int) -> str:
    return f"{hour:02d}" if cycle == DAY else f"{_DAYS[hour // 24]} {hour % 24:02d}"
