"""Which GOPs there are, and where. A row is written only after its bytes are on disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange, to_micros
from latchstring.hub.recording import fmp4
from latchstring.hub.recording.models import Gop, Run, StoredGop
from latchstring.hub.recording.retention import StoredSegment
from latchstring.hub.store import Store

FOLDER = "recordings"
"""The segment files lie beside the store's file, under this name."""
LAST_US = 2**63 - 1
MOST_AT_ONCE = 1000
"""So many GOPs of one camera may have begun at one instant, each a microsecond after the one before."""

_GOP = """SELECT gop.*, segment.path, segment.run_us FROM gop JOIN segment ON segment.id = gop.segment"""


def folder(store: Store) -> Path:
    """Where the segment files are."""
    return store.path.parent / FOLDER


def add_segment(run: Run, number: int, path: str, *, db: sqlite3.Connection) -> int:
    """Enter a file and, with its first file, its run; answers the segment's id."""
    db.execute(
        """INSERT INTO run (camera, start_us, codec, width, height, timescale, init)
           VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING""",
        (
            run.camera,
            run.start_us,
            run.track.codec,
            run.track.width,
            run.track.height,
            run.track.timescale,
            run.init,
        ),
    )
    row = db.execute(
        "INSERT INTO segment (camera, run_us, number, path) VALUES (?, ?, ?, ?) RETURNING id",
        (run.camera, run.start_us, number, path),
    ).fetchone()
    return int(row["id"])


