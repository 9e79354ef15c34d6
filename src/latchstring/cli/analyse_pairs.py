"""`latchstring analyse hotspots knox | near-repeat | mantel | jacquez`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from latchstring.analysis.hotspots import jacquez, knox, mantel, near_repeat
from latchstring.analysis.hotspots.mantel import Transform
from latchstring.analysis.hotspots.pairs import duplicate_pairs
from latchstring.cli.analyse_output import Numbers, answers, takes_incidents, today
from latchstring.studies import pairs
from latchstring.studies.incidents import Columns, read_dated
from latchstring.studies.study import Study

PERMUTED_UP_TO = 500
"""Incidents for which Mantel's p is drawn unasked: a normal finds too much there. It takes seconds."""

_metric = click.option(
    "--metric",
    type=click.Choice(["euclidean", "manhattan"]),
    default="euclidean",
    show_default=True,
    help="As the crow flies, or along a grid of streets.",
)
_permutations = click.option(
    "--permutations", type=int, default=0, show_default=True, help="Draw so many as well, such as 999."
)
_seed = click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
_level = click.option("--level", type=float, default=0.95, show_default=True, help="Of the intervals.")


@click.command("knox")
@takes_incidents
@click.option("--distance", type=float, required=True, help="Near in space: at most so many metres.")
@click.option("--days", type=float, required=True, help="Near in time: at most so many days.")
@_permutations
@_seed
@_metric
@_level
@answers
def knox_command(file: Path, columns: Columns, **asked: Any) -> Study:
    """Are incidents that are near in space near in time too? (Knox 1964)"""
    placed = read_dated(file, columns, today=today())
    return pairs.of_knox(knox.knox(placed.incidents(), **asked)).also_beware(placed.beware)


@click.command("near-repeat")
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
@_level
@answers
def near_repeat_command(file: Path, columns: Columns, **asked: Any) -> Study:
    """How much likelier is a second incident close by, and for how long?"""
    placed = read_dated(file, columns, today=today())
    found = near_repeat.near_repeat(placed.incidents(), **asked)
    return pairs.of_near_repeat(found).also_beware(placed.beware)


@click.command("mantel")
@takes_incidents
@click.option(
    "--space", type=Numbers(2), default="1,-1", show_default=True, help="(metres + CONSTANT) ** POWER."
)
@click.option(
    "--time", type=Numbers(2), default="1,-1", show_default=True, help="(days + CONSTANT) ** POWER."
)
@click.option(
    "--permutations",
    type=int,
    help="Draw so many as well; else 999 where there are at most 500 incidents.",
)
@_seed
@_metric
@_level
@answers
def mantel_command(
    file: Path,
    columns: Columns,
    space: tuple[float, float],
    time: tuple[float, float],
    permutations: int | None,
    **asked: Any,
) -> Study:
    """Do incidents that are further apart in space lie further apart in time? (Mantel 1967)"""
    placed = read_dated(file, columns, today=today())
    incidents = placed.incidents()
    if permutations is None:
        permutations = 999 if len(incidents) <= PERMUTED_UP_TO else 0
    found = mantel.mantel(
        incidents,
        space=Transform(constant=space[0], power=space[1]),
        time=Transform(constant=time[0], power=time[1]),
        permutations=permutations,
        **asked,
    )
    twice = pairs.entered_twice(duplicate_pairs(incidents))
    return pairs.of_mantel(found).also_beware((*twice, *placed.beware))


@click.command("jacquez")
@takes_incidents
@click.option("--neighbours", type=int, required=True, help="How many nearest ones.")
@_metric
@_level
@answers
def jacquez_command(file: Path, columns: Columns, **asked: Any) -> Study:
    """Are the nearest incidents in space the nearest in time too? (Jacquez 1996)"""
    placed = read_dated(file, columns, today=today())
    incidents = placed.incidents()
    twice = pairs.entered_twice(duplicate_pairs(incidents))
    return pairs.of_jacquez(jacquez.jacquez(incidents, **asked)).also_beware((*twice, *placed.beware))
