"""What chance does alone, and what could be seen beside it: asked before anything starts."""

from __future__ import annotations

from collections.abc import Sequence

from latchstring.analysis.impact.dispersion import Dispersion
from latchstring.analysis.impact.placebo import Rank
from latchstring.analysis.impact.power import Detectable, wdd_power
from latchstring.analysis.impact.selection import Chosen, DropByChance
from latchstring.analysis.impact.verdict import SIGNIFICANCE
from latchstring.studies import chart, plots
from latchstring.studies.chart import Bar
from latchstring.studies.study import Plot, Shown, Study, number, percent

_MOST = 1_000_000
_BY_ITSELF = "This is what chance does with nothing done. It is no finding about any area."
_NOT_POISSON = "Counts that vary more than by pure chance do this more often."


def incidents_needed(reduction: float, *, power: float, dispersion: float, level: float) -> int | None:
    """The fewest incidents in a period, with a like control, of which such a fall is shown so often."""

    def enough(before: int) -> bool:
        return wdd_power(before, reduction, dispersion=dispersion, level=level) >= power

    high = 1
    while not enough(high):
        high *= 2
        if high > _MOST:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def of_power(
    found: Detectable,
    *,
    shown: float,
    needed: int | None,
    by_chance: float,
    before: float,
    reduction: float,
    curve: Sequence[tuple[float, float]],
) -> Study:
    smallest = (
        f"the smallest fall that is shown with a chance of {percent(found.power)} is {found.percent} %"
        if found.reachable
        else f"not even a fall to none is shown with a chance of {percent(found.power)}"
    )
    need = "more than a million" if needed is None else f"{needed:,}"
    return Study(
        title=f"What {number(before)} incidents in a period can show",
        finding=(
            f"Of {number(before)} incidents in a period, with a like control, {smallest}. A true fall by "
            f"{percent(reduction)} is shown with a chance of {percent(shown)}; it takes {need} incidents "
            "in a "
            "period to "
            f"show it with {percent(found.power)}. Nothing done at all gives such a fall with a chance of "
            f"{percent(by_chance, 1)}."
        ),
        answer={
            "detectable_percent": found.percent,
            "reachable": found.reachable,
            "power": found.power,
            "power_at_all": found.power_at_all,
            "reduction": reduction,
            "power_of_reduction": shown,
            "incidents_needed": needed,
            "chance_of_drop": by_chance,
        },
        full={"detectable": found, "curve": curve},
        tables=(
            Shown(
                title="The chance to show a true fall",
                head=("fall", "chance"),
                rows=tuple((f"{percent(share)}", f"{percent(chance)}") for share, chance in curve[2::2]),
            ),
        ),
        plots=(
            Plot(
                title="The chance to show a true fall",
                svg=chart.lines(
                    [chart.Line(name="chance", points=[(100 * share, 100 * each) for share, each in curve])],
                    mark=100 * reduction,
                ),
                words=f"Both in percent; the upright line is the fall that is claimed, {percent(reduction)}.",
            ),
        ),
        beware=("This holds before the start. It says nothing of what happened.",),
    )


def of_drop(
    by_chance: float, mean: float, drop: float, best_of: int, curve: Sequence[tuple[float, float]]
) -> Study:
    told = "" if best_of == 1 else f", of the best of {best_of} areas,"
    return Study(
        title="A fall with nothing done",
        finding=f"A count of {number(mean)} on average falls by {percent(drop)} or more{told} with a "
        "chance of "
        f"{percent(by_chance, 1)}, though nothing was done.",
        answer={"mean": mean, "drop": drop, "best_of": best_of, "chance": by_chance},
        full={"mean": mean, "drop": drop, "best_of": best_of, "chance": by_chance, "curve": curve},
        plots=(plots.of_chances("Falls with nothing done", curve, asked=drop),),
        beware=(_BY_ITSELF, _NOT_POISSON),
    )


def of_selection(found: DropByChance, areas: int, mean: float, curve: Sequence[tuple[float, float]]) -> Study:
    return Study(
        title="The worst area gets better by itself",
        finding=f"The worst of {areas:,} like areas with {number(mean)} incidents on average falls by "
        f"{percent(found.expected, 1)} with nothing done, and by {percent(found.drop)} or more with a "
        "chance of "
        f"{percent(found.chance)}.",
        answer={
            "areas": areas,
            "mean": mean,
            "expected_drop": found.expected,
            "drop": found.drop,
            "chance": found.chance,
        },
        full={"result": found, "curve": curve},
        plots=(plots.of_chances("Falls of the worst area with nothing done", curve, asked=found.drop),),
        beware=(_BY_ITSELF,),
    )


