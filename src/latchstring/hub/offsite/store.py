"""Rows of the target, of copies, and of events that have been dealt with."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from latchstring.base.time import from_micros, to_micros
from latchstring.hub.events.models import Event
from latchstring.hub.events.store import read_event
from latchstring.hub.offsite.models import Copy, Progress, Target


def target(*, db: sqlite3.Connection) -> Target | None:
    row = db.execute("SELECT * FROM offsite_target").fetchone()
    if row is None:
        return None
    return Target(url=row["url"], options=json.loads(row["options"]), keep_days=row["keep_days"])


def keep_target(target: Target, *, now: datetime, db: sqlite3.Connection) -> None:
    """Events that have ended by now are not copied, but for those that already wait."""
    db.execute(
        """INSERT INTO offsite_target (one, url, options, keep_days, since_us) VALUES (1, ?, ?, ?, ?)
           ON CONFLICT (one) DO UPDATE SET url = excluded.url, options = excluded.options,
               keep_days = excluded.keep_days""",
        (target.url, json.dumps(dict(target.options)), target.keep_days, to_micros(now)),
    )


def forget_target(*, db: sqlite3.Connection) -> None:
    """And what was put there: from now on the hub does not look after it."""
    db.execute("DELETE FROM offsite_target")
    db.execute("DELETE FROM offsite_copy")
    db.execute("DELETE FROM offsite_done")


_WAITING = """FROM event, offsite_target WHERE event.is_open = 0 AND event.end_us > offsite_target.since_us
    AND event.end_us <= :ended_us AND NOT EXISTS (SELECT 1 FROM offsite_done WHERE event = event.id)"""


def waiting(*, ended_before: datetime, db: sqlite3.Connection) -> Event | None:
    """The oldest event that is not there yet."""
    row = db.execute(
        f"SELECT event.* {_WAITING} ORDER BY event.end_us LIMIT 1",
        {"ended_us": to_micros(ended_before)},
    ).fetchone()
    return None if row is None else read_event(row)


def add(copy: Copy, *, now: datetime, db: sqlite3.Connection) -> None:
    db.execute(
        """INSERT OR REPLACE INTO offsite_copy (name, event, end_us, size_bytes, put_us)
           VALUES (?, ?, ?, ?, ?)""",
        (copy.name, copy.event, copy.end_us, copy.size_bytes, to_micros(now)),
    )


def done(event: Event, *, db: sqlite3.Connection) -> None:
    db.execute("INSERT OR REPLACE INTO offsite_done (event, end_us) VALUES (?, ?)", (event.id, event.end_us))


def expired(ended_before: datetime, *, db: sqlite3.Connection) -> list[str]:
    """Names of copies whose time is up."""
    rows = db.execute("SELECT name FROM offsite_copy WHERE end_us <= ?", (to_micros(ended_before),))
    return [row["name"] for row in rows]


def remove(name: str, *, db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM offsite_copy WHERE name = ?", (name,))


def forget_done(ended_before: datetime, *, db: sqlite3.Connection) -> None:
    """Of events that the hub has no row of any more."""
    db.execute(
        "DELETE FROM offsite_done WHERE end_us <= ? AND NOT EXISTS (SELECT 1 FROM event WHERE id = event)",
        (to_micros(ended_before),),
    )


def progress(*, now: datetime, trouble: str | None, db: sqlite3.Connection) -> Progress:
    row = db.execute(
        """SELECT count(*) AS copies, coalesce(sum(size_bytes), 0) AS size, max(put_us) AS last
           FROM offsite_copy"""
    ).fetchone()
    (waits,) = db.execute(f"SELECT count(*) {_WAITING}", {"ended_us": to_micros(now)}).fetchone()
    return Progress(
        copies=row["copies"],
        size_bytes=row["size"],
        waiting=waits,
        last_put=None if row["last"] is None else from_micros(row["last"]),
        trouble=trouble,
    )
