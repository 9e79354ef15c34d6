"""Incidents out of a council's table. Coordinates become cells and households hashes as they are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from latchstring.analysis.guard import sources
from latchstring.base import geo
from latchstring.base.errors import BadInput
from latchstring.network.incidents.models import Incident, check_day, household_of
from latchstring.studies import cell_table, table
from latchstring.studies.cell_table import CellColumns
from latchstring.studies.dates import Order
from latchstring.studies.table import BadCell, Table

KIND = ("kind", "type", "offence", "category")
DAY = ("day", "date")
SOURCE = ("source",)
HOUSEHOLD = ("household", "household_id")
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, kw_only=True)
class IncidentColumns:
    """The columns that were named; None: found by their usual names."""

    place: CellColumns = field(default_factory=CellColumns)
    kind: str | None = None
    day: str | None = None
    source: str | None = None
    household: str | None = None
    date_order: Order | None = None


def read_incidents(path: Path, columns: IncidentColumns, *, key: bytes, today: date) -> list[Incident]:
    """Every row as an incident; the first that cannot be used is named by its line, and none is taken."""
    layout = table.look(path, header=columns.place.header)
    places = cell_table.place_columns(layout, columns.place)
    kind = layout.column(columns.kind, KIND, "the kind of incident", "kind")
    day = layout.column(columns.day, DAY, "the day", "day")
    source = layout.column(columns.source, SOURCE, "who found it (resident, visit or police)", "source")
    household = layout.column(columns.household, HOUSEHOLD, "a pseudonym of the household", "household")
    rows = table.read(layout, [*places, kind, day, source, household])
    cells = cell_table.cells(rows, places, geo.FINE_RESOLUTION)
    days = rows.days(day, columns.date_order).tolist()
    found = zip(rows.texts(kind), days, cells, rows.texts(source), rows.texts(household), strict=True)
    return [_incident(rows, n, *row, key=key, today=today) for n, row in enumerate(found)]


def _incident(
    rows: Table,
    row: int,
    kind: str,
    day: int,
    cell: str,
    source: str,
    household: str,
    *,
    key: bytes,
    today: date,
) -> Incident:
    try:
        sources.check_resident(sources.parse(source))
        return Incident(
            kind="-".join(kind.lower().replace("_", " ").replace("-", " ").split()),
            day=check_day(_EPOCH + timedelta(days=day), today=today),
            cell=cell,
            household=household_of(household, key),
        )
    except (BadInput, OverflowError) as e:
        why = e.message if isinstance(e, BadInput) else "the day is out of range"
        raise BadCell(f"{rows.where(row)}: {why}") from e
