"""`latchstring analyse impact wdd | ratio | displacement | catchment | rate-difference | did | synthetic`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from latchstring.analysis.impact import (
    did,
    displacement,
    rate_difference,
    ratio,
    synthetic_placebo,
    synthetic_power,
    wdd,
)
from latchstring.analysis.impact.counts import BadCounts, Change
from latchstring.analysis.impact.dispersion import Dispersion
from latchstring.analysis.impact.synthetic import Design, Predictor, fit
from latchstring.cli.analyse_output import Names, Numbers, Span, answers, progress
from latchstring.studies import chances, displaced, effects, panels, plans
from latchstring.studies.incidents import Columns
from latchstring.studies.study import Study

_level = click.option("--level", type=float, default=0.95, show_default=True, help="Of the interval.")
_file = click.argument("file", type=click.Path(path_type=Path))


class _Change(click.ParamType[Change]):
    """BEFORE,AFTER."""

    name = "BEFORE,AFTER"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            before, after = (float(each) for each in value.split(","))
        except ValueError:
            self.fail(f"{value!r} is not two counts, such as 207,110", param, ctx)
        return Change(before, after)  # type: ignore[arg-type]  # it refuses what is no whole number


def _one(name: str, what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(name, type=_Change(), required=True, help=what)


def _several(
    name: str, what: str, *, required: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(name, type=_Change(), multiple=True, required=required, help=what)


def _takes_variation(command: Callable[..., Any]) -> Callable[..., Any]:
    """How much counts vary: assumed, or shown by the counts of each month."""
    for option in (
        click.option(
            "--dispersion", type=float, help="Variance over mean, where it is known: 1 is pure chance."
        ),
        click.option("--months", type=click.Path(path_type=Path), help="File of counts of each month."),
        click.option("--months-count", default="count", show_default=True, help="Its column of the count."),
        click.option(
            "--months-series",
            type=Names(),
            default="area,period",
            show_default=True,
            help="Its columns that tell series apart: area, and before or after.",
        ),
    ):
        command = option(command)
    return command


def _variation(
    dispersion: float | None, months: Path | None, count: str, series: tuple[str, ...]
) -> Dispersion | float:
    if months is None:
        return 1.0 if dispersion is None else dispersion
    if dispersion is not None:
        raise BadCounts("--months shows the dispersion; do not give --dispersion too")
    return panels.read_dispersion(months, count=count, series=series)


@click.command("wdd")
@_several("--control", "Incidents in the control area.", required=True)
@_several("--treated", "Incidents where it was tried.", required=True)
@_several("--displacement-control", "The control for next door.")
@_several("--displacement-treated", "Next door, where incidents may have moved to.")
@click.option(
    "--harm", type=Numbers(), help="A weight for each kind of offence; give each area so many times."
)
@click.option(
    "--area-weights", type=Numbers(), help="Sizes: CONTROL,TREATED, and those next door after them."
)
@click.option("--time-weights", type=Numbers(2), help="Lengths of the periods: BEFORE,AFTER.")
@click.option(
    "--placebos", type=click.Path(path_type=Path), help="File of like areas where nothing was done."
)
@click.option(
    "--plan", type=click.Path(path_type=Path), help="The locked plan, which says what could have been seen."
)
@_takes_variation
@_level
@answers
def wdd_command(
    control: tuple[Change, ...],
    treated: tuple[Change, ...],
    displacement_control: tuple[Change, ...],
    displacement_treated: tuple[Change, ...],
    harm: tuple[float, ...] | None,
    area_weights: tuple[float, ...] | None,
    time_weights: tuple[float, float] | None,
    placebos: Path | None,
    plan: Path | None,
    dispersion: float | None,
    months: Path | None,
    months_count: str,
    months_series: tuple[str, ...],
    level: float,
) -> Study:
    """Did counts fall more than in like areas, next door included? (Wheeler and Ratcliffe 2018)"""
    times = None if time_weights is None else wdd.TimeWeights(*time_weights)
    variation = _variation(dispersion, months, months_count, months_series)
    found = wdd.wdd(
        control=control,
        treated=treated,
        displacement_control=displacement_control or None,
        displacement_treated=displacement_treated or None,
        harm_weights=harm,
        area_weights=None if area_weights is None else _areas(area_weights),
        time_weights=times,
        dispersion=variation,
        level=level,
    )
    if placebos is not None and (harm is not None or area_weights is not None):
        raise BadCounts("areas of --placebos are ranked by plain counts; leave out harm and area weights")
    rank = (
        None
        if placebos is None
        else effects.rank_of_wdd(found, panels.read_changes(placebos), times or wdd.TimeWeights())
    )
    detectable = None if plan is None else plans.read_lock(plan).plan.detectable()
    told = effects.of_wdd(found, rank=rank, detectable=detectable)
    return told.also_beware(chances.silent_series(variation))


@click.command("ratio")
@_one("--control", "Incidents in the control area.")
@_one("--treated", "Incidents where it was tried.")
@_takes_variation
@_level
@answers
def ratio_command(
    control: Change,
    treated: Change,
    dispersion: float | None,
    months: Path | None,
    months_count: str,
    months_series: tuple[str, ...],
    level: float,
) -> Study:
    """The change in percent beyond that of the control area."""
    variation = _variation(dispersion, months, months_count, months_series)
    found = ratio.rate_ratio(treated=treated, control=control, dispersion=variation, level=level)
    return effects.of_ratio(found).also_beware(chances.silent_series(variation))


@click.command("displacement")
@_one("--control", "Incidents in the control area.")
@_one("--treated", "Incidents where it was tried.")
@_one("--buffer", "Incidents next door.")
@_takes_variation
@_level
@answers
def displacement_command(
    control: Change,
    treated: Change,
    buffer: Change,
    dispersion: float | None,
    months: Path | None,
    months_count: str,
    months_series: tuple[str, ...],
    level: float,
) -> Study:
    """Did incidents move next door? The quotient WDQ and the net effect. (Bowers and Johnson 2003)"""
    variation = _variation(dispersion, months, months_count, months_series)
    found = displacement.quotient(
        control=control, treated=treated, buffer=buffer, dispersion=variation, level=level
    )
    return displaced.of_quotient(found).also_beware(chances.silent_series(variation))


@click.command("catchment")
@_file
@click.option("--x", help="Column of x of a cell's middle, in metres.")
@click.option("--y", help="Column of y.")
@click.option("--treated", default="treated", show_default=True, help="Column of yes or no.")
@click.option("--before", default="before", show_default=True, help="Column of the incidents before.")
@click.option("--after", default="after", show_default=True, help="Column of the incidents after.")
@click.option("--reach", type=float, required=True, help="How wide the ring is, in metres.")
@answers
def catchment_command(file: Path, x: str | None, y: str | None, reach: float, **named: str) -> Study:
    """Counts of a treated area and of the ring around it, from one row for each cell."""
    cells = panels.read_cells(file, Columns(x=x, y=y), **named)
    return displaced.of_catchment(displacement.catchment(reach=reach, **cells), reach)


@click.command("rate-difference")
@_file
@click.option("--area-column", required=True, help="Column of the area.")
@click.option("--time-column", required=True, help="Column of the period: whole numbers that rise.")
@click.option("--count", required=True, help="Column of the incidents.")
@click.option("--treated", type=Names(), required=True, help="The areas in which it was tried.")
@click.option("--start", type=int, required=True, help="The first period at which it could have worked.")
@click.option("--link", type=click.Choice(["log", "identity"]), default="log", show_default=True)
@click.option(
    "--family",
    type=click.Choice(["poisson", "negative binomial"]),
    default="poisson",
    show_default=True,
)
@click.option(
    "--errors",
    type=click.Choice(["dispersion", "clustered", "chance"]),
    default="dispersion",
    show_default=True,
    help="What the error allows for.",
)
@click.option("--fixed", is_flag=True, help="Give each area and each period an effect of its own.")
@_level
@answers
def rate_difference_command(
    file: Path,
    area_column: str,
    time_column: str,
    count: str,
    treated: tuple[str, ...],
    start: int,
    **asked: Any,
) -> Study:
    """Difference in differences of counts, by regression. (Poisson or negative binomial)"""
    panel = panels.read_panel(file, unit=area_column, time=time_column, columns=[count])
    counts = panels.counts_of(panel, count)
    inside = [panel.units[n] in treated for n in range(len(panel.units))]
    for unit in treated:
        panel.index(unit)
    after = [time >= start for time in panel.times]
    found = rate_difference.rate_difference(counts, treated=inside, after=after, **asked)
    sums = [panels.change_of(counts, [each == side for each in inside], after) for side in (True, False)]
    return effects.of_rate_difference(found, treated=sums[0], control=sums[1])


@click.command("did")
@_file
@click.option("--unit-column", required=True, help="Column of the unit: state, area, street.")
@click.option("--time-column", required=True, help="Column of the time: whole numbers that rise.")
@click.option("--outcome", required=True, help="Column of what was measured.")
@click.option("--treated", type=Names(), required=True, help="The units in which it was tried.")
@click.option("--start", type=int, required=True, help="The first time at which it could have worked.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@_level
@answers
def did_command(
    file: Path,
    unit_column: str,
    time_column: str,
    outcome: str,
    **asked: Any,
) -> Study:
    """Difference in differences of a panel, judged by its rank among units where nothing was done."""
    panel = panels.read_panel(file, unit=unit_column, time=time_column, columns=[outcome])
    found = did.difference_in_differences(panel, outcome=outcome, **asked)
    return effects.of_did(found, outcome, asked["treated"])


@click.command("synthetic")
@_file
@click.option("--unit-column", required=True, help="Column of the unit: state, area, street.")
@click.option("--time-column", required=True, help="Column of the time: whole numbers that rise.")
@click.option("--outcome", required=True, help="Column of what was measured.")
@click.option("--treated", required=True, help="The unit in which it was tried.")
@click.option("--start", type=int, required=True, help="The first time at which it could have worked.")
@click.option(
    "--predictor",
    "predictors",
    multiple=True,
    metavar="COLUMN:TIMES",
    help="A column's mean over times: lnincome:1980-1988, cigsale:1975. None: all outcomes before the start.",
)
@click.option("--donors", type=Names(), help="Units it may be built from, between commas; else all others.")
@click.option("--without", type=Names(), default="", help="Units that are left out altogether.")
@click.option("--fitted", type=Span(), help="Times whose outcomes are met; else all before the start.")
@click.option(
    "--importances", type=Numbers(), help="How much each predictor counts, in their order; else searched for."
)
@click.option("--from-equal", is_flag=True, help="Search from equal importances alone, as is the custom.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--leave-one-out", is_flag=True, help="Fit again without each unit that has a share.")
@click.option(
    "--power", type=float, default=0.8, show_default=True, help="Chance to see the smallest change told of."
)
@click.option(
    "--direction", type=click.Choice(["fewer", "more"]), default="fewer", show_default=True, help="Of it."
)
@_level
@answers
def synthetic_command(
    file: Path,
    unit_column: str,
    time_column: str,
    outcome: str,
    treated: str,
    start: int,
    predictors: tuple[str, ...],
    without: tuple[str, ...],
    leave_one_out: bool,
    power: float,
    direction: synthetic_power.Direction,
    level: float,
    **asked: Any,
) -> Study:
    """Compare a unit with a mix of others that ran alike before. (Abadie, Diamond and Hainmueller 2010)"""
    design = Design(
        outcome=outcome,
        treated=treated,
        start=start,
        predictors=tuple(Predictor.of(each) for each in predictors),
        **asked,
    )
    columns = dict.fromkeys([outcome, *(each.column for each in design.predictors)])
    panel = panels.read_panel(file, unit=unit_column, time=time_column, columns=list(columns)).without(
        without
    )
    found = synthetic_placebo.placebo_test(panel, design, level=level, progress=progress("units fitted"))
    one_out = synthetic_placebo.leave_one_out(panel, design) if leave_one_out else None
    detectable = synthetic_power.detectable_effect(found, direction=direction, power=power, level=level)
    again = fit(panel, replace(design, seed=design.seed + 1)) if design.is_searched else None
    return effects.of_synthetic(found, outcome, detectable, one_out, again)


def _areas(sizes: tuple[float, ...]) -> wdd.AreaWeights:
    if len(sizes) not in (2, 4):
        raise wdd.BadWeights("areas have two weights, CONTROL,TREATED, or four with those next door")
    names = ("control", "treated", "displacement_control", "displacement_treated")
    return wdd.AreaWeights(**dict(zip(names, sizes, strict=False)))
