"""The rows of events and of activity."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from datetime import datetime, timedelta

from latchstring.base.errors import NotFound
from latchstring.base.ids import CameraId, EventId
from latchstring.base.time import TimeRange, from_micros, to_micros
from latchstring.hub.events.models import Count, Event
from latchstring.hub.store import Store

MINUTE_US = 60_000_000
QUARTER_US = 15 * MINUTE_US
DAY_US = 24 * 60 * MINUTE_US


class NoSuchEvent(NotFound):
    """There is no such event; perhaps its time was up."""


def save(event: Event, *, db: sqlite3.Connection) -> None:
    db.execute(
        """INSERT INTO event (id, camera, start_us, end_us, peak_us, score, is_open, kind)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET end_us = excluded.end_us, peak_us = excluded.peak_us,
               score = excluded.score, is_open = excluded.is_open""",
        (
            event.id,
            event.camera,
            event.start_us,
            event.end_us,
            event.peak_us,
            event.score,
            int(event.is_open),
            event.kind,
        ),
    )


def close_all(*, db: sqlite3.Connection) -> int:
    """End the events that a crash left open; answers how many."""
    return db.execute("UPDATE event SET is_open = 0 WHERE is_open = 1").rowcount


def add_activity(camera: CameraId, minute_us: int, peak: float, *, db: sqlite3.Connection) -> None:
    """Remember a minute's largest share; a second report of it keeps the larger."""
    db.execute(
        """INSERT INTO activity (camera, minute_us, peak) VALUES (?, ?, ?)
           ON CONFLICT (camera, minute_us) DO UPDATE SET peak = max(peak, excluded.peak)""",
        (camera, minute_us, peak),
    )


def add_stirring(camera: CameraId, minute_us: int, share: float, *, db: sqlite3.Connection) -> None:
    """Remember what moved in a minute, told or not; what is older than a day is forgotten."""
    db.execute(
        """INSERT INTO stirring (camera, minute_us, share) VALUES (?, ?, ?)
           ON CONFLICT (camera, minute_us) DO UPDATE SET share = max(share, excluded.share)""",
        (camera, minute_us, share),
    )
    db.execute("DELETE FROM stirring WHERE camera = ? AND minute_us < ?", (camera, minute_us - DAY_US))


def stirrings(store: Store, camera: CameraId, *, since_us: int) -> dict[int, float]:
    """Each minute's largest share that lasted, by the minute's start."""
    with store.read() as db:
        rows = db.execute(
            "SELECT minute_us, share FROM stirring WHERE camera = ? AND minute_us >= ? ORDER BY minute_us",
            (camera, since_us),
        ).fetchall()
    return {row["minute_us"]: row["share"] for row in rows}


def forget_before(camera: CameraId, instant: datetime, *, db: sqlite3.Connection) -> None:
    """Drop what belongs to recordings whose time is up."""
    end_us = to_micros(instant)
    db.execute("DELETE FROM event WHERE camera = ? AND end_us <= ? AND is_open = 0", (camera, end_us))
    db.execute("DELETE FROM activity WHERE camera = ? AND minute_us + ? <= ?", (camera, MINUTE_US, end_us))


def get(store: Store, event: EventId) -> Event:
    with store.read() as db:
        row = db.execute("SELECT * FROM event WHERE id = ?", (event,)).fetchone()
    if row is None:
        raise NoSuchEvent
    return read_event(row)


def during(store: Store, camera: CameraId, time: TimeRange) -> list[Event]:
    """One camera's events that share an instant with `time`, in order."""
    with store.read() as db:
        rows = db.execute(
            "SELECT * FROM event WHERE camera = ? AND start_us < ? AND end_us > ? ORDER BY start_us",
            (camera, to_micros(time.end), to_micros(time.start)),
        ).fetchall()
    return [read_event(row) for row in rows]


def counts(store: Store, camera: CameraId, time: TimeRange) -> list[Count]:
    """What began in `time`, in order; quarters of an hour in which nothing did are left out."""
    with store.read() as db:
        rows = db.execute(
            """SELECT start_us / :quarter * :quarter AS quarter_us,
                   sum(kind = 'motion') AS motions, sum(kind = 'press') AS presses
               FROM event WHERE camera = :camera AND start_us >= :start AND start_us < :end
               GROUP BY 1 ORDER BY 1""",
            {
                "quarter": QUARTER_US,
                "camera": camera,
                "start": to_micros(time.start),
                "end": to_micros(time.end),
            },
        ).fetchall()
    return [
        Count(at=from_micros(row["quarter_us"]), motions=row["motions"], presses=row["presses"])
        for row in rows
    ]


def latest(
    store: Store,
    *,
    before: datetime | None = None,
    after: datetime | None = None,
    cameras: Collection[CameraId] | None = None,
    limit: int = 50,
) -> list[Event]:
    """The newest events first, of those that began before and no earlier than `after`; None: all cameras'."""
    with store.read() as db:
        rows = db.execute(
            """SELECT * FROM event WHERE (:before IS NULL OR start_us < :before)
                   AND (:after IS NULL OR start_us >= :after)
                   AND (:cameras IS NULL OR camera IN (SELECT value FROM json_each(:cameras)))
               ORDER BY start_us DESC LIMIT :limit""",
            {
                "before": to_micros(before) if before else None,
                "after": to_micros(after) if after else None,
                "cameras": None if cameras is None else json.dumps(list(cameras)),
                "limit": limit,
            },
        ).fetchall()
    return [read_event(row) for row in rows]


def was_pressed(camera: CameraId, at: datetime, *, within: timedelta, db: sqlite3.Connection) -> bool:
    """Whether a press of this camera's button lies less than `within` from `at`, before or after."""
    row = db.execute(
        "SELECT 1 FROM event WHERE camera = ? AND kind = 'press' AND start_us > ? AND start_us < ?",
        (camera, to_micros(at - within), to_micros(at + within)),
    ).fetchone()
    return row is not None


def activity(
    store: Store, camera: CameraId, time: TimeRange, *, step_us: int = MINUTE_US
) -> dict[int, float]:
    """Each step's largest share, by the step's start; steps count from 1970."""
    with store.read() as db:
        rows = db.execute(
            """SELECT minute_us / :step * :step AS step_us, max(peak) AS peak FROM activity
               WHERE camera = :camera AND minute_us > :start AND minute_us < :end
               GROUP BY 1 ORDER BY 1""",
            {
                "camera": camera,
                "start": to_micros(time.start) - MINUTE_US,
                "end": to_micros(time.end),
                "step": step_us,
            },
        ).fetchall()
    return {row["step_us"]: row["peak"] for row in rows}


def read_event(row: sqlite3.Row) -> Event:
    return Event(
        id=EventId(row["id"]),
        camera=CameraId(row["camera"]),
        start_us=row["start_us"],
        end_us=row["end_us"],
        peak_us=row["peak_us"],
        score=row["score"],
        is_open=bool(row["is_open"]),
        kind=row["kind"],
    )
