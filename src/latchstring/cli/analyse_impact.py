"""`latchstring analyse impact`: whether something that was tried worked."""

from __future__ import annotations

from typing import Any

import click

from latchstring.analysis.impact import wdd
from latchstring.analysis.impact.counts import Change
from latchstring.cli.analyse_output import answers
from latchstring.studies import effects
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
