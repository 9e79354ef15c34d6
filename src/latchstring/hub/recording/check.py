"""Index against disk: every file, every GOP and its seal. Only looks, so a hub may run beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from latchstring.base.time import from_micros, to_text
from latchstring.hub.recording import aside, fmp4
from latchstring.hub.recording.survivors import NAME, holes, mapped, surviving

Kind = Literal[
    "index-damaged",
    "file-missing",
    "file-short",
    "torn-tail",
    "not-indexed",
    "no-whole-gop",
    "row-differs",
    "init-differs",
    "gop-damaged",
    "time-taken",
    "set-aside",
]
_NUMBERS = {kind: number for number, kind in enumerate(get_args(Kind), start=1)}
COMPARED = ("start_us", "end_us", "size_bytes", "frames", "media_start", "sound_bytes")
REPAIRABLE: frozenset[Kind] = frozenset(
    {"file-missing", "file-short", "torn-tail", "not-indexed", "no-whole-gop", "row-differs"}
)
ONE_AT_AN_INSTANT = "the index has room for one at an instant"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that is not as it should be. `docs/reference/hub-check.md` explains each kind."""

    kind: Kind
    path: str  # of the file, under the recordings folder
    message: str
    start_us: int | None = None  # of the GOP, where it is about one

    @property
    def number(self) -> int:
        return _NUMBERS[self.kind]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}  {self.path}: {self.message}"


@dataclass(frozen=True, kw_only=True)
class File:
    """A file on disk or in the index, or both."""

    path: str
    size_bytes: int | None  # None: there is none
    is_fresh: bool  # still written to, perhaps
    segment: int | None  # None: the index does not know it


def files(db: sqlite3.Connection, folder: Path, *, fresh_after: float | None = None) -> list[File]:
    """All of ours. Those that changed after `fresh_after` (Unix time) may belong to a hub that runs."""
    known = {row["path"]: row["id"] for row in db.execute("SELECT id, path FROM segment")}
    found = []
    for path in sorted(path for path in folder.glob("*/*/*.mp4") if NAME.fullmatch(path.name)):
        try:
            seen = path.stat()
        except FileNotFoundError:
            continue  # its time was up just now
        name = path.relative_to(folder).as_posix()
        is_fresh = fresh_after is not None and seen.st_mtime > fresh_after
        found.append(
            File(path=name, size_bytes=seen.st_size, is_fresh=is_fresh, segment=known.pop(name, None))
        )
    found += [File(path=p, size_bytes=None, is_fresh=False, segment=s) for p, s in sorted(known.items())]
    return found


def check_index(db: sqlite3.Connection) -> Iterator[Finding]:
    """Whether SQLite finds its own file whole, and every row its partner."""
    for (answer,) in db.execute("PRAGMA quick_check"):
        if answer != "ok":
            yield Finding(kind="index-damaged", path="hub.db", message=str(answer))
    for row in db.execute("PRAGMA foreign_key_check"):
        yield Finding(kind="index-damaged", path="hub.db", message=f"a row of {row[0]} has lost its {row[2]}")


def set_aside(folder: Path) -> Iterator[Finding]:
    """What a repair could neither show nor throw away."""
    for segment in aside.files(folder):
        message = (
            f"nothing in its {segment.size_bytes} bytes can be shown, so it lies here until its time is up"
        )
        yield Finding(kind="set-aside", path=segment.path, message=message)


def check_file(db: sqlite3.Connection, folder: Path, file: File, *, seals: bool = True) -> Iterator[Finding]:
    """What is wrong with one file; without `seals` only where its parts lie is looked at."""
    rows = _rows(db, file)
    if file.size_bytes is None:
        if rows and _is_still_known(db, file):
            yield _of(file, "file-missing", f"{len(rows)} GOPs are in the index, and their file is gone")
        return
    try:
        with mapped(folder / file.path) as data:
            yield from _compare(db, folder, file, rows, data, seals=seals)
    except FileNotFoundError:
        if _is_still_known(db, file):
            yield _of(file, "file-missing", "the file went away while it was looked at")


def _compare(
    db: sqlite3.Connection,
    folder: Path,
    file: File,
    rows: list[sqlite3.Row],
    data: memoryview,
    *,
    seals: bool,
) -> Iterator[Finding]:
    whole = [row for row in rows if row["byte_offset"] + row["size_bytes"] <= len(data)]
    if len(whole) < len(rows):
        yield _of(file, "file-short", f"{len(rows) - len(whole)} GOPs of the index lie beyond its end")
    init, wrong = _init_of(db, file), list[Finding]()
    if seals:
        yield from _init(file, init, data)
        wrong = [each for row in whole for each in _gop(db, folder, file, row, data)]
        yield from wrong
    if rows and not wrong:
        yield from _totals(db, file)
    if whole and (inside := [gop for hole in holes(whole, len(init)) for gop in surviving(data, *hole)]):
        yield from _not_indexed(db, file, inside, "between others are not in the index")
    if file.is_fresh:
        return
    end = max((row["byte_offset"] + row["size_bytes"] for row in whole), default=None)
    if end is None:
        yield from _stranger(db, file, data)
    elif end < len(data):
        yield from _tail(db, file, data, end)


