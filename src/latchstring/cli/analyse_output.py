"""What all `analyse` commands share: how they take a table, and how they answer."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from latchstring.base.clock import SystemClock
from latchstring.base.errors import BadInput
from latchstring.base.files import write_whole
from latchstring.studies import answer, report
from latchstring.studies.incidents import Columns
from latchstring.studies.study import Study

Command = Callable[..., Any]


class NoMap(BadInput):
    """This study has no map, so there is no GeoJSON of it."""


class CannotWrite(BadInput):
    """The file cannot be written."""


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
        study = command(*args, **kwargs)
        if geojson is not None and study.geojson is None:
            raise NoMap
        if html is not None:
            _write(html, report.to_html(study))
        if geojson is not None:
            _write(geojson, answer.to_json(study.geojson))
        if as_json:
            click.echo(answer.to_json(study.full if full else study.answer))
        else:
            click.echo(study.to_text())

    return run


def takes_incidents(command: Command) -> Command:
    """Let a command take a file of incidents, its columns named by flags or found by their usual names."""

    @click.argument("file", type=click.Path(path_type=Path))
    @click.option("--x", help="Column of x, in metres.")
    @click.option("--y", help="Column of y, in metres.")
    @click.option("--date", "day", help="Column of the day: 2016-01-31, 31/01/2016 or a whole number.")
    @click.option(
        "--date-order", type=click.Choice(["day-first", "month-first"]), help="How to read 01/02/2016."
    )
    @click.option("--header/--no-header", default=None, help="Whether the first line names the columns.")
    @wraps(command)
    def run(
        *args: Any,
        x: str | None,
        y: str | None,
        day: str | None,
        date_order: Any,
        header: bool | None,
        **kwargs: Any,
    ) -> Any:
        columns = Columns(x=x, y=y, day=day, date_order=date_order, header=header)
        return command(*args, columns=columns, **kwargs)

    return run


def progress(what: str) -> Callable[[int, int], None]:
    """Tell on a terminal how far it is."""

    def tell(done: int, of: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{done:,} of {of:,} {what}", nl=done == of, err=True)

    return tell


def today() -> int:
    """Days since 1970-01-01, in UTC, and one more: somewhere it is tomorrow already."""
    return int(SystemClock().now().timestamp() // 86_400) + 1


class Numbers(click.ParamType[tuple[float, ...]]):
    """Numbers between commas."""

    name = "A,B,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return tuple(float(each) for each in value.split(","))
        except ValueError:
            self.fail(f"{value!r} is not numbers between commas, such as 1,2.5,10", param, ctx)


def _write(path: Path, text: str) -> None:
    try:
        write_whole(path, text.encode())
    except OSError as e:
        raise CannotWrite(f"{path} cannot be written: {e.strerror}") from e
