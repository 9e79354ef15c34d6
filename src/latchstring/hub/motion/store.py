"""The rows of what owners chose about motion."""

from __future__ import annotations

import json
import sqlite3

from latchstring.base.ids import CameraId
from latchstring.hub.cameras.regions import Region
from latchstring.hub.motion.models import MotionSettings
from latchstring.hub.store import Store


def save(camera: CameraId, settings: MotionSettings, *, db: sqlite3.Connection) -> None:
    zones = json.dumps([[zone.name, zone.corners] for zone in settings.zones])
    db.execute(
        """INSERT INTO motion (camera, sensitivity, zones, always_awake, is_on) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (camera) DO UPDATE SET sensitivity = excluded.sensitivity, zones = excluded.zones,
               always_awake = excluded.always_awake, is_on = excluded.is_on""",
        (camera, settings.sensitivity, zones, int(settings.always_awake), int(settings.is_on)),
    )


def settings_of(store: Store, camera: CameraId) -> MotionSettings:
    """What holds for a camera: the owner's choice, or else the defaults."""
    with store.read() as db:
        row = db.execute("SELECT * FROM motion WHERE camera = ?", (camera,)).fetchone()
    if row is None:
        return MotionSettings()
    return MotionSettings(
        zones=tuple(_region(name, corners) for name, corners in json.loads(row["zones"])),
        sensitivity=row["sensitivity"],
        always_awake=bool(row["always_awake"]),
        is_on=bool(row["is_on"]),
    )


def _region(name: str, corners: list[list[float]]) -> Region:
    return Region(name=name, corners=tuple((float(x), float(y)) for x, y in corners))
