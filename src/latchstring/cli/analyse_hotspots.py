"""`latchstring analyse hotspots`: where and when incidents gather."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from latchstring.analysis.hotspots import knox, near_repeat
from latchstring.cli.analyse_output import Numbers, answers, takes_incidents, today
from latchstring.studies import pairs
from latchstring.studies.incidents import Columns, read_incidents
from latchstring.studies.study import Study

_metric = click.option(
    "--metric",
    type=click.Choice(["euclidean", "manhattan"]),
    default="euclidean",
    show_default=True,
    help="As the crow flies, or along a grid of streets.",
)


@click.group()
def hotspots() -> None:
    """Where and when incidents gather."""


@hotspots.command("knox")
@takes_incidents
@click.option("--distance", type=float, required=True, help="Near in space: at most so many metres.")
@click.option("--days", type=float, required=True, help="Near in time: at most so many days.")
@click.option("--permutations", type=int, default=0, show_default=True, help="Draw so many as well.")
@click.option("--seed", type=int, default=0, show_default=True)
@_metric
@answers
def knox_command(file: Path, columns: Columns, **asked: Any) -> Study:
    """Are incidents that are near in space near in time too? (Knox 1964)"""
    return pairs.of_knox(knox.knox(read_incidents(file, columns, today=today()), **asked))


@hotspots.command("near-repeat")
@takes_incidents
@click.option("--distances", type=Numbers(), required=True, help="Upper limits of the bands, in metres.")
@click.option("--days", type=Numbers(), required=True, help="Upper limits of the bands, in days.")
@click.option(
    "--closed",
    type=click.Choice(["right", "left"]),
    default="right",
    show_default=True,
    help="Whether 7 days are in the band up to 7 (right) or in the next one.",
)
@_metric
@answers
def near_repeat_command(file: Path, columns: Columns, **asked: Any) -> Study:
    """How much likelier is a second incident close by, and for how long?"""
    return pairs.of_near_repeat(
        near_repeat.near_repeat(read_incidents(file, columns, today=today()), **asked)
    )
