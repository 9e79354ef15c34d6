"""Small pictures for the timeline: decoded from keyframes when first asked for, then kept on disk.

They lie beside the recordings, a folder for each segment, and go with it. All of them together stay below a
limit; beyond it those made longest ago go first. One is decoded at a time, in the asker's thread: a recorder
never waits for a thumbnail.
"""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange
from latchstring.hub.recording import index
from latchstring.hub.recording.clip import NothingRecorded
from latchstring.hub.recording.models import StoredGop
from latchstring.hub.recording.pictures import keyframe_jpeg
from latchstring.hub.store import Store

FOLDER = "thumbnails"
WIDTH = 160
MAX_BYTES = 256 << 20
WITHIN = timedelta(minutes=1)
"""The picture of an instant without a recording is that of the next one, if it is no later than this."""


def folder_of(store: Store, segment_path: str) -> Path:
    """Where the thumbnails of one segment are."""
    return store.path.parent / FOLDER / PurePosixPath(segment_path).with_suffix("")


def forget(store: Store, segment_path: str) -> None:
    """The segment is deleted, and what was made of it with it."""
    folder = folder_of(store, segment_path)
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):  # other segments' are still in it
        folder.parent.rmdir()


class Thumbnails:
    """Use from any thread."""

    def __init__(self, store: Store, *, max_bytes: int = MAX_BYTES) -> None:
        self._store = store
        self._root = store.path.parent / FOLDER
        self._max_bytes = max_bytes
        self._used: int | None = None  # counted when the first is made
        self._one_at_a_time = threading.Lock()

    def at(self, camera: CameraId, instant: datetime) -> tuple[StoredGop, bytes]:
        """The GOP that holds `instant`, or begins within a minute of it, and its picture as JPEG."""
        gops = index.gops(self._store, camera, TimeRange(instant, instant + WITHIN))
        if not gops:
            raise NothingRecorded
        path = folder_of(self._store, gops[0].path) / f"{gops[0].start_us}.jpg"
        with suppress(FileNotFoundError):
            return gops[0], path.read_bytes()
        with self._one_at_a_time:
            picture = keyframe_jpeg(self._store, gops[0], width=WIDTH)
            self._keep(path, picture)
        return gops[0], picture

    def _keep(self, path: Path, picture: bytes) -> None:
        """A disk that is full costs the next asker some time, nothing else."""
        if self._used is None:
            self._used = sum(_sizes(self._root).values())
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = path.with_suffix(".new")
            fresh.write_bytes(picture)
            fresh.replace(path)
            self._used += len(picture)
        if self._used > self._max_bytes:
            self._trim()

    def _trim(self) -> None:
        """Down to three quarters, so that this is rare."""
        sizes = _sizes(self._root)
        used = sum(sizes.values())
        for folder in sorted(sizes, key=_changed_ns):
            if used <= self._max_bytes * 3 // 4:
                break
            shutil.rmtree(folder, ignore_errors=True)
            used -= sizes[folder]
        self._used = used


def _sizes(root: Path) -> dict[Path, int]:
    """Bytes in each folder with pictures; those that retention deletes meanwhile count for nothing."""
    sizes: dict[Path, int] = {}
    for folder, _, names in os.walk(root):
        for name in names:
            with suppress(FileNotFoundError):
                path = Path(folder, name)
                sizes[path.parent] = sizes.get(path.parent, 0) + path.stat().st_size
    return sizes


def _changed_ns(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