def of_chosen(found: Chosen, name: str) -> Study:
    change = (
        f"falls by {percent(found.expected_drop)}"
        if found.expected_drop > 0
        else f"rises by {percent(-found.expected_drop)}"
    )
    return Study(
        title=f"What was to be expected of {name}",
        finding=f"{name} had {found.count:,} incidents, number {found.place} of {found.areas:,} areas. "
        "With nothing "
        f"done such an area {change} on average, to {number(found.expected_next, 1)}.",
        answer={
            "count": found.count,
            "place": found.place,
            "areas": found.areas,
            "mean": found.mean,
            "variance_between": found.variance_between,
            "expected_next": found.expected_next,
            "expected_drop": found.expected_drop,
        },
        full=found,
        plots=(
            plots.of_bars(
                "What it had, and what was to be expected next",
                [Bar(name=name, value=found.count), Bar(name="expected next", value=found.expected_next)],
                level=found.mean,
                words=f"The broken line is the average of all {found.areas:,} areas.",
            ),
        ),
        beware=("A mean over such areas: chance moves each of them up and down around it.",),
    )


def of_dispersion(found: Dispersion) -> Study:
    said = (
        "We cannot tell these counts from pure chance."
        if found.interval.low <= 1
        else f"These counts vary {number(found.interval.low)} to {number(found.interval.high)} times as "
        "much as by "
        "pure chance."
    )
    return Study(
        title="How much counts vary",
        finding=said,
        answer={
            "dispersion": found.estimate,
            "interval": found.interval,
            "freedom": found.freedom,
            "factor": found.factor,
            "verdict": said,
        },
        full=found,
        tables=(
            Shown(
                title=f"Variance over mean, from {found.freedom:,} degrees of freedom",
                head=("dispersion", "from", "to", "errors grow by"),
                rows=(
                    (
                        number(found.estimate),
                        number(found.interval.low),
                        number(found.interval.high),
                        f"{found.factor**0.5:.2f}",
                    ),
                ),
            ),
        ),
        plots=(
            plots.of_one(
                "Variance over mean",
                "dispersion",
                found.estimate,
                found.interval,
                neutral=1.0,
                words="The broken line is pure chance.",
            ),
        ),
        beware=(
            "A season or a trend within a series counts as variation; swings slower than a series do not.",
            *silent_series(found),
        ),
    )


def of_placebo(found: Rank, treated: str, own: float, others: Sequence[float]) -> Study:
    rare = found.p <= SIGNIFICANCE
    few = f" Among {found.of} areas even the largest is not rare." if found.smallest > SIGNIFICANCE else ""
    said = (
        f"Of {found.of} changes that of {treated} is number {found.rank}: a rare place. Whether "
        "something was done "
        "to it, or something else came there at the same time, a rank does not say."
        if rare
        else f"Of {found.of} changes that of {treated} is number {found.rank}: we cannot tell it from "
        f"chance.{few}"
    )
    ends = min([own, *others]), max([own, *others])
    return Study(
        title="The rank among areas where nothing was done",
        finding=said,
        answer={
            "rank": found.rank,
            "of": found.of,
            "p": found.p,
            "smallest_p": found.smallest,
            "verdict": said,
        },
        full={"rank": found, "treated": own, "others": others},
        plots=(
            plots.of_rows(
                "All changes",
                [
                    chart.Estimate(
                        name=f"{treated}, on the range of all", value=own, low=ends[0], high=ends[1]
                    )
                ],
                neutral=0.0,
                words=f"The dot is {treated}; the bar is from the smallest to the largest of {found.of} "
                "changes.",
            ),
        ),
    )


def silent_series(found: Dispersion | float) -> tuple[str, ...]:
    """What to beware of where a dispersion was shown by counts, and not only given."""
    if not isinstance(found, Dispersion) or not found.silent:
        return ()
    return (f"{found.silent:,} series were left out: one count, or none but 0, does not vary.",)
