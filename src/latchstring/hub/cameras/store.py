"""The rows of cameras."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from latchstring.base.errors import NotFound
from latchstring.base.ids import CameraId
from latchstring.base.time import to_micros
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.store import Store


class NoSuchCamera(NotFound):
    """There is no such camera."""


def add(camera: CameraSettings, *, now: datetime, db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT INTO camera (id, name, url, sub_url, records_sound, added_us) VALUES (?, ?, ?, ?, ?, ?)",
        (camera.id, camera.name, camera.url, camera.sub_url, int(camera.records_sound), to_micros(now)),
    )


def change(camera: CameraSettings, *, db: sqlite3.Connection) -> None:
    db.execute(
        "UPDATE camera SET name = ?, url = ?, sub_url = ?, records_sound = ? WHERE id = ?",
        (camera.name, camera.url, camera.sub_url, int(camera.records_sound), camera.id),
    )


def remove(camera: CameraId, *, now: datetime, db: sqlite3.Connection) -> None:
    """Forget its addresses and logins; its recordings keep its name until their time is up."""
    db.execute(
        "UPDATE camera SET removed_us = ?, url = '', sub_url = NULL WHERE id = ?", (to_micros(now), camera)
    )
    db.execute("DELETE FROM onvif WHERE camera = ?", (camera,))


def all_cameras(store: Store) -> list[CameraSettings]:
    """In the order in which they were added."""
    with store.read() as db:
        rows = db.execute("SELECT * FROM camera WHERE removed_us IS NULL ORDER BY added_us, id").fetchall()
    return [_camera(row) for row in rows]


def ids(*, db: sqlite3.Connection) -> list[CameraId]:
    """Of all that there are and were."""
    return [CameraId(row["id"]) for row in db.execute("SELECT id FROM camera ORDER BY added_us, id")]


def ids_by_name(*, db: sqlite3.Connection) -> dict[str, CameraId]:
    """Of those that there are, as the settings file knows them."""
    rows = db.execute("SELECT name, id FROM camera WHERE removed_us IS NULL")
    return {row["name"]: CameraId(row["id"]) for row in rows}


def get(store: Store, camera: CameraId) -> CameraSettings:
    """One of them, removed or not."""
    with store.read() as db:
        row = db.execute("SELECT * FROM camera WHERE id = ?", (camera,)).fetchone()
    if row is None:
        raise NoSuchCamera
    return _camera(row)


def present(store: Store, camera: CameraId) -> CameraSettings:
    """One of those that were not removed: what is changed, or called, is one of these."""
    found = next((each for each in all_cameras(store) if each.id == camera), None)
    if found is None:
        raise NoSuchCamera
    return found


def _camera(row: sqlite3.Row) -> CameraSettings:
    return CameraSettings(
        id=CameraId(row["id"]),
        name=row["name"],
        url=row["url"],
        sub_url=row["sub_url"],
        records_sound=bool(row["records_sound"]),
    )
