"""`latchstring analyse hotspots naus | busiest | space-time | aoristic`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np

from latchstring.analysis.hotspots import aoristic, naus, space_time
from latchstring.cli.analyse_output import Numbers, When, answers, takes_incidents, today
from latchstring.studies import dates, table, times
from latchstring.studies.incidents import DAY, Columns, FutureDate, read_at_sites, read_dated, read_weighted
from latchstring.studies.study import Study

_seed = click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
_draws = click.option("--draws", type=int, default=999, show_default=True)
_file = click.argument("file", type=click.Path(path_type=Path))


@click.command("naus")
@click.option("--periods", type=float, required=True, help="How many windows long the time is.")
@click.option("--mean", type=float, required=True, help="Incidents that one window is expected to hold.")
@click.option(
    "--observed", type=click.IntRange(0, 100_000), required=True, help="Incidents in the busiest window."
)
@click.option("--k", type=int, default=2, show_default=True, help="Of the function scanw of ptools alone.")
@answers
def naus_command(periods: float, mean: float, observed: int, k: int) -> Study:
    """How rare is the busiest stretch of time? (Naus 1982)"""
    return times.of_naus(
        naus.scan_p(periods, mean, observed),
        naus.scanw(periods, k, mean, observed),
        {"periods": periods, "mean": mean, "observed": observed, "k": k},
    )


@click.command("busiest")
@_file
@click.option("--date", "day", help="Column of the day.")
@click.option("--date-order", type=click.Choice(["day-first", "month-first"]))
@click.option("--window", type=int, required=True, help="How many days the stretch has.")
@click.option("--first", type=When(), help="The first day of the study; else that of the first incident.")
@click.option("--last", type=When(), help="The last day of the study; else that of the last incident.")
@_draws
@_seed
@answers
def busiest_command(
    file: Path,
    day: str | None,
    date_order: Any,
    window: int,
    first: int | None,
    last: int | None,
    draws: int,
    seed: int,
) -> Study:
    """Is the busiest stretch of days busier than some stretch is anyway?"""
    layout = table.look(file)
    column = layout.column(day, DAY, "the day", "--date")
    rows = table.read(layout, [column])
    days = rows.days(column, date_order)
    late = np.flatnonzero(days > today())
    if late.size and rows.holds_dates(column):
        raise FutureDate(f"{rows.where(int(late[0]))}: the date in column {column!r} lies in the future")
    found = naus.busiest_window(
        days,
        window=window,
        first=int(days.min()) if first is None else first,
        last=int(days.max()) if last is None else last,
        draws=draws,
        seed=seed,
    )
    return times.of_busiest(
        found, dated=rows.holds_dates(column), chosen=first is not None and last is not None
    )


@click.command("space-time")
@takes_incidents
@click.option("--radii", type=Numbers(), required=True, help="Of the circles, in metres.")
@click.option("--longest", type=int, required=True, help="A cluster lasts so many periods at most.")
@click.option("--period-days", type=int, default=7, show_default=True, help="Days of a period.")
@click.option("--sites", type=click.Path(path_type=Path), help="File of all places with their exposure.")
@click.option("--site-column", help="Column that names the place, in both files.")
@click.option("--exposure-column", help="Column of the exposure, in the file of places.")
@click.option("--first", type=When(), help="With --sites: the first day of the study.")
@click.option("--last", type=When(), help="With --sites: its last day.")
@_draws
@_seed
@answers
def space_time_command(
    file: Path,
    columns: Columns,
    sites: Path | None,
    site_column: str | None,
    exposure_column: str | None,
    first: int | None,
    last: int | None,
    **asked: Any,
) -> Study:
    """Somewhere, for some time: were there more than chance puts there? (Kulldorff and others 2005; 2001)"""
    if sites is None:
        if any(each is not None for each in (site_column, exposure_column, first, last)):
            raise space_time.BadSites("site and exposure columns, a first and a last day go with --sites")
        placed = read_dated(file, columns, today=today())
        scanned = space_time.scan_permutation(placed.incidents(), **asked)
        return times.of_space_time(scanned, dated=placed.dated).also_beware(placed.beware)
    if site_column is None or exposure_column is None:
        raise space_time.BadSites("places need the names of two columns: --site-column and --exposure-column")
    places, exposure = read_weighted(sites, columns, exposure_column, columns.origin)
    at = read_at_sites(file, sites, columns, site=site_column, today=today())
    found = space_time.scan_poisson(
        places,
        exposure,
        site=at.site,
        days=at.days,
        first_day=int(at.days.min()) if first is None else first,
        last_day=int(at.days.max()) if last is None else last,
        **asked,
    )
    return times.of_space_time(found, dated=at.dated).also_beware(at.beware)


@click.command("aoristic")
@_file
@click.option("--from", "start", required=True, help="Column of the earliest time: 2024-03-01 08:30.")
@click.option("--to", "end", required=True, help="Column of the latest time.")
@click.option("--week", is_flag=True, help="The hours of a week, not of a day.")
@click.option("--resamples", type=int, default=1000, show_default=True)
@click.option("--level", type=float, default=0.95, show_default=True, help="Of the intervals.")
@_seed
@answers
def aoristic_command(file: Path, start: str, end: str, week: bool, **asked: Any) -> Study:
    """At which hours, if all that is known is between when and when? (Ratcliffe and McCullagh 1998)"""
    layout = table.look(file)
    names = [layout.column(each, (), each, "its flag") for each in (start, end)]
    rows = table.read(layout, names)
    since, until = (rows.hours(each) for each in names)
    backwards = np.flatnonzero(until < since)
    if backwards.size:
        raise table.BadCell(f"{rows.where(int(backwards[0]))}: it ends before it begins")
    late = np.flatnonzero(since > (today() - dates.MONDAY) * 24)
    if late.size:
        raise FutureDate(f"{rows.where(int(late[0]))}: the time in column {names[0]!r} lies in the future")
    cycle = aoristic.WEEK if week else aoristic.DAY
    return times.of_aoristic(aoristic.aoristic(since, until, cycle=cycle, **asked))
