"""The rows of ONVIF connections."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from latchstring.base.ids import CameraId
from latchstring.hub.cameras.onvif.models import Connection, Login
from latchstring.hub.store import Store


def save(connection: Connection, *, db: sqlite3.Connection) -> None:
    """Enter it, or what changed of it; whether it hides, and what, stays."""
    db.execute(
        """INSERT INTO onvif (camera, address, user, password, maker, model, source, tells_events, can_hide)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (camera) DO UPDATE SET address = excluded.address, user = excluded.user,
               password = excluded.password, maker = excluded.maker, model = excluded.model,
               source = excluded.source, tells_events = excluded.tells_events,
               can_hide = excluded.can_hide""",
        (
            connection.camera,
            connection.address,
            connection.login.user,
            connection.login.password,
            connection.maker,
            connection.model,
            connection.source,
            int(connection.tells_events),
            int(connection.can_hide),
        ),
    )


def save_hides(camera: CameraId, *, hides: bool, db: sqlite3.Connection) -> None:
    db.execute("UPDATE onvif SET hides = ? WHERE camera = ?", (int(hides), camera))


def save_mask_tokens(camera: CameraId, tokens: Sequence[str], *, db: sqlite3.Connection) -> None:
    db.execute("UPDATE onvif SET mask_tokens = ? WHERE camera = ?", (json.dumps(list(tokens)), camera))


def forget(camera: CameraId, *, db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM onvif WHERE camera = ?", (camera,))


def find(store: Store, camera: CameraId) -> Connection | None:
    with store.read() as db:
        row = db.execute("SELECT * FROM onvif WHERE camera = ?", (camera,)).fetchone()
    return None if row is None else _connection(row)


def all_connections(store: Store) -> list[Connection]:
    with store.read() as db:
        rows = db.execute("SELECT * FROM onvif ORDER BY camera").fetchall()
    return [_connection(row) for row in rows]


def _connection(row: sqlite3.Row) -> Connection:
    return Connection(
        camera=CameraId(row["camera"]),
        address=row["address"],
        login=Login(user=row["user"], password=row["password"]),
        maker=row["maker"],
        model=row["model"],
        source=row["source"],
        tells_events=bool(row["tells_events"]),
        can_hide=bool(row["can_hide"]),
        hides=bool(row["hides"]),
        mask_tokens=tuple(json.loads(row["mask_tokens"])),
    )
