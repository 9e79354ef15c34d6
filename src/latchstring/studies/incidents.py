"""Incidents out of a table: where, and on which day."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from latchstring.analysis.points import Degrees, Incidents, Points
from latchstring.base.errors import BadInput
from latchstring.studies import table
from latchstring.studies.dates import Order

X = ("x", "x_coord", "x_coordinate", "easting", "east", "e", "1")
Y = ("y", "y_coord", "y_coordinate", "northing", "north", "n", "2")
DAY = ("date", "day", "days", "date_single", "date_from", "time", "t", "when", "3")
_DEGREES = {"lon", "lng", "long", "longitude", "lat", "latitude"}


class FutureDate(BadInput):
    """An incident lies in the future."""


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The columns that were named; None: found by their usual names, or by place in a file without a head."""

    x: str | None = None
    y: str | None = None
    day: str | None = None
    date_order: Order | None = None
    header: bool | None = None


def read_incidents(path: Path, columns: Columns, *, today: int) -> Incidents:
    """`today` in days since 1970-01-01: a later date is refused, a plain number of a day is not."""
    layout = table.look(path, header=columns.header)
    x, y = _place_columns(layout, columns)
    day = layout.column(columns.day, DAY, "the day", "--date")
    rows = table.read(layout, [x, y, day])
    points, days = _points(rows, x, y), rows.days(day, columns.date_order)
    late = np.flatnonzero(days > today)
    if late.size and rows.holds_dates(day):
        raise FutureDate(f"{rows.where(int(late[0]))}: the date in column {day!r} lies in the future")
    return Incidents(points, days)


def read_points(path: Path, columns: Columns) -> Points:
    """Places only."""
    layout = table.look(path, header=columns.header)
    x, y = _place_columns(layout, columns)
    return _points(table.read(layout, [x, y]), x, y)


def _place_columns(layout: table.Layout, columns: Columns) -> tuple[str, str]:
    if columns.x is None and columns.y is None and _DEGREES & {name.lower() for name in layout.names}:
        raise Degrees
    return (
        layout.column(columns.x, X, "x, in metres", "--x"),
        layout.column(columns.y, Y, "y, in metres", "--y"),
    )


def _points(rows: table.Table, x: str, y: str) -> Points:
    return Points.of(rows.numbers(x), rows.numbers(y))
