"""Rows of what is hidden in clips of requests, and of what became of it."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from latchstring.base.ids import CameraId, RequestId
from latchstring.base.time import TimeRange, from_micros, to_micros
from latchstring.hub.cameras.regions import Region
from latchstring.hub.redaction.masks import corners_of
from latchstring.hub.redaction.models import ClipKey, Job, KeptOriginal, Made
from latchstring.hub.redaction.plan import Wish


def wish(key: ClipKey, *, db: sqlite3.Connection) -> Wish:
    row = db.execute("SELECT * FROM hiding_wish WHERE request = ? AND clip = ?", key).fetchone()
    if row is None:
        return Wish()
    regions = tuple(
        Region(name=region["name"], corners=corners_of(region["corners"]))
        for region in json.loads(row["regions"])
    )
    return Wish(faces=bool(row["faces"]), regions=regions)


def set_wish(key: ClipKey, wish: Wish, *, db: sqlite3.Connection) -> None:
    regions = [{"name": region.name, "corners": region.corners} for region in wish.regions]
    db.execute(
        "INSERT OR REPLACE INTO hiding_wish (request, clip, faces, regions) VALUES (?, ?, ?, ?)",
        (*key, int(wish.faces), json.dumps(regions)),
    )


def add_job(job: Job, *, now: datetime, db: sqlite3.Connection) -> None:
    """Ask for it, or once more after it failed."""
    db.execute(
        "INSERT OR REPLACE INTO redaction_job (request, clip, camera, start_us, end_us, asked_us)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (*job.key, job.camera, to_micros(job.during.start), to_micros(job.during.end), to_micros(now)),
    )


def job(key: ClipKey, *, db: sqlite3.Connection) -> Job | None:
    row = db.execute("SELECT * FROM redaction_job WHERE request = ? AND clip = ?", key).fetchone()
    return None if row is None else _job(row)


def next_job(*, db: sqlite3.Connection) -> Job | None:
    row = db.execute(
        "SELECT * FROM redaction_job WHERE trouble IS NULL ORDER BY asked_us, request, clip LIMIT 1"
    ).fetchone()
    return None if row is None else _job(row)


def remove_job(key: ClipKey, *, db: sqlite3.Connection) -> bool:
    """False where it was called off meanwhile."""
    return db.execute("DELETE FROM redaction_job WHERE request = ? AND clip = ?", key).rowcount == 1


def note_trouble(key: ClipKey, trouble: str, *, db: sqlite3.Connection) -> None:
    db.execute("UPDATE redaction_job SET trouble = ? WHERE request = ? AND clip = ?", (trouble, *key))


def made(key: ClipKey, *, db: sqlite3.Connection) -> Made | None:
    row = db.execute("SELECT * FROM redacted_clip WHERE request = ? AND clip = ?", key).fetchone()
    return None if row is None else _made(row)


def add_made(key: ClipKey, made: Made, *, db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT OR REPLACE INTO redacted_clip (request, clip, plan, sha256, made_us) VALUES (?, ?, ?, ?, ?)",
        (*key, made.plan, made.sha256, to_micros(made.made_at)),
    )


def plans_needed(*, since: datetime, db: sqlite3.Connection) -> set[str]:
    """By which plans something was made since then, or was said yes to."""
    rows = db.execute(
        "SELECT plan FROM redacted_clip WHERE made_us >= ? UNION SELECT plan FROM approved_clip",
        (to_micros(since),),
    )
    return {row["plan"] for row in rows}


def plans_agreed(*, db: sqlite3.Connection) -> set[str]:
    return {row["plan"] for row in db.execute("SELECT plan FROM approved_clip")}


def approve(consent: str, clip: str, made: Made, *, db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT INTO approved_clip (consent, clip, plan, sha256, made_us) VALUES (?, ?, ?, ?, ?)",
        (consent, clip, made.plan, made.sha256, to_micros(made.made_at)),
    )


def approved(consent: str, clip: str, *, db: sqlite3.Connection) -> Made | None:
    row = db.execute("SELECT * FROM approved_clip WHERE consent = ? AND clip = ?", (consent, clip)).fetchone()
    return None if row is None else _made(row)


def keep_original(consent: str, clip: str, kept: KeptOriginal, *, db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT INTO kept_original (consent, clip, salt, sha256, kept_us) VALUES (?, ?, ?, ?, ?)",
        (consent, clip, kept.salt, kept.sha256, to_micros(kept.kept_at)),
    )


def kept_original(consent: str, clip: str, *, db: sqlite3.Connection) -> KeptOriginal | None:
    row = db.execute("SELECT * FROM kept_original WHERE consent = ? AND clip = ?", (consent, clip)).fetchone()
    if row is None:
        return None
    return KeptOriginal(salt=row["salt"], sha256=row["sha256"], kept_at=from_micros(row["kept_us"]))


def originals(*, db: sqlite3.Connection) -> dict[str, datetime]:
    """Each consent that has originals, with the time since when the first of them is kept."""
    rows = db.execute("SELECT consent, min(kept_us) AS since FROM kept_original GROUP BY consent")
    return {row["consent"]: from_micros(row["since"]) for row in rows}


def forget(consent: str, *, db: sqlite3.Connection) -> None:
    """What was approved under this consent, and what it was made from."""
    db.execute("DELETE FROM approved_clip WHERE consent = ?", (consent,))
    db.execute("DELETE FROM kept_original WHERE consent = ?", (consent,))


def _job(row: sqlite3.Row) -> Job:
    return Job(
        key=ClipKey(RequestId(row["request"]), row["clip"]),
        camera=CameraId(row["camera"]),
        during=TimeRange(from_micros(row["start_us"]), from_micros(row["end_us"])),
        trouble=row["trouble"],
    )


def _made(row: sqlite3.Row) -> Made:
    return Made(plan=row["plan"], sha256=row["sha256"], made_at=from_micros(row["made_us"]))
