"""SQL of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from latchstring.base.errors import LatchstringError, NotFound
from latchstring.ledger.checkpoint import Checkpoint
from latchstring.network.database.pools import Transaction

_WRITER = 7_204_312  # the advisory lock of whoever integrates


class NoLedger(LatchstringError):
    """The ledger has not been begun."""


class UnknownEntry(NotFound):
    """The log has no entry of this index yet."""


@dataclass(frozen=True, kw_only=True)
class Head:
    """The newest signed state."""

    checkpoint: Checkpoint
    text: str  # signed note


@dataclass(frozen=True, kw_only=True)
class Entered:
    """An entry with its place in the tree."""

    position: int
    kind: str
    body: bytes


def add(kind: str, subject: str, body: bytes, *, db: Transaction) -> int:
    row = db.execute("select ledger.enter(%s, %s, %s) as id", [kind, subject, body]).fetchone()
    assert row is not None
    return int(row["id"])


def lock_writer(*, db: Transaction) -> None:
    """One writer at a time, until the transaction ends."""
    db.execute("select pg_advisory_xact_lock(%s)", [_WRITER])


def find_head(*, db: Transaction) -> Head | None:
    row = db.execute("select origin, size, root, checkpoint from ledger.head").fetchone()
    if row is None:
        return None
    return Head(checkpoint=Checkpoint(row["origin"], row["size"], row["root"]), text=row["checkpoint"])


def get_head(*, db: Transaction) -> Head:
    if (head := find_head(db=db)) is None:
        raise NoLedger
    return head


def begin(head: Head, *, db: Transaction) -> None:
    c = head.checkpoint
    db.execute(
        "insert into ledger.head (origin, size, root, checkpoint) values (%s, %s, %s, %s)",
        [c.origin, c.size, c.root, head.text],
    )


def swap_head(old: Checkpoint, new: Head, *, db: Transaction) -> bool:
    """Replace the head if it still is `old`."""
    swapped = db.execute(
        "update ledger.head set size = %s, root = %s, checkpoint = %s where size = %s and root = %s",
        [new.checkpoint.size, new.checkpoint.root, new.text, old.size, old.root],
    )
    return swapped.rowcount == 1


def give_positions(limit: int, *, db: Transaction) -> int:
    """Give up to `limit` waiting entries their place, in the order of entering; returns how many.

    The wake-ups that are seen are dropped in the same statement, so in the same snapshot: the entries they
    belong to are seen too. A caller goes on until fewer than `limit` were placed.
    """
    placed = db.execute(
        """
        with woken as (
            delete from jobs.procrastinate_jobs where id in (
                select id from jobs.procrastinate_jobs
                where status = 'todo' and task_name = 'integrate' for update skip locked
            )
        ), next as (
            select coalesce(max(position) + 1, 0) as position from ledger.entries
        ), waiting as (
            select id, row_number() over (order by id) - 1 as n
            from (select id from ledger.entries where position is null order by id limit %(limit)s) first
        )
        update ledger.entries e set position = next.position + waiting.n
        from waiting, next where e.id = waiting.id
        """,
        {"limit": limit},
    )
    return placed.rowcount


def entries_from(position: int, limit: int, *, db: Transaction) -> list[Entered]:
    """Entries in the order of the tree, from `position` on."""
    rows = db.execute(
        "select position, kind, body from ledger.entries where position >= %s order by position limit %s",
        [position, limit],
    )
    return [Entered(**row) for row in rows]


def entries_before(position: int, limit: int, *, db: Transaction) -> list[Entered]:
    """The newest entries below `position`, newest first."""
    rows = db.execute(
        "select position, kind, body from ledger.entries where position < %s order by position desc limit %s",
        [position, limit],
    )
    return [Entered(**row) for row in rows]


def about(subject: str, *, db: Transaction) -> list[tuple[int | None, bytes]]:
    """What was entered about a request, in order, with the position of what is public."""
    rows = db.execute(
        """
        select case when position < size then position end as position, body
        from ledger.entries, ledger.head where subject = %s order by id
        """,
        [subject],
    )
    return [(row["position"], bytes(row["body"])) for row in rows]


def get(position: int, *, db: Transaction) -> Entered:
    row = db.execute(
        "select position, kind, body from ledger.entries where position = %s", [position]
    ).fetchone()
    if row is None:
        raise UnknownEntry
    return Entered(**row)


def entered(ids: Sequence[int], *, db: Transaction) -> dict[int, Entered]:
    """Which of these entries are public: under the newest checkpoint."""
    rows = db.execute(
        """
        select id, position, kind, body from ledger.entries, ledger.head
        where id = any(%s) and position < size
        """,
        [list(ids)],
    )
    return {row.pop("id"): Entered(**row) for row in rows}
