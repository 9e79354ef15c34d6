"""What the household recorded to be said at the door."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from latchstring.base import ids
from latchstring.base.time import to_micros
from latchstring.hub.doorbell import sound_files
from latchstring.hub.doorbell.models import BadReplyName, NoSuchReply, Reply, ReplyId, TooManyReplies
from latchstring.hub.store import Store

MOST = 20
LONGEST_NAME = 60


class Replies:
    """Use from any thread. What is removed can be brought back."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> list[Reply]:
        """In the order in which they were added."""
        with self._store.read() as db:
            return _all(db)

    def get(self, reply: ReplyId) -> Reply:
        with self._store.read() as db:
            return _get(reply, db)

    def pcm(self, reply: ReplyId) -> bytes:
        with self._store.read() as db:
            row = db.execute(
                "SELECT pcm FROM quick_reply WHERE id = ? AND removed_us IS NULL", (reply,)
            ).fetchone()
        if row is None:
            raise NoSuchReply
        return bytes(row["pcm"])

    def add(self, name: str, recording: bytes, *, now: datetime) -> Reply:
        """Any recording that can be decoded."""
        name, pcm = _checked(name), sound_files.pcm_of(recording)
        reply = ReplyId(ids.new("qr"))
        with self._store.write() as db:
            if len(_all(db)) >= MOST:
                raise TooManyReplies
            db.execute(
                "INSERT INTO quick_reply (id, name, pcm, added_us) VALUES (?, ?, ?, ?)",
                (reply, name, pcm, to_micros(now)),
            )
            return _get(reply, db)

    def rename(self, reply: ReplyId, name: str) -> Reply:
        name = _checked(name)
        with self._store.write() as db:
            _get(reply, db)
            db.execute("UPDATE quick_reply SET name = ? WHERE id = ?", (name, reply))
            return _get(reply, db)

    def remove(self, reply: ReplyId, *, now: datetime) -> None:
        """It is no longer said anywhere, by itself neither."""
        with self._store.write() as db:
            _get(reply, db)
            db.execute("UPDATE quick_reply SET removed_us = ? WHERE id = ?", (to_micros(now), reply))

    def bring_back(self, reply: ReplyId) -> Reply:
        """Undo a removal; where it was said by itself it is again."""
        with self._store.write() as db:
            if len(_all(db)) >= MOST:
                raise TooManyReplies
            db.execute("UPDATE quick_reply SET removed_us = NULL WHERE id = ?", (reply,))
            return _get(reply, db)


def _all(db: sqlite3.Connection) -> list[Reply]:
    rows = db.execute(
        """SELECT id, name, length(pcm) AS size FROM quick_reply
           WHERE removed_us IS NULL ORDER BY added_us, rowid"""
    )
    return [_reply(row) for row in rows]


def _get(reply: ReplyId, db: sqlite3.Connection) -> Reply:
    row = db.execute(
        "SELECT id, name, length(pcm) AS size FROM quick_reply WHERE id = ? AND removed_us IS NULL", (reply,)
    ).fetchone()
    if row is None:
        raise NoSuchReply
    return _reply(row)


def _reply(row: sqlite3.Row) -> Reply:
    return Reply(id=ReplyId(row["id"]), name=row["name"], seconds=sound_files.seconds_of(row["size"]))


def _checked(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise BadReplyName
    return name