def _totals(db: sqlite3.Connection, file: File) -> Iterator[Finding]:
    """How long a file is kept hangs on what the index says of it as a whole; a wrong row makes that wrong."""
    row = db.execute(
        """SELECT segment.start_us = min(gop.start_us) AND segment.end_us = max(gop.end_us)
               AND segment.size_bytes = max(gop.byte_offset + gop.size_bytes)
           FROM segment JOIN gop ON gop.segment = segment.id WHERE segment.id = ?""",
        (file.segment,),
    ).fetchone()
    if row[0] == 0:  # NULL: a hub that runs has just forgotten the file
        yield _of(file, "row-differs", "the index says otherwise of the file than of the GOPs in it")


def _gop(
    db: sqlite3.Connection, folder: Path, file: File, row: sqlite3.Row, data: memoryview
) -> Iterator[Finding]:
    at = f"the GOP of {to_text(from_micros(row['start_us']))}"
    found = fmp4.gop_at(data, row["byte_offset"])
    if found is None:
        message = f"{at} does not match its seal: its bytes have changed since they were written"
        yield Finding(kind="gop-damaged", path=file.path, message=message, start_us=row["start_us"])
        return
    if (other := _rightly_there(db, folder, row, found.start_us)) is not None:
        message = f"{at} began when another one did, in {other}; {ONE_AT_AN_INSTANT}"
        yield Finding(kind="time-taken", path=file.path, message=message, start_us=row["start_us"])
        return
    differs = [name for name in COMPARED if row[name] != getattr(found, name)]
    if differs:
        message = f"the index says otherwise than {at} itself about its {', '.join(differs)}"
        yield Finding(kind="row-differs", path=file.path, message=message, start_us=row["start_us"])


def _rightly_there(db: sqlite3.Connection, folder: Path, row: sqlite3.Row, start_us: int) -> str | None:
    """The file of another GOP that began then, as its row and its bytes say."""
    other = None if row["start_us"] == start_us else _row_at(db, row["camera"], start_us)
    if other is None:
        return None
    try:
        with mapped(folder / other["path"]) as data:
            there = fmp4.gop_at(data, other["byte_offset"])
    except FileNotFoundError:
        return None
    return str(other["path"]) if there is not None and there.start_us == start_us else None


def _row_at(db: sqlite3.Connection, camera: str, start_us: int) -> sqlite3.Row | None:
    found: sqlite3.Row | None = db.execute(
        """SELECT path, byte_offset FROM gop JOIN segment ON segment.id = gop.segment
           WHERE gop.camera = ? AND gop.start_us = ?""",
        (camera, start_us),
    ).fetchone()
    return found


def _init_of(db: sqlite3.Connection, file: File) -> bytes:
    """The head of a file as the index holds it; empty, if it does not know the file."""
    row = db.execute(
        """SELECT init FROM run JOIN segment ON segment.camera = run.camera AND segment.run_us = run.start_us
           WHERE segment.id = ?""",
        (file.segment,),
    ).fetchone()
    return b"" if row is None else bytes(row["init"])


def _init(file: File, init: bytes, data: memoryview) -> Iterator[Finding]:
    if bytes(data[: len(init)]) != init:
        yield _of(
            file, "init-differs", "its init segment is not the one that the index holds; clips still play"
        )


def _stranger(db: sqlite3.Connection, file: File, data: memoryview) -> Iterator[Finding]:
    """A file of which the index knows nothing."""
    gops = list(surviving(data, 0))
    if gops:
        yield from _not_indexed(db, file, gops, "are not in the index")
    elif fmp4.is_sealed(data, 0):
        yield _of(file, "no-whole-gop", "no GOP in it matches its seal: their bytes have changed")
    else:
        yield _of(file, "no-whole-gop", "it holds no whole GOP")


def _tail(db: sqlite3.Connection, file: File, data: memoryview, end: int) -> Iterator[Finding]:
    gops = list(surviving(data, end))
    if gops:
        yield from _not_indexed(db, file, gops, "at its end are not in the index")
        end = gops[-1].end
    if fmp4.is_sealed(data, end):
        message = f"{len(data) - end} bytes at its end are GOPs without rows that do not match their seals"
        yield _of(file, "gop-damaged", message)
    elif end < len(data):
        yield _of(file, "torn-tail", f"{len(data) - end} bytes lie behind the last whole GOP")


def _not_indexed(
    db: sqlite3.Connection, file: File, gops: list[fmp4.FoundGop], where: str
) -> Iterator[Finding]:
    camera = file.path.split("/")[0]
    others = [other["path"] for gop in gops if (other := _row_at(db, camera, gop.start_us)) is not None]
    if len(others) < len(gops):
        yield _of(file, "not-indexed", f"{len(gops) - len(others)} whole GOPs {where}")
    if others:
        message = f"{len(others)} GOPs began when others did, in {others[0]}; {ONE_AT_AN_INSTANT}"
        yield _of(file, "time-taken", message)


def _of(file: File, kind: Kind, message: str) -> Finding:
    return Finding(kind=kind, path=file.path, message=message)


def _rows(db: sqlite3.Connection, file: File) -> list[sqlite3.Row]:
    return db.execute("SELECT * FROM gop WHERE segment = ? ORDER BY byte_offset", (file.segment,)).fetchall()


def _is_still_known(db: sqlite3.Connection, file: File) -> bool:
    """A hub that runs may have deleted the file, and its rows, since they were read."""
    return db.execute("SELECT 1 FROM segment WHERE id = ?", (file.segment,)).fetchone() is not None
