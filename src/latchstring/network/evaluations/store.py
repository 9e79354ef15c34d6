"""SQL of locked plans and results."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg.errors import UniqueViolation

from latchstring.base.errors import Conflict, NotFound
from latchstring.base.ids import StudyId
from latchstring.network.database.pools import Transaction
from latchstring.network.evaluations.models import Locked

_STUDIES = """
    select id, holder, plan, plan_sha256, locked_at, readable_on, lock_entry, result, result_sha256, read_at,
        read_entry
    from evaluations.studies
"""


class UnknownStudy(NotFound):
    """There is no such study."""


class PlanKnown(Conflict):
    """Exactly this plan is locked already."""


def add(locked: Locked, *, db: Transaction) -> None:
    try:
        db.execute(
            """
            insert into evaluations.studies
                (id, holder, plan, plan_sha256, locked_at, readable_on, lock_entry)
            values (%s, %s, %s, %s, %s, %s, %s)
            """,
            [
                locked.id, locked.holder, locked.plan, locked.plan_sha256, locked.locked_at,
                locked.readable_on, locked.lock_entry,
            ],
        )  # fmt: skip
    except UniqueViolation as e:
        raise PlanKnown from e


def put_result(read: Locked, *, db: Transaction) -> None:
    db.execute(
        """
        update evaluations.studies set result = %s, result_sha256 = %s, read_at = %s, read_entry = %s
        where id = %s
        """,
        [read.result, read.result_sha256, read.read_at, read.read_entry, read.id],
    )


def get(study: str, *, db: Transaction) -> Locked:
    row = db.execute(f"{_STUDIES} where id = %s", [study]).fetchone()
    if row is None:
        raise UnknownStudy
    return Locked(**{**row, "id": StudyId(row["id"])})


def lock_row(study: str, *, db: Transaction) -> Locked:
    """The study, which nobody else reads until the transaction ends."""
    db.execute("select 1 from evaluations.studies where id = %s for update", [study])
    return get(study, db=db)


def everything(*, db: Transaction) -> Sequence[Locked]:
    """Newest first."""
    rows = db.execute(f"{_STUDIES} order by locked_at desc, id")
    return [Locked(**{**row, "id": StudyId(row["id"])}) for row in rows]
