"""SQL of incidents, their maps, and what agencies were given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from latchstring.base.errors import NotFound
from latchstring.network.database.pools import Transaction
from latchstring.network.incidents.models import HOUSEHOLD_CAP, Incident, Plan, PublishedMap, Release, Waiting

REPORTED, IMPORTED = "report", "import"


class UnknownMap(NotFound):
    """There is no such map."""


class UnknownRelease(NotFound):
    """There is no such release, or it is another agency's."""


def add(incidents: Iterable[Incident], *, came: str, on: date, db: Transaction) -> int:
    """Keep them; an import counts at once, a report waits. Returns how many were not there before."""
    with db.cursor() as cursor:
        cursor.executemany(
            """
            insert into incidents.incidents (kind, day, cell, coarse, household, came, received_on, counted)
            values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing
            """,
            [(i.kind, i.day, i.cell, i.coarse, i.household, came, on, came == IMPORTED) for i in incidents],
        )
        return max(cursor.rowcount, 0)


def waiting_in(cell: str, *, db: Transaction) -> int:
    row = db.execute(
        "select count(*) as n from incidents.incidents where cell = %s and not counted", [cell]
    ).fetchone()
    assert row is not None
    return int(row["n"])


def waiting(*, limit: int = 500, db: Transaction) -> list[Waiting]:
    """Reports that nobody has looked at, oldest first."""
    rows = db.execute(
        "select id, kind, day, cell from incidents.incidents where not counted order by id limit %s", [limit]
    )
    return [Waiting(**row) for row in rows]


def count_waiting(ids: Sequence[int], *, db: Transaction) -> int:
    return db.execute(
        "update incidents.incidents set counted = true where id = any(%s) and not counted", [list(ids)]
    ).rowcount


def drop_waiting(ids: Sequence[int], *, db: Transaction) -> int:
    return db.execute(
        "delete from incidents.incidents where id = any(%s) and not counted", [list(ids)]
    ).rowcount


def count(plan: Plan, *, db: Transaction) -> dict[str, int]:
    """Incidents by cell of resolution 9, of each household its first ones up to the cap."""
    rows = db.execute(
        """
        select cell, count(*) as n from (
            select cell, row_number() over (partition by household order by day, id) as which
            from incidents.incidents
            where counted and coarse = any(%s) and day between %s and %s and kind = any(%s)
        ) capped where which <= %s group by cell order by cell
        """,
        [list(plan.area), plan.start, plan.end, list(plan.kinds), HOUSEHOLD_CAP],
    )
    return {row["cell"]: row["n"] for row in rows}


def counted_by_area(*, db: Transaction) -> dict[str, int]:
    """How many incidents count in each coarse cell, of all days and kinds, before any cap."""
    rows = db.execute("select coarse, count(*) as n from incidents.incidents where counted group by coarse")
    return {row["coarse"]: row["n"] for row in rows}


def lock_books(*, db: Transaction) -> None:
    """Until the transaction ends, nobody else spends."""
    db.execute("lock table incidents.budget in share row exclusive mode")


def spent(area: Sequence[str], year: int, *, db: Transaction) -> dict[str, int]:
    """Epsilon spent on each of these coarse cells in a year, in thousandths."""
    rows = db.execute(
        "select cell, spent_thousandths from incidents.budget where cell = any(%s) and year = %s",
        [list(area), year],
    )
    return {row["cell"]: row["spent_thousandths"] for row in rows}


def spend(area: Sequence[str], year: int, thousandths: int, *, db: Transaction) -> None:
    with db.cursor() as cursor:
        cursor.executemany(
            """
            insert into incidents.budget (cell, year, spent_thousandths) values (%s, %s, %s)
            on conflict (cell, year) do update
                set spent_thousandths = incidents.budget.spent_thousandths + excluded.spent_thousandths
            """,
            [(cell, year, thousandths) for cell in area],
        )


def add_map(published: PublishedMap, *, db: Transaction) -> None:
    db.execute(
        "insert into incidents.maps (sha256, area, body, published_at) values (%s, %s, %s, %s)",
        [published.sha256, list(published.area), published.body, published.published_at],
    )


def shown(*, db: Transaction) -> list[PublishedMap]:
    """What residents see: the newest map of each area, newest first."""
    rows = db.execute(
        """
        select body, published_at from (
            select distinct on (area) body, published_at from incidents.maps order by area, number desc
        ) newest order by published_at desc
        """
    )
    return [_map(row) for row in rows]


def shown_of(area: Sequence[str], *, db: Transaction) -> PublishedMap | None:
    row = db.execute(
        "select body, published_at from incidents.maps where area = %s order by number desc limit 1",
        [list(area)],
    ).fetchone()
    return _map(row) if row else None


def get_map(sha256: str, *, db: Transaction) -> PublishedMap:
    row = db.execute("select body, published_at from incidents.maps where sha256 = %s", [sha256]).fetchone()
    if row is None:
        raise UnknownMap
    return _map(row)


def add_release(release: Release, *, officer: str, db: Transaction) -> None:
    db.execute(
        """
        insert into incidents.releases
            (id, agency, officer, map_sha256, purpose, asked_at, expires_on, reasons, entry)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        [
            release.id, release.agency, officer, release.map_sha256, release.purpose, release.asked_at,
            release.expires_on, list(release.reasons), release.entry,
        ],
    )  # fmt: skip


def releases(*, limit: int = 200, db: Transaction) -> list[Release]:
    """What was asked, newest first."""
    rows = db.execute(f"{_RELEASES} order by asked_at desc, id limit %s", [limit])
    return [_release(row) for row in rows]


def get_release(release: str, *, agency: str, db: Transaction) -> Release:
    row = db.execute(f"{_RELEASES} where id = %s and agency = %s", [release, agency]).fetchone()
    if row is None:
        raise UnknownRelease
    return _release(row)


def over(*, today: date, db: Transaction) -> list[Release]:
    """Given maps whose last day has passed, locked."""
    rows = db.execute(
        f"{_RELEASES} where expiry_entry is null and reasons = '{{}}' and expires_on < %s for update", [today]
    )
    return [_release(row) for row in rows]


def end(release: str, entry: int, *, db: Transaction) -> None:
    db.execute("update incidents.releases set expiry_entry = %s where id = %s", [entry, release])


_RELEASES = """
    select id, agency, map_sha256, purpose, asked_at, expires_on, reasons, expiry_entry, entry
    from incidents.releases
"""


def _map(row: Mapping[str, Any]) -> PublishedMap:
    at: datetime = row["published_at"]
    return PublishedMap(body=bytes(row["body"]), published_at=at)


def _release(row: Mapping[str, Any]) -> Release:
    given = dict(row)
    return Release(over=given.pop("expiry_entry") is not None, reasons=tuple(given.pop("reasons")), **given)
