"""At start: make files and rows agree again after a crash, and say what was done.

Rows are written after their bytes, so a crash leaves at most a torn tail, or whole GOPs that have no row yet.
Only files whose length differs from what their rows say are read.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass, fields
from pathlib import Path

from latchstring.base.ids import CameraId
from latchstring.hub.recording import aside, fmp4, heads, index
from latchstring.hub.recording.check import COMPARED
from latchstring.hub.recording.fmp4 import FoundGop
from latchstring.hub.recording.models import Run, StoredGop
from latchstring.hub.recording.survivors import NAME, holes, mapped, surviving
from latchstring.hub.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class RepairReport:
    """What the last crash had left behind."""

    torn_bytes: int = 0  # cut off behind the last whole GOP
    indexed_gops: int = 0  # had their bytes, but no row
    dropped_gops: int = 0  # had a row, but no bytes
    deleted_files: int = 0  # held no whole GOP, and nothing that had been one
    set_aside: int = 0  # files that were recorded and cannot be shown

    @property
    def found_something(self) -> bool:
        return self != RepairReport()

    def __str__(self) -> str:
        if not self.found_something:
            return "the recordings are whole"
        return (
            f"the recordings were repaired: {self.torn_bytes} torn bytes cut off, "
            f"{self.indexed_gops} GOPs indexed again, {self.dropped_gops} rows without data dropped, "
            f"{self.deleted_files} files without a whole GOP deleted, {self.set_aside} files set aside"
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
    found = list(surviving(data, 0))
    if not found:
        return _let_go(store, path, data)
    camera, run_us = CameraId(name.split("/")[0]), int(match["run"])
    run = index.run(store, camera, run_us) or _run_of(path, data, found[0], camera, run_us)
    if run is None:
        aside.put(index.folder(store), path)
        return RepairReport(set_aside=1)
    with store.write() as db:
        new = _new(found, camera, name, db=db)
        if not new:
            return RepairReport()
        segment = index.add_segment(run, int(match["number"]), name, db=db)
        for gop in new:
            index.add_gop(gop.stored(camera, run.start_us, name), segment, db=db)
    return RepairReport(indexed_gops=len(new), torn_bytes=_cut_torn(path, data, found[-1].end))


def _run_of(path: Path, data: bytes, gop: FoundGop, camera: CameraId, run_us: int) -> Run | None:
    head = heads.fitting(path, data, gop)
    return None if head is None else Run(camera=camera, start_us=run_us, track=head[0], init=head[1])


def _let_go(store: Store, path: Path, data: bytes | memoryview) -> RepairReport:
    """A file without a whole GOP: what was recorded once is set aside, what never was is deleted."""
    if fmp4.is_sealed(data, 0):
        aside.put(index.folder(store), path)
        return RepairReport(set_aside=1)
    path.unlink()
    return RepairReport(torn_bytes=len(data), deleted_files=1)


def _new(found: list[FoundGop], camera: CameraId, name: str, *, db: sqlite3.Connection) -> list[FoundGop]:
    """Those that began when no other one did: what somebody copied by hand takes no row from its original."""
    first = {gop.start_us: gop for gop in reversed(found)}
    new = [
        gop for gop in found if first[gop.start_us] is gop and not index.is_taken(camera, gop.start_us, db=db)
    ]
    if len(new) < len(found):
        log.warning("%s: %d GOPs began when others did, and are left alone", name, len(found) - len(new))
    return new


def _mend(store: Store, path: Path, name: str, known: _Known) -> RepairReport:
    """A file that is longer or shorter than its rows say."""
    lost, end = 0, known.end
    if path.stat().st_size < end:
        lost, end = _forget_lost(store, known, path.stat().st_size)
    with mapped(path) as data:
        found = list(surviving(data, end))
        end = found[-1].end if found else end
        if end == 0:
            with store.write() as db:
                index.drop_segments([known.id], db=db)
            return RepairReport(dropped_gops=lost) + _let_go(store, path, data)
        indexed, torn = _enter(store, found, known, name), _cut_torn(path, data, end)
    return RepairReport(dropped_gops=lost, indexed_gops=indexed, torn_bytes=torn)


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


def _forget_lost(store: Store, known: _Known, size: int) -> tuple[int, int]:
    """Rows beyond the end of the file go; a GOP that is cut in two goes whole. How many, and the new end."""
    with store.write() as db:
        lost = db.execute(
            "DELETE FROM gop WHERE segment = ? AND byte_offset + size_bytes > ?", (known.id, size)
        ).rowcount
        (end,) = db.execute(
            "SELECT coalesce(max(byte_offset + size_bytes), 0) FROM gop WHERE segment = ?", (known.id,)
        ).fetchone()
        index.measure_again(known.id, db=db)
    return lost, end


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


def _cut_torn(path: Path, data: bytes | memoryview, end: int) -> int:
    """Cut off what was in flight; answers how many bytes. What was whole once stays, for `check` to name."""
    if end == len(data) or fmp4.is_sealed(data, end):
        return 0
    with path.open("r+b") as f:
        f.truncate(end)
    return len(data) - end
