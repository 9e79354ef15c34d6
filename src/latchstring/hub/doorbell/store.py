"""The rows of doorbells."""

from __future__ import annotations

import sqlite3

from latchstring.base.ids import CameraId, EventId
from latchstring.base.time import from_micros, to_micros
from latchstring.hub.doorbell.models import Chimed, DoorbellSettings, ReplyId, Sound
from latchstring.hub.store import Store

FIRST_SOUND: Sound = "two-tone"


def find(camera: CameraId, *, db: sqlite3.Connection) -> DoorbellSettings | None:
    """None: nobody has said yet whether it is a doorbell."""
    row = db.execute(
        """SELECT doorbell.* FROM doorbell JOIN camera ON camera.id = doorbell.camera
           WHERE doorbell.camera = ? AND camera.removed_us IS NULL""",
        (camera,),
    ).fetchone()
    if row is None:
        return None
    chimed = None
    if row["chimed_us"] is not None:
        chimed = Chimed(
            at=from_micros(row["chimed_us"]), ok=bool(row["chime_ok"]), message=row["chime_message"]
        )
    return DoorbellSettings(
        camera=camera,
        is_on=bool(row["is_on"]),
        token=row["token"],
        reply=row["reply"] and ReplyId(row["reply"]),
        reply_after_s=row["reply_after_s"],
        chime_url=row["chime_url"],
        chime_method=row["chime_method"],
        chimed=chimed,
    )


def save(settings: DoorbellSettings, *, db: sqlite3.Connection) -> None:
    """All but how the chime went."""
    db.execute(
        """INSERT INTO doorbell (camera, is_on, token, reply, reply_after_s, chime_url, chime_method)
           VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (camera) DO UPDATE SET is_on = excluded.is_on, token = excluded.token,
               reply = excluded.reply, reply_after_s = excluded.reply_after_s,
               chime_url = excluded.chime_url, chime_method = excluded.chime_method""",
        (
            settings.camera,
            int(settings.is_on),
            settings.token,
            settings.reply,
            settings.reply_after_s,
            settings.chime_url,
            settings.chime_method,
        ),
    )


def save_chimed(camera: CameraId, chimed: Chimed, *, db: sqlite3.Connection) -> None:
    db.execute(
        "UPDATE doorbell SET chimed_us = ?, chime_ok = ?, chime_message = ? WHERE camera = ?",
        (to_micros(chimed.at), int(chimed.ok), chimed.message, camera),
    )


def add_picture(event: EventId, jpeg: bytes, *, db: sqlite3.Connection) -> None:
    """Nothing, if the event is gone already."""
    db.execute(
        "INSERT OR REPLACE INTO press_picture (event, jpeg) SELECT id, ? FROM event WHERE id = ?",
        (jpeg, event),
    )


def picture(store: Store, event: EventId) -> bytes | None:
    with store.read() as db:
        row = db.execute("SELECT jpeg FROM press_picture WHERE event = ?", (event,)).fetchone()
    return None if row is None else bytes(row["jpeg"])


def sound(store: Store) -> Sound:
    with store.read() as db:
        row = db.execute("SELECT sound FROM ringing").fetchone()
    return FIRST_SOUND if row is None else row["sound"]


def save_sound(sound: Sound, *, db: sqlite3.Connection) -> None:
    db.execute("INSERT OR REPLACE INTO ringing (one, sound) VALUES (1, ?)", (sound,))
