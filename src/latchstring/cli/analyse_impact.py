"""`latchstring analyse impact`: whether something that was tried worked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from latchstring.analysis.impact import synthetic_placebo, wdd
from latchstring.analysis.impact.counts import Change
from latchstring.analysis.impact.synthetic import Design, Predictor
from latchstring.cli.analyse_output import answers, progress
from latchstring.studies import effects
from latchstring.studies.panels import read_panel
from latchstring.studies.study import Study


class _Change(click.ParamType[Change]):
    """BEFORE,AFTER."""

    name = "BEFORE,AFTER"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            before, after = (float(each) for each in value.split(","))
        except ValueError:
            self.fail(f"{value!r} is not two counts, such as 207,110", param, ctx)
        return Change(before, after)  # type: ignore[arg-type]  # it refuses what is no whole number


@click.group()
def impact() -> None:
    """Whether something that was tried worked: "we cannot tell" unless shown otherwise."""


@impact.command("wdd")
@click.option("--control", type=_Change(), required=True, help="Incidents in the control area.")
@click.option("--treated", type=_Change(), required=True, help="Incidents where it was tried.")
@click.option("--displacement-control", type=_Change(), help="The control for next door.")
@click.option("--displacement-treated", type=_Change(), help="Next door, where incidents may have moved to.")
@click.option("--level", type=float, default=0.95, show_default=True, help="Of the interval.")
@answers
def wdd_command(**asked: Any) -> Study:
    """Did counts fall more than in like areas, next door included? (Wheeler and Ratcliffe 2018)"""
    return effects.of_wdd(wdd.wdd(**asked))


@impact.command("synthetic")
@click.argument("file", type=click.Path(path_type=Path))
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
@click.option("--donors", help="Units it may be built from, between commas; else all others.")
@click.option("--seed", type=int, default=1, show_default=True)
@answers
def synthetic_command(
    file: Path,
    unit_column: str,
    time_column: str,
    outcome: str,
    treated: str,
    start: int,
    predictors: tuple[str, ...],
    donors: str | None,
    seed: int,
) -> Study:
    """Compare a unit with a mix of others that ran alike before. (Abadie, Diamond and Hainmueller 2010)"""
    design = Design(
        outcome=outcome,
        treated=treated,
        start=start,
        predictors=tuple(Predictor.of(each) for each in predictors),
        donors=tuple(each.strip() for each in donors.split(",")) if donors else None,
        seed=seed,
    )
    columns = dict.fromkeys([outcome, *(each.column for each in design.predictors)])
    panel = read_panel(file, unit=unit_column, time=time_column, columns=list(columns))
    return effects.of_synthetic(
        synthetic_placebo.placebo_test(panel, design, progress=progress("units fitted")), outcome
    )
