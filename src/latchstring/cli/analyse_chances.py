"""`latchstring analyse impact power | drop | selection | chosen | dispersion | placebo`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from latchstring.analysis.impact import placebo, power, selection
from latchstring.cli.analyse_output import Names, answers
from latchstring.studies import cases, chances, panels
from latchstring.studies.study import Study

_FALLS = [each / 20 for each in range(1, 21)]

_level = click.option("--level", type=float, default=0.95, show_default=True, help="Of the interval.")
_file = click.argument("file", type=click.Path(path_type=Path))


@click.command("power")
@click.option(
    "--before", type=float, required=True, help="Incidents expected in one period before the start."
)
@click.option("--control", type=float, help="The same of the control; else as many.")
@click.option("--reduction", type=float, default=0.55, show_default=True, help="The fall that is claimed.")
@click.option("--dispersion", type=float, default=1.0, show_default=True, help="Variance over mean.")
@click.option("--power", "wanted", type=float, default=0.8, show_default=True, help="Chance to show it.")
@_level
@answers
def power_command(
    before: float,
    control: float | None,
    reduction: float,
    dispersion: float,
    wanted: float,
    level: float,
) -> Study:
    """What change could be seen, and what would the claimed one have needed?"""
    given: dict[str, Any] = {"dispersion": dispersion, "level": level}
    return chances.of_power(
        power.wdd_detectable(before, control=control, power=wanted, **given),
        shown=power.wdd_power(before, reduction, control=control, **given),
        needed=chances.incidents_needed(reduction, power=wanted, **given),
        by_chance=power.chance_of_drop(before, reduction),
        before=before,
        reduction=reduction,
        curve=[
            (share / 20, power.wdd_power(before, share / 20, control=control, **given)) for share in range(21)
        ],
    )


@click.command("drop")
@click.option("--mean", type=float, required=True, help="Incidents expected in a period.")
@click.option("--drop", type=float, default=0.55, show_default=True, help="Fall by at least this share.")
@click.option(
    "--best-of", type=int, default=1, show_default=True, help="The best of so many areas is told of."
)
@answers
def drop_command(mean: float, drop: float, best_of: int) -> Study:
    """How often does a count fall so far though nothing was done?"""
    return chances.of_drop(
        power.chance_of_drop(mean, drop, best_of=best_of),
        mean,
        drop,
        best_of,
        [(fall, power.chance_of_drop(mean, fall, best_of=best_of)) for fall in _FALLS],
    )


@click.command("selection")
@click.option("--areas", type=int, required=True, help="Among so many like areas the worst was chosen.")
@click.option("--mean", type=float, required=True, help="Incidents of an area on average.")
@click.option("--variance-between", type=float, default=0.0, show_default=True, help="Of their true means.")
@click.option("--drop", type=float, default=0.3, show_default=True, help="A fall by at least this share.")
@answers
def selection_command(areas: int, mean: float, variance_between: float, drop: float) -> Study:
    """What does the worst of several areas do next, with nothing done? (Hauer 1997)"""
    found = selection.worst_of(areas, mean, variance_between=variance_between, drop=drop)
    curve = [
        (fall, selection.worst_of(areas, mean, variance_between=variance_between, drop=fall).chance)
        for fall in _FALLS
    ]
    return chances.of_selection(found, areas, mean, curve)


@click.command("chosen")
@_file
@click.option("--area", required=True, help="Column of the area.")
@click.option("--count", required=True, help="Column of its incidents, when it was chosen.")
@click.option("--chosen", required=True, help="The area that was chosen.")
@answers
def chosen_command(file: Path, area: str, count: str, chosen: str) -> Study:
    """What was to be expected of a chosen area, judged by all among which it was chosen? (Hauer 1997)"""
    rows, [count] = cases.read(file, [count], also=area)
    names = cases.names(rows, area)
    if chosen not in names:
        raise selection.BadSelection(f"there is no area {chosen!r} in column {area!r}")
    counts = cases.counts(rows, count).tolist()
    return chances.of_chosen(selection.chosen_among(counts, names.index(chosen)), chosen)


@click.command("dispersion")
@_file
@click.option(
    "--count", default="count", show_default=True, help="Column of the incidents of a span of time."
)
@click.option(
    "--series",
    type=Names(),
    default="area,period",
    show_default=True,
    help="Columns that tell series apart: area, and before or after.",
)
@_level
@answers
def dispersion_command(file: Path, count: str, series: tuple[str, ...], level: float) -> Study:
    """How much more do counts vary than by pure chance? One row a month. (McCullagh and Nelder 1989)"""
    return chances.of_dispersion(panels.read_dispersion(file, count=count, series=series, level=level))


@click.command("placebo")
@_file
@click.option("--area", required=True, help="Column of the area.")
@click.option("--change", required=True, help="Column of its change, in any unit.")
@click.option("--treated", required=True, help="The area in which it was tried.")
@click.option(
    "--tail",
    type=click.Choice(["both", "fewer", "more"]),
    default="both",
    show_default=True,
    help="What is rare.",
)
@answers
def placebo_command(file: Path, area: str, change: str, treated: str, tail: placebo.Tail) -> Study:
    """The place of one area's change among those of areas where nothing was done."""
    rows, [change] = cases.read(file, [change], also=area)
    names, changes = cases.names(rows, area), rows.numbers(change).tolist()
    if treated not in names:
        raise placebo.NoPlacebos(f"there is no area {treated!r} in column {area!r}")
    own = changes.pop(names.index(treated))
    return chances.of_placebo(placebo.rank_among(own, changes, tail), treated, own, changes)