def add_gop(gop: StoredGop, segment: int, *, db: sqlite3.Connection) -> None:
    """Never in the place of another one's row: `free_from` says when it may begin."""
    db.execute(
        """INSERT INTO gop
               (camera, start_us, end_us, segment, byte_offset, size_bytes, frames, media_start, sound_bytes)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            gop.camera,
            gop.start_us,
            gop.end_us,
            segment,
            gop.byte_offset,
            gop.size_bytes,
            gop.frames,
            gop.media_start,
            gop.sound_bytes,
        ),
    )
    db.execute(
        """UPDATE segment SET end_us = max(end_us, :end_us), size_bytes = max(size_bytes, :size_bytes),
               has_sound = max(has_sound, :has_sound),
               start_us = CASE size_bytes WHEN 0 THEN :start_us ELSE min(start_us, :start_us) END
           WHERE id = :segment""",
        {
            "segment": segment,
            "start_us": gop.start_us,
            "end_us": gop.end_us,
            "size_bytes": gop.byte_offset + gop.size_bytes,
            "has_sound": int(gop.sound_bytes > 0),
        },
    )


def is_taken(camera: CameraId, start_us: int, *, db: sqlite3.Connection) -> bool:
    """Whether a GOP of this camera began at this instant: the index has room for one."""
    row = db.execute("SELECT 1 FROM gop WHERE camera = ? AND start_us = ?", (camera, start_us)).fetchone()
    return row is not None


def free_from(camera: CameraId, start_us: int, *, db: sqlite3.Connection) -> int:
    """The first instant from this one on at which no GOP of this camera began."""
    while is_taken(camera, start_us, db=db):
        start_us += 1
    return start_us


def free_run_from(camera: CameraId, start_us: int, *, db: sqlite3.Connection) -> int:
    """The same of runs."""
    while db.execute("SELECT 1 FROM run WHERE camera = ? AND start_us = ?", (camera, start_us)).fetchone():
        start_us += 1
    return start_us


def holds(gop: Gop, size_bytes: int, *, db: sqlite3.Connection) -> bool:
    """Whether this very GOP is there: as it began, or a moment later where another one had its instant."""
    row = db.execute(
        """SELECT 1 FROM gop WHERE camera = ? AND start_us BETWEEN ? AND ? AND end_us = ? AND size_bytes = ?
               AND frames = ? AND media_start = ? AND sound_bytes = ?""",
        (
            gop.camera,
            gop.start_us,
            gop.start_us + MOST_AT_ONCE,
            gop.end_us,
            size_bytes,
            gop.frames,
            gop.media_start,
            gop.sound_bytes,
        ),
    ).fetchone()
    return row is not None


def measure_again(segment: int, *, db: sqlite3.Connection) -> None:
    """After GOPs of a file were dropped: what it holds now."""
    db.execute(
        """UPDATE segment SET (start_us, end_us, size_bytes) =
               (SELECT coalesce(min(start_us), 0), coalesce(max(end_us), 0),
                       coalesce(max(byte_offset + size_bytes), 0) FROM gop WHERE segment = :segment)
           WHERE id = :segment""",
        {"segment": segment},
    )


def drop_segments(ids: Iterable[int], *, db: sqlite3.Connection) -> None:
    """Forget files and their GOPs, and the runs that have no file left."""
    for segment in ids:
        db.execute("DELETE FROM gop WHERE segment = ?", (segment,))
        db.execute("DELETE FROM segment WHERE id = ?", (segment,))
    db.execute(
        """DELETE FROM run WHERE NOT EXISTS
               (SELECT 1 FROM segment WHERE segment.camera = run.camera AND segment.run_us = run.start_us)"""
    )


_SEGMENT = "SELECT id, camera, path, start_us, end_us, size_bytes FROM segment WHERE size_bytes > 0"


def segments(store: Store) -> list[StoredSegment]:
    """Every file that holds a GOP."""
    with store.read() as db:
        rows = db.execute(_SEGMENT).fetchall()
    return [StoredSegment(**dict(row)) for row in rows]


def segments_until(store: Store, camera: CameraId, end_us: int | None) -> list[StoredSegment]:
    """One camera's files that ended by then; None: all of them."""
    with store.read() as db:
        rows = db.execute(
            _SEGMENT + " AND camera = ? AND end_us <= ?",
            (camera, LAST_US if end_us is None else end_us),
        ).fetchall()
    return [StoredSegment(**dict(row)) for row in rows]


def taken(store: Store) -> Mapping[CameraId, int]:
    """Bytes of each camera's files, from a kept sum."""
    with store.read() as db:
        rows = db.execute("SELECT camera, size_bytes FROM taken WHERE size_bytes > 0").fetchall()
    return {CameraId(row["camera"]): row["size_bytes"] for row in rows}


def gops(store: Store, camera: CameraId, during: TimeRange) -> list[StoredGop]:
    """Every GOP that shares an instant with `during`, in order."""
    start_us, end_us = to_micros(during.start), to_micros(during.end)
    with store.read() as db:
        first = db.execute(
            "SELECT max(start_us) FROM gop WHERE camera = ? AND start_us <= ?", (camera, start_us)
        ).fetchone()[0]
        rows = db.execute(
            _GOP + " WHERE gop.camera = ? AND gop.start_us >= ? AND gop.start_us < ? ORDER BY gop.start_us",
            (camera, start_us if first is None else first, end_us),
        ).fetchall()
    return [_gop(row) for row in _later_recorded(rows) if row["end_us"] > start_us]


def _later_recorded(rows: list[sqlite3.Row]) -> list[sqlite3.Row]:
    """Each instant once: after a clock was set back two runs claim the same time, and the later one holds.

    Runs that touch only at their ends, as after a reconnection, both stay.
    """
    kept: list[sqlite3.Row] = []
    for row in rows:
        while kept and _claims_the_same(kept[-1], row) and kept[-1]["segment"] < row["segment"]:
            kept.pop()
        if not kept or not _claims_the_same(kept[-1], row):
            kept.append(row)
    return kept


def _claims_the_same(before: sqlite3.Row, after: sqlite3.Row) -> bool:
    shared = min(before["end_us"], after["end_us"]) - after["start_us"]
    shorter = min(before["end_us"] - before["start_us"], after["end_us"] - after["start_us"])
    return bool(before["run_us"] != after["run_us"] and 2 * shared > shorter)


def at(store: Store, camera: CameraId, instant: datetime) -> StoredGop | None:
    """The GOP that holds `instant`, or else the last one before it."""
    with store.read() as db:
        row = db.execute(
            _GOP + " WHERE gop.camera = ? AND gop.start_us <= ? ORDER BY gop.start_us DESC LIMIT 1",
            (camera, to_micros(instant)),
        ).fetchone()
    return _gop(row) if row else None


def latest(store: Store, camera: CameraId) -> StoredGop | None:
    """The newest GOP."""
    with store.read() as db:
        row = db.execute(
            _GOP + " WHERE gop.camera = ? ORDER BY gop.start_us DESC LIMIT 1", (camera,)
        ).fetchone()
    return _gop(row) if row else None


def covered(store: Store, camera: CameraId, during: TimeRange) -> list[TimeRange]:
    """The parts of `during` that are recorded, one for each unbroken stretch; a break is a break."""
    found: list[TimeRange] = []
    run_us: int | None = None
    for gop in gops(store, camera, during):
        part = gop.during.overlap(during)
        if part is None:
            continue
        if found and gop.run_us == run_us and part.start <= found[-1].end:
            found[-1] = TimeRange(found[-1].start, max(found[-1].end, part.end))
        else:
            found.append(part)
        run_us = gop.run_us
    return found


def run(store: Store, camera: CameraId, start_us: int) -> Run | None:
    with store.read() as db:
        row = db.execute(
            "SELECT init FROM run WHERE camera = ? AND start_us = ?", (camera, start_us)
        ).fetchone()
    if row is None:
        return None
    track, init = fmp4.read_init(row["init"])
    return Run(camera=camera, start_us=start_us, track=track, init=init)


def _gop(row: sqlite3.Row) -> StoredGop:
    return StoredGop(
        camera=CameraId(row["camera"]),
        run_us=row["run_us"],
        start_us=row["start_us"],
        end_us=row["end_us"],
        frames=row["frames"],
        media_start=row["media_start"],
        path=row["path"],
        byte_offset=row["byte_offset"],
        size_bytes=row["size_bytes"],
        sound_bytes=row["sound_bytes"],
    )
