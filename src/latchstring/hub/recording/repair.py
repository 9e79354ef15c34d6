"""At start: make files and rows agree again after a crash, and say what was done.

Rows are written after their bytes, so a crash leaves at most a torn tail, or whole GOPs that have no row yet.
Only files whose length differs from what their rows say are read.
"""

from __future__ import annotations

import logging
import mmap
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass, fields
from pathlib import Path

from latchstring.base.ids import CameraId
from latchstring.hub.recording import fmp4, index
from latchstring.hub.recording.check import COMPARED
from latchstring.hub.recording.fmp4 import FoundGop
from latchstring.hub.recording.models import Run, StoredGop
from latchstring.hub.recording.survivors import NAME, holes, surviving
from latchstring.hub.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class RepairReport:
    """What the last crash had left behind."""

    torn_bytes: int = 0  # cut off behind the last whole GOP
    indexed_gops: int = 0  # had their bytes, but no row
    dropped_gops: int = 0  # had a row, but no bytes
    deleted_files: int = 0  # held no whole GOP

    @property
    def found_something(self) -> bool:
        return self != RepairReport()

    def __str__(self) -> str:
        if not self.found_something:
            return "the recordings are whole"
        return (
            f"the recordings were repaired: {self.torn_bytes} torn bytes cut off, "
            f"{self.indexed_gops} GOPs indexed again, {self.dropped_gops} rows without data dropped, "
            f"{self.deleted_files} files without a whole GOP deleted"
        )

    def __add__(self, other: RepairReport) -> RepairReport:
        return RepairReport(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


def repair(store: Store) -> RepairReport:
    """Bring files and rows into agreement. Call before any camera records."""
    folder = index.folder(store)
    known = _known_segments(store)
    report = RepairReport()
    for path in sorted(folder.glob("*/*/*.mp4")):
        name = path.relative_to(folder).as_posix()
        segment = known.pop(name, None)
        if segment is None:
            report += _adopt(store, path, name)
        elif path.stat().st_size != segment.end:
            report += _mend(store, path, name, segment)
    for segment in known.values():
        with store.write() as db:
            index.drop_segments([segment.id], db=db)
        report += RepairReport(dropped_gops=segment.gops)
    log.log(logging.WARNING if report.found_something else logging.INFO, "%s", report)
    return report


@dataclass(frozen=True, kw_only=True)
class _Known:
    id: int
    camera: CameraId
    run_us: int
    gops: int
    end: int  # where its last GOP ends


def _known_segments(store: Store) -> dict[str, _Known]:
    with store.read() as db:
        rows = db.execute(
            """SELECT segment.id, segment.camera, segment.run_us, segment.path, count(gop.start_us) AS gops,
                      coalesce(max(gop.byte_offset + gop.size_bytes), 0) AS size
               FROM segment LEFT JOIN gop ON gop.segment = segment.id GROUP BY segment.id"""
        ).fetchall()
    return {
        row["path"]: _Known(
            id=row["id"],
            camera=CameraId(row["camera"]),
            run_us=row["run_us"],
            gops=row["gops"],
            end=row["size"],
        )
        for row in rows
    }


def _adopt(store: Store, path: Path, name: str) -> RepairReport:
    """A file without any row: index what is whole in it."""
    match = NAME.fullmatch(path.name)
    if match is None:
        return RepairReport()
    data = path.read_bytes()
    try:
        track, init = fmp4.read_init(data)
        found = list(surviving(data, len(init)))
    except fmp4.BadSegment:
        init, found = b"", []
    if not found:
        path.unlink()
        return RepairReport(torn_bytes=len(data), deleted_files=1)
    camera = CameraId(name.split("/")[0])
    run = Run(camera=camera, start_us=int(match["run"]), track=track, init=init)
    with store.write() as db:
        new = _new(found, camera, name, db=db)
        if not new:
            return RepairReport()
        segment = index.add_segment(run, int(match["number"]), name, db=db)
        for gop in new:
            index.add_gop(gop.stored(camera, run.start_us, name), segment, db=db)
    return RepairReport(indexed_gops=len(new), torn_bytes=_truncate(path, found[-1].end))


def _new(found: list[FoundGop], camera: CameraId, name: str, *, db: sqlite3.Connection) -> list[FoundGop]:
    """Those that began when no other one did: what somebody copied by hand takes no row from its original."""
    new = [gop for gop in found if not index.is_taken(camera, gop.start_us, db=db)]
    if len(new) < len(found):
        log.warning("%s: %d GOPs began when others did, and are left alone", name, len(found) - len(new))
    return new


def _mend(store: Store, path: Path, name: str, known: _Known) -> RepairReport:
    """A file that is longer or shorter than its rows say."""
    size = path.stat().st_size
    if size < known.end:
        return _forget_lost(store, path, known, size)
    with path.open("rb") as f, mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as data:
        found = list(surviving(data, known.end))
    end = found[-1].end if found else known.end
    if end == 0:
        with store.write() as db:
            index.drop_segments([known.id], db=db)
        path.unlink()
        return RepairReport(torn_bytes=size, deleted_files=1)
    indexed = _enter(store, found, known, name)
    return RepairReport(indexed_gops=indexed, torn_bytes=_truncate(path, end))


def index_between(store: Store, path: str) -> None:
    """GOPs between others of one file that have no row get one again."""
    known = _known_segments(store)[path]
    with store.read() as db:
        rows = db.execute("SELECT * FROM gop WHERE segment = ? ORDER BY byte_offset", (known.id,)).fetchall()
    run = index.run(store, known.camera, known.run_us)
    data = (index.folder(store) / path).read_bytes()
    init_size = len(run.init) if run else 0
    found = [gop for hole in holes(rows, init_size) for gop in surviving(data, *hole)]
    _enter(store, found, known, path)


def _enter(store: Store, found: list[FoundGop], known: _Known, name: str) -> int:
    """Rows for GOPs that have none; answers how many."""
    with store.write() as db:
        new = _new(found, known.camera, name, db=db)
        for gop in new:
            index.add_gop(gop.stored(known.camera, known.run_us, name), known.id, db=db)
    return len(new)


def _forget_lost(store: Store, path: Path, known: _Known, size: int) -> RepairReport:
    """Rows beyond the end of the file go; a GOP that is cut in two goes whole."""
    with store.write() as db:
        lost = db.execute(
            "DELETE FROM gop WHERE segment = ? AND byte_offset + size_bytes > ?", (known.id, size)
        ).rowcount
        (end,) = db.execute(
            "SELECT max(byte_offset + size_bytes) FROM gop WHERE segment = ?", (known.id,)
        ).fetchone()
        if end is None:
            index.drop_segments([known.id], db=db)
        else:
            index.measure_again(known.id, db=db)
    if end is None:
        path.unlink()
        return RepairReport(dropped_gops=lost, torn_bytes=size, deleted_files=1)
    return RepairReport(dropped_gops=lost, torn_bytes=_truncate(path, end))


@dataclass(frozen=True, kw_only=True)
class _Move:
    """A row that says otherwise than its GOP."""

    segment: int
    start_us: int  # as the row says
    gop: StoredGop

    @property
    def place(self) -> tuple[CameraId, int]:
        return self.gop.camera, self.start_us

    @property
    def wanted(self) -> tuple[CameraId, int]:
        return self.gop.camera, self.gop.start_us


def believe_bytes(store: Store, paths: Collection[str]) -> frozenset[tuple[str, int]]:
    """Write rows of these files anew that say otherwise than their GOPs; answers which stay as they are.

    The index has room for one GOP of a camera at an instant. What began when another one did keeps its row,
    as (path, start), so that it is not lost from the timeline.
    """
    with store.write() as db:
        moves = [move for path in sorted(paths) for move in _moves(store, path, db=db)]
        leaving = {move.place for move in moves}
        taken = {move.wanted for move in moves if index.is_taken(*move.wanted, db=db)} - leaving
        going = _those_with_room(moves, taken)
        for move in going:
            db.execute("DELETE FROM gop WHERE camera = ? AND start_us = ?", move.place)
        for move in going:
            index.add_gop(move.gop, move.segment, db=db)
        for path in paths:
            index.measure_again(_segment(path, db=db)["id"], db=db)
    return frozenset((move.gop.path, move.start_us) for move in moves if move not in going)


def _moves(store: Store, path: str, *, db: sqlite3.Connection) -> list[_Move]:
    segment = _segment(path, db=db)
    rows = db.execute("SELECT * FROM gop WHERE segment = ?", (segment["id"],)).fetchall()
    camera, run_us = CameraId(segment["camera"]), segment["run_us"]
    with memoryview((index.folder(store) / path).read_bytes()) as data:
        found = [(row, fmp4.gop_at(data, row["byte_offset"])) for row in rows]
    return [
        _Move(segment=segment["id"], start_us=row["start_us"], gop=gop.stored(camera, run_us, path))
        for row, gop in found
        if gop is not None and _says(row) != _says_itself(gop)
    ]


def _segment(path: str, *, db: sqlite3.Connection) -> sqlite3.Row:
    found: sqlite3.Row = db.execute(
        "SELECT id, camera, run_us FROM segment WHERE path = ?", (path,)
    ).fetchone()
    return found


def _those_with_room(moves: list[_Move], taken: set[tuple[CameraId, int]]) -> list[_Move]:
    """The first who wants a free place has it. Who stays blocks its own, so it is asked until that ends."""
    while True:
        going: dict[tuple[CameraId, int], _Move] = {}
        for move in moves:
            if move.wanted not in taken:
                going.setdefault(move.wanted, move)
        staying = {move.place for move in moves if going.get(move.wanted) is not move}
        if staying <= taken:
            return list(going.values())
        taken |= staying


def _says(row: sqlite3.Row) -> tuple[int, ...]:
    return tuple(row[name] for name in COMPARED)


def _says_itself(found: FoundGop) -> tuple[int, ...]:
    return tuple(getattr(found, name) for name in COMPARED)


def _truncate(path: Path, end: int) -> int:
    """Cut the file off at `end`; answers how many bytes that took."""
    extra = path.stat().st_size - end
    if extra:
        with path.open("r+b") as f:
            f.truncate(end)
    return extra
