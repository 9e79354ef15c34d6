"""SQL of disclosures, openings, outcomes and uploads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg.errors import UniqueViolation

from latchstring.base.errors import Conflict, NotFound
from latchstring.base.ids import DisclosureId, RequestId
from latchstring.base.signing import Envelope, VerifyKey
from latchstring.network.accounts.models import Account
from latchstring.network.database.pools import Transaction
from latchstring.network.disclosures.models import Concluded, Made, Opened

_MADE = """
    select d.id, d.request, d.nonce, d.ciphertext_sha256, d.size_bytes, d.disclosure, d.receipt, d.device_key,
        d.received_at, d.entry
    from disclosures.disclosures d
"""


class ReceiptUsed(Conflict):
    """This receipt has been used; a consent is good for one disclosure."""


class DisclosureKnown(Conflict):
    """There is another disclosure with this name or this ciphertext; seal again."""


class UnknownDisclosure(NotFound):
    """There is no such disclosure."""


def add(made: Made, *, db: Transaction) -> None:
    try:
        db.execute(
            """
            insert into disclosures.disclosures (id, request, disclosure_sha256, receipt_sha256, nonce,
                ciphertext_sha256, size_bytes, disclosure, receipt, device_key, received_at, entry)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [
                made.id, made.request, made.disclosure_sha256, made.receipt_sha256, made.nonce,
                made.ciphertext_sha256, made.size_bytes, made.disclosure.encode(), made.receipt.encode(),
                made.device_key.to_text(), made.received_at, made.entry,
            ],
        )  # fmt: skip
    except UniqueViolation as e:
        used = e.diag.constraint_name or ""
        raise (ReceiptUsed if "receipt" in used or "nonce" in used else DisclosureKnown) from e


def find_same(disclosure_sha256: str, *, db: Transaction) -> Made | None:
    """The disclosure of exactly these signed bytes."""
    row = db.execute(f"{_MADE} where d.disclosure_sha256 = %s", [disclosure_sha256]).fetchone()
    return _made(row) if row else None


def check_unused(made: Made, *, db: Transaction) -> None:
    """Refuse a receipt that was used, before anything large is read."""
    row = db.execute(
        "select 1 from disclosures.disclosures where receipt_sha256 = %s or nonce = %s",
        [made.receipt_sha256, made.nonce],
    ).fetchone()
    if row is not None:
        raise ReceiptUsed


def get_for(officer: Account, disclosure: str, *, db: Transaction) -> Made:
    """A disclosure to the officer's own agency."""
    row = db.execute(
        f"{_MADE} join requests.requests r on r.id = d.request where d.id = %s and r.agency = %s",
        [disclosure, officer.agency],
    ).fetchone()
    if row is None:
        raise UnknownDisclosure
    return _made(row)


def all_of(request: RequestId, *, db: Transaction) -> list[Made]:
    """Every disclosure of a request, in the order of entering."""
    return [_made(row) for row in db.execute(f"{_MADE} where d.request = %s order by d.entry", [request])]


def add_opening(opened: Opened, opening_sha256: str, *, db: Transaction) -> None:
    db.execute(
        """
        insert into disclosures.openings (disclosure, officer, opening_sha256, envelope, at, entry)
        values (%s, %s, %s, %s, %s, %s)
        """,
        [
            opened.disclosure,
            opened.officer,
            opening_sha256,
            opened.envelope.encode(),
            opened.at,
            opened.entry,
        ],
    )


def openings_of(disclosure: DisclosureId, *, db: Transaction) -> list[Opened]:
    rows = db.execute(
        """
        select disclosure, officer, envelope, at, entry
        from disclosures.openings where disclosure = %s order by entry
        """,
        [disclosure],
    )
    return [Opened(**row | {"envelope": Envelope.decode(bytes(row["envelope"]))}) for row in rows]


def lock_opening(disclosure: DisclosureId, officer: str, *, db: Transaction) -> None:
    """One opening by one officer at a time, until the transaction ends."""
    db.execute("select pg_advisory_xact_lock(hashtextextended(%s, 2))", [f"{disclosure} {officer}"])


def lock_outcomes(request: RequestId, *, db: Transaction) -> None:
    """One outcome of a request at a time, until the transaction ends."""
    db.execute("select pg_advisory_xact_lock(hashtextextended(%s, 3))", [request])


def add_outcome(concluded: Concluded, outcome_sha256: str, *, db: Transaction) -> None:
    db.execute(
        """
        insert into disclosures.outcomes (request, officer, outcome, outcome_sha256, envelope, at, entry)
        values (%s, %s, %s, %s, %s, %s, %s)
        """,
        [
            concluded.request, concluded.officer, concluded.outcome, outcome_sha256,
            concluded.envelope.encode(), concluded.at, concluded.entry,
        ],
    )  # fmt: skip


def outcomes_of(request: RequestId, *, db: Transaction) -> list[Concluded]:
    rows = db.execute(
        """
        select request, officer, outcome, envelope, at, entry
        from disclosures.outcomes where request = %s order by entry
        """,
        [request],
    )
    return [Concluded(**row | {"envelope": Envelope.decode(bytes(row["envelope"]))}) for row in rows]


def touch_upload(sha256: str, received_bytes: int, *, now: datetime, db: Transaction) -> None:
    db.execute(
        """
        insert into disclosures.uploads (sha256, received_bytes, touched_at) values (%s, %s, %s)
        on conflict (sha256) do update
            set received_bytes = excluded.received_bytes, touched_at = excluded.touched_at
        """,
        [sha256, received_bytes, now],
    )


def forget_upload(sha256: str, *, db: Transaction) -> None:
    db.execute("delete from disclosures.uploads where sha256 = %s", [sha256])


def drop_old_uploads(before: datetime, *, db: Transaction) -> list[str]:
    """Forget uploads that nobody went on with since `before`; returns those that no disclosure claims."""
    rows = db.execute(
        """
        with old as (delete from disclosures.uploads where touched_at < %s returning sha256)
        select sha256 from old
        where not exists (select 1 from disclosures.disclosures d where d.ciphertext_sha256 = old.sha256)
        """,
        [before],
    )
    return [row["sha256"] for row in rows]


def _made(row: dict[str, Any]) -> Made:
    return Made(
        **row
        | {
            "disclosure": Envelope.decode(bytes(row["disclosure"])),
            "receipt": Envelope.decode(bytes(row["receipt"])),
            "device_key": VerifyKey.from_text(row["device_key"]),
        }
    )
