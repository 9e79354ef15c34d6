"""Rows of what was seen of the network, and of what is shared."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from latchstring.base.ids import DisclosureId, RequestId
from latchstring.base.time import from_micros, to_micros
from latchstring.hub.uplink.models import RefusedRecord, SeenBundle, Share, ShareState

MAX_REFUSED = 100
"""Older refusals are forgotten, so that nobody can fill the disk with bad records."""


def seen_bundle(origin: str, cell: str, *, db: sqlite3.Connection) -> SeenBundle | None:
    row = db.execute("SELECT * FROM seen_bundle WHERE origin = ? AND cell = ?", (origin, cell)).fetchone()
    if row is None:
        return None
    return SeenBundle(
        etag=row["etag"],
        issued_at=from_micros(row["issued_us"]),
        tree_size=row["tree_size"],
        body=row["body"],
    )


def keep_bundle(origin: str, cell: str, bundle: SeenBundle, *, db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT OR REPLACE INTO seen_bundle (origin, cell, etag, issued_us, tree_size, body)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (origin, cell, bundle.etag, to_micros(bundle.issued_at), bundle.tree_size, bundle.body),
    )


def seen_checkpoint(origin: str, *, db: sqlite3.Connection) -> str | None:
    """The signed note of the newest checkpoint that was seen."""
    row = db.execute("SELECT note FROM seen_checkpoint WHERE origin = ?", (origin,)).fetchone()
    return None if row is None else str(row["note"])


def keep_checkpoint(origin: str, note: str, *, now: datetime, db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT OR REPLACE INTO seen_checkpoint (origin, note, seen_us) VALUES (?, ?, ?)",
        (origin, note, to_micros(now)),
    )


def add_refused(refused: RefusedRecord, *, db: sqlite3.Connection) -> bool:
    """Keep it; False where it is known already."""
    added = db.execute(
        "INSERT OR IGNORE INTO refused_record (statement_sha256, request, step, reason, message, at_us)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            refused.statement_sha256,
            refused.request,
            refused.step,
            refused.reason,
            refused.message,
            to_micros(refused.at),
        ),
    )
    db.execute(
        "DELETE FROM refused_record WHERE statement_sha256 NOT IN"
        " (SELECT statement_sha256 FROM refused_record ORDER BY at_us DESC, rowid DESC LIMIT ?)",
        (MAX_REFUSED,),
    )
    return added.rowcount == 1


def refused(*, db: sqlite3.Connection) -> list[RefusedRecord]:
    """Newest first."""
    rows = db.execute("SELECT * FROM refused_record ORDER BY at_us DESC, rowid DESC").fetchall()
    return [
        RefusedRecord(
            statement_sha256=row["statement_sha256"],
            request=row["request"],
            step=row["step"],
            reason=row["reason"],
            message=row["message"],
            at=from_micros(row["at_us"]),
        )
        for row in rows
    ]


def add_share(share: Share, *, db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT INTO share (request, consent, state, since_us, clips, agreed_us, upload_after_us)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            share.request,
            share.consent,
            share.state,
            to_micros(share.since),
            json.dumps(share.clips),
            to_micros(share.agreed_at),
            to_micros(share.upload_after),
        ),
    )


def share(request: RequestId, *, db: sqlite3.Connection) -> Share | None:
    row = db.execute("SELECT * FROM share WHERE request = ?", (request,)).fetchone()
    return None if row is None else _share(row)


def all_shares(*, db: sqlite3.Connection) -> list[Share]:
    return [_share(row) for row in db.execute("SELECT * FROM share").fetchall()]


def shares_under_way(*, db: sqlite3.Connection) -> list[Share]:
    rows = db.execute(
        "SELECT * FROM share WHERE state IN ('consented', 'sealed', 'uploading') ORDER BY agreed_us"
    ).fetchall()
    return [_share(row) for row in rows]


def move_share(
    share: Share,
    to: ShareState,
    *,
    now: datetime,
    disclosure: DisclosureId | None = None,
    entry: int | None = None,
    trouble: str | None = None,
    db: sqlite3.Connection,
) -> bool:
    """From the state that `share` has to the next; False where it has moved or was taken back meanwhile."""
    changed = db.execute(
        "UPDATE share SET state = ?, since_us = ?, disclosure = coalesce(?, disclosure),"
        " entry = coalesce(?, entry), trouble = ? WHERE consent = ? AND state = ?",
        (to, to_micros(now), disclosure, entry, trouble, share.consent, share.state),
    )
    return changed.rowcount == 1


def note_trouble(share: Share, trouble: str | None, *, db: sqlite3.Connection) -> None:
    db.execute("UPDATE share SET trouble = ? WHERE consent = ?", (trouble, share.consent))


def remove_share(share: Share, *, db: sqlite3.Connection) -> bool:
    removed = db.execute(
        "DELETE FROM share WHERE consent = ? AND state IN ('consented', 'sealed', 'failed')", (share.consent,)
    )
    return removed.rowcount == 1


def _share(row: sqlite3.Row) -> Share:
    return Share(
        request=RequestId(row["request"]),
        consent=row["consent"],
        state=ShareState(row["state"]),
        since=from_micros(row["since_us"]),
        clips=tuple(json.loads(row["clips"])),
        agreed_at=from_micros(row["agreed_us"]),
        upload_after=from_micros(row["upload_after_us"]),
        disclosure=None if row["disclosure"] is None else DisclosureId(row["disclosure"]),
        entry=row["entry"],
        trouble=row["trouble"],
    )
