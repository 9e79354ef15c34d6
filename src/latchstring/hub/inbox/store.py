"""Rows of the inbox."""

from __future__ import annotations

import json
import sqlite3

from latchstring.base import canonical
from latchstring.base.ids import CameraId, RequestId
from latchstring.base.time import TimeRange, from_micros, to_micros
from latchstring.hub.inbox.models import Answer, HeldStep, InboxItem, MatchedClip
from latchstring.protocol.record import RequestRecord
from latchstring.protocol.statements import peek_request, peek_vote


def add(item: InboxItem, *, db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT INTO inbox_item (request, agency, record, steps, tree_size, arrived_us, expires_us)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            item.request.id,
            item.request.agency,
            canonical.encode(item.record.to_json()),
            json.dumps([[step.n, step.what] for step in item.steps]),
            item.tree_size,
            to_micros(item.arrived_at),
            to_micros(item.request.expires_at),
        ),
    )
    db.executemany(
        "INSERT INTO inbox_clip (request, id, camera, start_us, end_us) VALUES (?, ?, ?, ?, ?)",
        [
            (item.request.id, c.id, c.camera, to_micros(c.during.start), to_micros(c.during.end))
            for c in item.clips
        ],
    )


def get(request: RequestId, *, db: sqlite3.Connection) -> InboxItem | None:
    row = db.execute("SELECT * FROM inbox_item WHERE request = ?", (request,)).fetchone()
    return None if row is None else _item(row, db=db)


def newest_first(*, limit: int, db: sqlite3.Connection) -> list[InboxItem]:
    rows = db.execute(
        "SELECT * FROM inbox_item ORDER BY arrived_us DESC, request LIMIT ?", (limit,)
    ).fetchall()
    return [_item(row, db=db) for row in rows]


def set_answer(request: RequestId, answer: Answer | None, *, db: sqlite3.Connection) -> None:
    db.execute("UPDATE inbox_item SET answer = ? WHERE request = ?", (answer, request))


def _item(row: sqlite3.Row, *, db: sqlite3.Connection) -> InboxItem:
    """From the record as it was verified: what is shown is what was signed."""
    record = RequestRecord.from_json(canonical.decode(row["record"]))
    clips = db.execute(
        "SELECT * FROM inbox_clip WHERE request = ? ORDER BY start_us, camera", (row["request"],)
    )
    return InboxItem(
        request=peek_request(record.request),
        votes=tuple(peek_vote(vote) for vote in record.votes),
        record=record,
        steps=tuple(HeldStep(n=n, what=what) for n, what in json.loads(row["steps"])),
        tree_size=row["tree_size"],
        clips=tuple(_clip(clip) for clip in clips),
        arrived_at=from_micros(row["arrived_us"]),
        answer=None if row["answer"] is None else Answer(row["answer"]),
    )


def _clip(row: sqlite3.Row) -> MatchedClip:
    return MatchedClip(
        id=row["id"],
        camera=CameraId(row["camera"]),
        during=TimeRange(from_micros(row["start_us"]), from_micros(row["end_us"])),
    )
