"""Rows of the target, of places before it, of copies, and of events that have been dealt with."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime, timedelta

from latchstring.base.time import from_micros, to_micros
from latchstring.hub.events.models import Event
from latchstring.hub.events.store import read_event
from latchstring.hub.offsite.models import Copy, PlaceBefore, Progress, Target


def target(*, db: sqlite3.Connection) -> Target | None:
    row = db.execute("SELECT * FROM offsite_target").fetchone()
    return None if row is None else _target(row)


def keep_target(target: Target, *, now: datetime, db: sqlite3.Connection) -> None:
    """Events that have ended by now are not copied, but for those that already wait."""
    _leave(target.place, db=db)
    db.execute("DELETE FROM offsite_before WHERE rtrim(url, '/') = ?", (target.place,))
    db.execute(
        """INSERT INTO offsite_target (one, url, options, keep_days, since_us) VALUES (1, ?, ?, ?, ?)
           ON CONFLICT (one) DO UPDATE SET url = excluded.url, options = excluded.options,
               keep_days = excluded.keep_days""",
        (target.url, json.dumps(dict(target.options)), target.keep_days, to_micros(now)),
    )


def leave_target(*, db: sqlite3.Connection) -> None:
    """Nothing more is put there; what is there is deleted when its time is up."""
    _leave("", db=db)
    db.execute("DELETE FROM offsite_target")
    db.execute("DELETE FROM offsite_done")


def _leave(for_place: str, *, db: sqlite3.Connection) -> None:
    """Remember the target where it is another one, and how to get there."""
    db.execute(
        """INSERT OR REPLACE INTO offsite_before (url, options, keep_days)
           SELECT url, options, keep_days FROM offsite_target WHERE rtrim(url, '/') <> ?""",
        (for_place,),
    )
    forget_empty(db=db)


def forget_empty(*, db: sqlite3.Connection) -> None:
    """Places before in which no copy lies any more."""
    db.execute(
        """DELETE FROM offsite_before
           WHERE NOT EXISTS (SELECT 1 FROM offsite_copy WHERE place = rtrim(offsite_before.url, '/'))"""
    )


def before(*, db: sqlite3.Connection) -> list[PlaceBefore]:
    """The one with the newest copy first."""
    rows = db.execute(
        """SELECT url, options, keep_days, count(*) AS copies, sum(size_bytes) AS size, max(end_us) AS last_us
           FROM offsite_before JOIN offsite_copy ON place = rtrim(url, '/')
           GROUP BY url ORDER BY last_us DESC, url"""
    )
    return [
        PlaceBefore(
            target=_target(row),
            copies=row["copies"],
            size_bytes=row["size"],
            empty_at=from_micros(row["last_us"]) + timedelta(days=row["keep_days"]),
        )
        for row in rows
    ]


def forget_before(place: str, *, db: sqlite3.Connection) -> bool:
    """What is there stays, and is not looked after; False: there is no such place."""
    db.execute("DELETE FROM offsite_copy WHERE place = ?", (place,))
    return db.execute("DELETE FROM offsite_before WHERE rtrim(url, '/') = ?", (place,)).rowcount == 1


def _target(row: sqlite3.Row) -> Target:
    return Target(url=row["url"], options=json.loads(row["options"]), keep_days=row["keep_days"])


_WAITING = """FROM event, offsite_target WHERE event.is_open = 0 AND event.end_us > offsite_target.since_us
    AND event.end_us <= :ended_us AND NOT EXISTS (SELECT 1 FROM offsite_done WHERE event = event.id)"""


def waiting(*, ended_before: datetime, db: sqlite3.Connection) -> Event | None:
    """The oldest event that is not there yet."""
    row = db.execute(
        f"SELECT event.* {_WAITING} ORDER BY event.end_us LIMIT 1",
        {"ended_us": to_micros(ended_before)},
    ).fetchone()
    return None if row is None else read_event(row)


def add(copy: Copy, target: Target, *, now: datetime, db: sqlite3.Connection) -> None:
    """A copy in this target, even where the owner chose another one while it was put there."""
    db.execute(
        """INSERT OR REPLACE INTO offsite_copy (name, place, event, end_us, size_bytes, put_us)
           VALUES (?, ?, ?, ?, ?, ?)""",
        (copy.name, target.place, copy.event, copy.end_us, copy.size_bytes, to_micros(now)),
    )
    db.execute(
        """INSERT OR IGNORE INTO offsite_before (url, options, keep_days) SELECT ?, ?, ?
           WHERE NOT EXISTS (SELECT 1 FROM offsite_target WHERE rtrim(url, '/') = ?)""",
        (target.url, json.dumps(dict(target.options)), target.keep_days, target.place),
    )


def done(event: Event, *, db: sqlite3.Connection) -> None:
    db.execute("INSERT OR REPLACE INTO offsite_done (event, end_us) VALUES (?, ?)", (event.id, event.end_us))


def expired(place: str, ended_before: datetime, *, db: sqlite3.Connection) -> list[str]:
    """Names of copies there whose time is up."""
    rows = db.execute(
        "SELECT name FROM offsite_copy WHERE place = ? AND end_us <= ?", (place, to_micros(ended_before))
    )
    return [row["name"] for row in rows]


def remove(name: str, place: str, *, db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM offsite_copy WHERE name = ? AND place = ?", (name, place))


def forget_done(ended_before: datetime, *, db: sqlite3.Connection) -> None:
    """Of events that the hub has no row of any more."""
    db.execute(
        "DELETE FROM offsite_done WHERE end_us <= ? AND NOT EXISTS (SELECT 1 FROM event WHERE id = event)",
        (to_micros(ended_before),),
    )


def progress(*, now: datetime, trouble: str | None, db: sqlite3.Connection) -> Progress:
    row = db.execute(
        """SELECT count(*) AS copies, coalesce(sum(size_bytes), 0) AS size, max(put_us) AS last
           FROM offsite_copy WHERE place = (SELECT rtrim(url, '/') FROM offsite_target)"""
    ).fetchone()
    (waits,) = db.execute(f"SELECT count(*) {_WAITING}", {"ended_us": to_micros(now)}).fetchone()
    return Progress(
        copies=row["copies"],
        size_bytes=row["size"],
        waiting=waits,
        last_put=None if row["last"] is None else from_micros(row["last"]),
        trouble=trouble,
    )
