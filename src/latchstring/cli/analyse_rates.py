"""`latchstring analyse hotspots rates | compare | reporting | score`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from latchstring.analysis.hotspots import rates as rates_of
from latchstring.analysis.hotspots import reporting as reported
from latchstring.analysis.hotspots import scoring
from latchstring.cli.analyse_output import Numbers, answers
from latchstring.studies import areas, cases
from latchstring.studies.study import Study

_file = click.argument("file", type=click.Path(path_type=Path))
_area = click.option("--area", help="Column of the area's name; else areas are numbered.")
_level = click.option("--level", type=float, default=0.95, show_default=True, help="Of the intervals.")


@click.command("rates")
@_file
@_area
@click.option("--events", required=True, help="Column of the incidents.")
@click.option("--exposure", required=True, help="Column of the homes, deliveries or people.")
@click.option(
    "--variant",
    type=click.Choice(["score", "wald"]),
    default="score",
    show_default=True,
    help="Of the E-test: with the pooled variance, or with separate ones.",
)
@_level
@answers
def rates_command(
    file: Path, area: str | None, events: str, exposure: str, variant: rates_of.Variant, level: float
) -> Study:
    """Incidents by area over a denominator, and each area beside all others. (Garwood 1936)"""
    rows, [events, exposure] = cases.read(file, [events, exposure], also=area)
    found = rates_of.rates(cases.counts(rows, events), rows.numbers(exposure), level=level)
    beside = [
        rates_of.compare_to_rest(found, n, variant=variant, level=level) for n in range(found.events.size)
    ]
    return areas.of_rates(found, rates_of.shrunk(found), beside, cases.names(rows, area))


@click.command("compare")
@click.argument("one", type=Numbers(2))
@click.argument("other", type=Numbers(2))
@_level
@answers
def compare_command(one: tuple[float, float], other: tuple[float, float], level: float) -> Study:
    """Two rates, each INCIDENTS,EXPOSURE. (Krishnamoorthy and Thomson 2004)"""
    events = cases.whole(one[0]), cases.whole(other[0])
    found = {
        variant: rates_of.compare(events[0], one[1], events[1], other[1], variant=variant, level=level)
        for variant in ("score", "wald")
    }
    return areas.of_comparison(found["score"], found["wald"], (events[0], one[1]), (events[1], other[1]))


@click.command("reporting")
@_file
@_area
@click.option("--reports", required=True, help="Column of the reports.")
@click.option("--reporting", type=Numbers(2), help="LOW,HIGH for all areas: so large a share is reported.")
@click.option("--low", help="Column of the lowest share that is reported.")
@click.option("--high", help="Column of the highest.")
@click.option("--worst", type=int, default=5, show_default=True, help="How many areas are the worst.")
@_level
@answers
def reporting_command(
    file: Path,
    area: str | None,
    reports: str,
    reporting: tuple[float, float] | None,
    low: str | None,
    high: str | None,
    worst: int,
    level: float,
) -> Study:
    """Which areas are surely among the worst, when only some is reported?"""
    columns = [each for each in (low, high) if each is not None]
    if (len(columns) != 2) == (reporting is None) or len(columns) == 1:
        raise reported.BadReporting(
            "say how much is reported: with --reporting, or with both --low and --high"
        )
    rows, [reports, *columns] = cases.read(file, [reports, *columns], also=area)
    least, most = reporting or (rows.numbers(columns[0]), rows.numbers(columns[1]))
    found = reported.corrected(cases.counts(rows, reports), least, most, level=level)
    among = reported.worst(found.low, found.high, worst)
    return areas.of_reporting(found, among, worst, cases.names(rows, area))


@click.command("score")
@_file
@_area
@click.option("--observed", required=True, help="Column of what happened.")
@click.option("--forecast", required=True, help="Column of what was foretold.")
@click.option("--size", help="Column of the area's size; else all are alike.")
@click.option("--nij", type=Numbers(2), help="CELL,FORECAST in square metres: hold them to the NIJ limits.")
@answers
def score_command(
    file: Path, area: str | None, size: str | None, nij: tuple[float, float] | None, **columns: str
) -> Study:
    """How good was a forecast? (Chainey, Tompson and Uhlig 2008; Hunt 2016)"""
    if nij is not None:
        scoring.check_nij_limits(*nij)
    rows, [observed, forecast, *sizes] = cases.read(
        file, [columns["observed"], columns["forecast"], *([size] if size else [])], also=area
    )
    given: dict[str, Any] = {"area": rows.numbers(sizes[0])} if sizes else {}
    found = scoring.score(rows.numbers(observed), rows.numbers(forecast), **given)
    return areas.of_scores(found, cases.names(rows, area))
