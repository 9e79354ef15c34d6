"""Whole GOPs onto the disk: the bytes, `fdatasync`, and only then the row."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

from latchstring.base.errors import Unavailable
from latchstring.base.files import sync_folder
from latchstring.base.time import from_micros
from latchstring.hub.recording import fmp4, index
from latchstring.hub.recording.assembler import WholeGop
from latchstring.hub.recording.models import Run, StoredGop
from latchstring.hub.store import Store, StoreFull

ROTATE_AFTER = timedelta(minutes=5)
_MOST_AT_ONCE = os.sysconf("SC_IOV_MAX")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class DiskFull(Unavailable):
    """The disk is full, so nothing is recorded; free some space, or keep recordings for fewer days."""


class DiskBroken(Unavailable):
    """The disk refuses to store the recording; check it and its cable."""


class GopWriter:
    """Appends the GOPs of one camera to segment files. For one thread."""

    def __init__(self, store: Store, *, rotate_after: timedelta = ROTATE_AFTER) -> None:
        self._store = store
        self._folder = index.folder(store)
        self._rotate_us = rotate_after // timedelta(microseconds=1)
        self._segment: _Segment | None = None
        self._run_us: int | None = None  # as its GOPs say
        self._run: Run | None = None  # as it is written
        self._next_number = 0

    @property
    def open_path(self) -> str | None:
        """The file that still grows."""
        return self._segment.name if self._segment else None

    def write(self, whole: WholeGop) -> StoredGop:
        """Returns when the GOP would survive a power cut. After an error the files are as they were.

        Where another one began at this very instant, as after a clock was set back, it begins a moment later.
        """
        try:
            whole = self._with_a_place(whole)
            segment = self._segment_for(whole)
            offset = segment.append(whole.parts)
            gop = whole.gop.stored(segment.name, offset, sum(map(len, whole.parts)))
            self._enter(segment, gop)
        except (OSError, sqlite3.Error, StoreFull) as e:
            self._take_back()
            full = e.errno in _FULL if isinstance(e, OSError) else isinstance(e, StoreFull)
            raise (DiskFull if full else DiskBroken) from e
        return gop

    def close(self) -> None:
        """End the file. One that cannot even be closed is let go: its number may be another's now."""
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.close()

    def _with_a_place(self, whole: WholeGop) -> WholeGop:
        """A run and an instant that no other GOP of its camera has."""
        gop, parts = whole.gop, whole.parts
        with self._store.read() as db:
            if self._run is None or self._run_us != gop.run_us:
                run_us = index.free_run_from(gop.camera, gop.run_us, db=db)
                self._run, self._run_us = replace(whole.run, start_us=run_us), gop.run_us
                self._next_number = 0
            start_us = index.free_from(gop.camera, gop.start_us, db=db)
        if start_us != gop.start_us:
            parts = fmp4.begun_at(start_us, parts)
        gop = replace(gop, run_us=self._run.start_us, start_us=start_us)
        return WholeGop(gop=gop, run=self._run, parts=parts)

    def _segment_for(self, whole: WholeGop) -> _Segment:
        now_us = whole.gop.start_us
        open_one = self._segment
        if (
            open_one is not None
            and open_one.run == whole.run
            and now_us - open_one.start_us < self._rotate_us
        ):
            return open_one
        self.close()
        self._segment = _Segment(self._folder, whole.run, self._next_number, now_us)
        self._next_number += 1
        return self._segment

    def _enter(self, segment: _Segment, gop: StoredGop) -> None:
        with self._store.write() as db:
            row = segment.row
            if row is None:
                row = index.add_segment(segment.run, segment.number, segment.name, db=db)
            index.add_gop(gop, row, db=db)
        segment.row = row
        segment.kept()

    def _take_back(self) -> None:
        """Where even that is refused, the next GOP begins a new file; the next start mends the old one."""
        with suppress(OSError):
            if self._segment is not None and self._segment.undo():
                return
        with suppress(OSError):
            self.close()


class _Segment:
    """An open file: the init segment and whole GOPs."""

    def __init__(self, folder: Path, run: Run, number: int, start_us: int) -> None:
        day = from_micros(start_us).strftime("%Y-%m-%d")
        self.name = f"{run.camera}/{day}/{run.start_us}-{number:05}.mp4"
        self.run = run
        self.number = number
        self.start_us = start_us
        self.row: int | None = None
        self._path = folder / self.name
        _make_folder(self._path.parent, folder)
        self._fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._size = 0  # bytes that have a row

    def append(self, parts: Sequence[bytes]) -> int:
        """Write one behind the other, and flush; answers the offset of the first."""
        offset = self._size
        if offset == 0:
            offset = len(self.run.init)
            parts = [self.run.init, *parts]
        _write_all(self._fd, parts)
        os.fdatasync(self._fd)
        if self._size == 0:
            sync_folder(self._path.parent)
        return offset

    def kept(self) -> None:
        self._size = os.lseek(self._fd, 0, os.SEEK_CUR)

    def undo(self) -> bool:
        """Cut off what has no row; False when nothing is left and the file is gone."""
        os.ftruncate(self._fd, self._size)
        os.lseek(self._fd, self._size, os.SEEK_SET)
        if self._size:
            return True
        self._path.unlink(missing_ok=True)
        return False

    def close(self) -> None:
        os.close(self._fd)


def _write_all(fd: int, parts: Sequence[bytes]) -> None:
    left = deque(memoryview(part) for part in parts if part)
    while left:
        written = os.writev(fd, list(islice(left, _MOST_AT_ONCE)))
        while left and written >= len(left[0]):
            written -= len(left.popleft())
        if written:
            left[0] = left[0][written:]


def _make_folder(path: Path, root: Path) -> None:
    """Make `path` under `root` and let each new name survive a power cut."""
    if path.is_dir():
        return
    if path != root:
        _make_folder(path.parent, root)
    path.mkdir(parents=True, exist_ok=True)
    sync_folder(path.parent)
