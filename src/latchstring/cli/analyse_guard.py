"""`latchstring analyse guard`: what a map must not learn from."""

from __future__ import annotations

from pathlib import Path

import click

from latchstring.analysis.guard.urn import BadUrn, Districts, simulate
from latchstring.cli.analyse_output import Numbers, answers
from latchstring.studies import audits, cases
from latchstring.studies.incidents import read_sources
from latchstring.studies.study import Study


@click.group()
def guard() -> None:
    """What a map must not learn from: its own patrols."""


@guard.command("weights")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", required=True, help="Column of how it became known: resident, visit or police.")
@click.option("--visit-probability", "visit", help="Column of how likely the visit was that found it.")
@click.option("--level", type=float, default=0.95, show_default=True, help="Of the interval.")
@answers
def weights_command(file: Path, source: str, visit: str | None, level: float) -> Study:
    """How much may each incident count? What police discovered is refused. (Horvitz and Thompson 1952)"""
    rows, [source, *chances] = cases.read(file, [source, *([visit] if visit else [])])
    sources, weights = read_sources(rows, source, chances[0] if chances else None)
    return audits.of_weights(sources, weights, level)


@guard.command("urn")
@click.option(
    "--rates", type=Numbers(), default="3.68511,2.816466", show_default=True, help="Found by a visit."
)
@click.option("--balls", type=Numbers(), default="609,379", show_default=True, help="Believed at the start.")
@click.option("--days", type=int, default=1000, show_default=True)
@click.option("--runs", type=int, default=2000, show_default=True)
@click.option("--forgetting", type=float, default=0.01, show_default=True, help="Chance of each ball a day.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@answers
def urn_command(
    rates: tuple[float, ...],
    balls: tuple[float, ...],
    days: int,
    runs: int,
    forgetting: float,
    seed: int,
) -> Study:
    """What becomes of a map that learns from where it sent patrols. (Ensign et al. 2018)"""
    if len(rates) != 2 or len(balls) != 2 or not all(ball.is_integer() for ball in balls):
        raise BadUrn("there are two districts: give two rates, and two whole numbers of balls")
    districts = Districts(rates=(rates[0], rates[1]), balls=(int(balls[0]), int(balls[1])))
    naive, corrected = (
        simulate(districts, corrected=each, days=days, runs=runs, forgetting=forgetting, seed=seed)
        for each in (False, True)
    )
    return audits.of_urns(naive, corrected)
