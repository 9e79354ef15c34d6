"""Privacy masks of a camera: which hold now, and which held while something was recorded."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

from latchstring.base.errors import BadInput, Conflict
from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange, to_micros
from latchstring.hub.cameras.regions import Region
from latchstring.hub.store import Store

MOST_MASKS = 20


class TooManyMasks(BadInput):
    """A camera has at most 20 privacy masks; make one of several that touch."""


class MasksMoved(Conflict):
    """Somebody else has changed these masks meanwhile; look at all of them, then save again."""


def holding(store: Store, camera: CameraId) -> list[Region]:
    """The masks that hold now."""
    with store.read() as db:
        return [region for _, region in _holding(camera, db=db)]


def covering(store: Store, camera: CameraId, during: TimeRange) -> list[Region]:
    """Every mask that held at any instant of `during`, or that holds now: the stricter of then and today."""
    with store.read() as db:
        rows = db.execute(
            """SELECT name, corners FROM privacy_mask
               WHERE camera = ? AND (until_us IS NULL OR (from_us < ? AND until_us > ?)) ORDER BY id""",
            (camera, to_micros(during.end), to_micros(during.start)),
        ).fetchall()
    return list(dict.fromkeys(_region(row) for row in rows))


def edited_since(store: Store, camera: CameraId, instant: datetime) -> bool:
    """Whether a mask began or ended after `instant`."""
    with store.read() as db:
        row = db.execute(
            "SELECT 1 FROM privacy_mask WHERE camera = ? AND (from_us > ? OR until_us > ?) LIMIT 1",
            (camera, to_micros(instant), to_micros(instant)),
        ).fetchone()
    return row is not None


def set_masks(
    store: Store,
    camera: CameraId,
    wanted: Sequence[Region],
    *,
    now: datetime,
    before: Sequence[Region] | None = None,
) -> None:
    """Let these hold from now on. Those that held are ended, never forgotten.

    With `before`, only if exactly those hold: nobody ends a mask that they have not seen.
    """
    if len(wanted) > MOST_MASKS:
        raise TooManyMasks
    wanted = list(dict.fromkeys(wanted))
    with store.write() as db:
        held = _holding(camera, db=db)
        if before is not None and set(before) != {region for _, region in held}:
            raise MasksMoved
        ended = [number for number, region in held if region not in wanted]
        begun = [region for region in wanted if region not in [region for _, region in held]]
        db.executemany(
            "UPDATE privacy_mask SET until_us = ? WHERE id = ?",
            [(to_micros(now), number) for number in ended],
        )
        db.executemany(
            "INSERT INTO privacy_mask (camera, name, corners, from_us) VALUES (?, ?, ?, ?)",
            [(camera, region.name, json.dumps(region.corners), to_micros(now)) for region in begun],
        )


def _holding(camera: CameraId, *, db: sqlite3.Connection) -> list[tuple[int, Region]]:
    rows = db.execute(
        "SELECT id, name, corners FROM privacy_mask WHERE camera = ? AND until_us IS NULL ORDER BY id",
        (camera,),
    )
    return [(row["id"], _region(row)) for row in rows]


def _region(row: sqlite3.Row) -> Region:
    return Region(name=row["name"], corners=corners_of(json.loads(row["corners"])))


def corners_of(pairs: Iterable[Sequence[float]]) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in pairs)
