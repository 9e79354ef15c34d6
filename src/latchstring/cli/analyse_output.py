"""What all `analyse` commands share: how they take a table, and how they answer."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

import click
import numpy as np

from latchstring.base.clock import SystemClock
from latchstring.base.errors import BadInput
from latchstring.base.files import write_together
from latchstring.cli.ticker import ticking
from latchstring.studies import answer, dates, report
from latchstring.studies.incidents import Columns
from latchstring.studies.plane import Plane
from latchstring.studies.study import Study

Command = Callable[..., Any]
_TICKER = "latchstring.ticker"
_FILES = "latchstring.files"


class NoMap(BadInput):
    """There is no GeoJSON: it takes a map, and a place on the globe (--origin, or --lon and --lat)."""


class CannotWrite(BadInput):
    """The file cannot be written."""


class TooExtreme(BadInput):
    """Some number here is too large or too small to reckon with; look for a slip of the keyboard."""


class TooMuch(BadInput):
    """This takes more memory than there is; take fewer rows, larger cells or fewer draws."""


def answers(command: Callable[..., Study]) -> Command:
    """Let a command answer in text, as JSON, as a report, as GeoJSON. Files are written whole, at the end."""

    @click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
    @click.option("--full", is_flag=True, help="With --json: everything that is known, not the answer alone.")
    @click.option("--html", type=click.Path(path_type=Path), help="Write a report that stands alone.")
    @click.option("--geojson", type=click.Path(path_type=Path), help="Write the map as GeoJSON.")
    @wraps(command)
    def run(
        *args: Any, as_json: bool, full: bool, html: Path | None, geojson: Path | None, **kwargs: Any
    ) -> None:
        meta = click.get_current_context().meta
        meta[_FILES] = {}
        asked = [path for path in (html, geojson) if path is not None]
        _refuse_targets(asked, [each for each in kwargs.values() if isinstance(each, Path)])
        with ticking() as silence:
            meta[_TICKER] = silence
            study = _worked_out(command, *args, **kwargs)
        if geojson is not None and study.geojson is None:
            raise NoMap
        files: dict[Path, str] = meta[_FILES]
        if html is not None:
            files[html] = report.to_html(study)
        if geojson is not None:
            files[geojson] = answer.to_json(study.geojson)
        _write(files)
        if as_json:
            everything = {**answer.plain(study.full), "beware": study.beware}
            click.echo(answer.to_json(everything if full else study.answer))
        else:
            click.echo(study.to_text())

    return run


def takes_places(command: Command) -> Command:
    """Let a command take a file of places, its columns named by flags or found by their usual names."""

    @click.argument("file", type=click.Path(path_type=Path))
    @click.option("--x", help="Column of x, in metres.")
    @click.option("--y", help="Column of y, in metres.")
    @click.option("--lon", help="Column of the longitude in degrees, in place of x.")
    @click.option("--lat", help="Column of the latitude in degrees, in place of y.")
    @click.option(
        "--id", "identity", help="Column that names each incident; one that stands twice is refused."
    )
    @click.option("--source", help="Column of how it became known: resident, visit or police.")
    @click.option("--visit-probability", "visit", help="Column of how likely the visit was that found it.")
    @click.option(
        "--origin",
        type=Origin(),
        help="Where x = 0, y = 0 lies on the globe, or LON,LAT,X,Y: where X,Y lies.",
    )
    @click.option("--header/--no-header", default=None, help="Whether the first line names the columns.")
    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        return command(*args, columns=_columns(kwargs), **kwargs)

    return run


def takes_incidents(command: Command) -> Command:
    """Let a command take a file of places and days."""

    @takes_places
    @click.option("--date", "day", help="Column of the day: 2016-01-31, 31/01/2016 or a whole number.")
    @click.option(
        "--date-order", type=click.Choice(["day-first", "month-first"]), help="How to read 01/02/2016."
    )
    @wraps(command)
    def run(*args: Any, columns: Columns, day: str | None, date_order: Any, **kwargs: Any) -> Any:
        return command(*args, columns=replace(columns, day=day, date_order=date_order), **kwargs)

    return run


def _columns(given: dict[str, Any]) -> Columns:
    """Take the options of `takes_places` out of all that were given."""
    names = ("x", "y", "lon", "lat", "source", "visit", "origin", "header")
    return Columns(id=given.pop("identity"), **{name: given.pop(name) for name in names})


def progress(what: str) -> Callable[[int, int], None]:
    """Tell on a terminal how far it is, in place of the seconds alone."""

    def tell(done: int, of: int) -> None:
        if sys.stderr.isatty():
            click.get_current_context().meta[_TICKER]()
            click.echo(f"\r{done:,} of {of:,} {what}", nl=done == of, err=True)

    return tell


def today() -> int:
    """Days since 1970-01-01, in UTC, and one more: somewhere it is tomorrow already."""
    return int(SystemClock().now().timestamp() // 86_400) + 1


def this_day() -> date:
    """The day in UTC."""
    return SystemClock().now().date()


class Numbers(click.ParamType[tuple[float, ...]]):
    """Numbers between commas; `count` of them if that is given."""

    name = "A,B,..."

    def __init__(self, count: int | None = None) -> None:
        self._count = count

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            numbers = tuple(float(each) for each in value.split(","))
        except ValueError:
            self.fail(f"{value!r} is not numbers between commas, such as 1,2.5,10", param, ctx)
        if self._count not in (None, len(numbers)):
            self.fail(f"{value!r} is not {self._count} numbers between commas", param, ctx)
        return numbers


class Names(click.ParamType[tuple[str, ...]]):
    """Names between commas; one that holds a comma stands in quotes: `"Washington, DC",Ohio`."""

    name = "A,B,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        fields = next(csv.reader([value], skipinitialspace=True), [])
        names = tuple(each.strip() for each in fields)
        if not all(names):
            self.fail(f"{value!r} has a name that is empty", param, ctx)
        return names


class Origin(click.ParamType[Plane]):
    """LON,LAT or LON,LAT,X,Y."""

    name = "LON,LAT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            longitude, latitude, *xy = (float(each) for each in value.split(","))
            return Plane(longitude, latitude, *xy)
        except (ValueError, TypeError):
            self.fail(f"{value!r} is not LON,LAT such as -87.63,41.88, nor LON,LAT,X,Y", param, ctx)


class Span(click.ParamType[tuple[int, int]]):
    """FIRST-LAST: whole numbers, such as years."""

    name = "FIRST-LAST"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        span = re.fullmatch(r"(-?\d+)-(-?\d+)", value)
        if span is None or int(span[1]) > int(span[2]):
            self.fail(f"{value!r} is not two times, such as 1960-1969", param, ctx)
        return int(span[1]), int(span[2])


class When(click.ParamType[int]):
    """A date, or the whole number of a day."""

    name = "DAY"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            [day] = dates.read([value])
        except dates.BadDate as e:
            self.fail(e.message, param, ctx)
        return day


def write_at_the_end(path: Path, text: str) -> None:
    """With the report and the map, once nothing can go wrong any more."""
    click.get_current_context().meta[_FILES][path] = text


def _worked_out(command: Callable[..., Study], *args: Any, **kwargs: Any) -> Study:
    """Numbers beyond what can be reckoned with end here, and never in an answer."""
    try:
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            return command(*args, **kwargs)
    except ArithmeticError as e:
        raise TooExtreme from e
    except MemoryError as e:
        raise TooMuch from e


def _refuse_targets(targets: list[Path], read: list[Path]) -> None:
    for path in targets:
        if targets.count(path) > 1:
            raise CannotWrite(f"{path} is named twice; a report and a map are two files")
        if path.exists() and not path.is_file():
            raise CannotWrite(f"{path} is no file and cannot be written over")
        if any(path.exists() and each.exists() and path.samefile(each) for each in read):
            raise CannotWrite(f"{path} is what the answer is made of; name another file")


def _write(files: dict[Path, str]) -> None:
    try:
        write_together({path: text.encode() for path, text in files.items()})
    except OSError as e:
        names = " and ".join(map(str, files))
        raise CannotWrite(f"{names} cannot be written: {e.strerror}") from e
