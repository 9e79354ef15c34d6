"""SQL of places."""

from __future__ import annotations

from collections.abc import Iterable

from latchstring.network.database.pools import Transaction
from latchstring.network.places.models import PlaceCell


def put(places: Iterable[PlaceCell], *, db: Transaction) -> None:
    with db.cursor() as cursor:
        cursor.executemany(
            """
            insert into places.cells (cell, coarse, dwellings) values (%s, %s, %s)
            on conflict (cell) do update set coarse = excluded.coarse, dwellings = excluded.dwellings
            """,
            [(place.cell, place.coarse, place.dwellings) for place in places],
        )


def everywhere(*, db: Transaction) -> list[PlaceCell]:
    rows = db.execute("select cell, dwellings from places.cells order by cell")
    return [PlaceCell(**row) for row in rows]


def among(cells: Iterable[str], *, db: Transaction) -> list[PlaceCell]:
    rows = db.execute("select cell, dwellings from places.cells where cell = any(%s)", [list(cells)])
    return [PlaceCell(**row) for row in rows]


def coarse_cells(*, db: Transaction) -> list[str]:
    """Every coarse cell with homes in it."""
    return [row["cell"] for row in db.execute("select distinct unnest(coarse) as cell from places.cells")]
