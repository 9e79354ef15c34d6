"""Makes room on the disk: deletes by the rules, before anything is written."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime

from latchstring.base.ids import CameraId
from latchstring.base.time import to_micros
from latchstring.hub.recording import aside, index, thumbnails
from latchstring.hub.recording.retention import (
    DAY_US,
    Keep,
    Moment,
    StoredSegment,
    mark_events,
    to_delete,
)
from latchstring.hub.store import Store

log = logging.getLogger(__name__)
Moments = Callable[[CameraId], Sequence[Moment]]


class Room:
    """One for all cameras; use from any thread. `moments` tells what belongs to a camera's events."""

    def __init__(self, store: Store, keep: Keep, moments: Moments = lambda _camera: ()) -> None:
        self._store = store
        self._folder = index.folder(store)
        self._moments = moments
        self._lock = threading.Lock()
        self._stuck: set[str] = set()  # files that could not be deleted since the start
        self.keep = keep

    def free_bytes(self) -> int:
        return self._disk().free

    def reserve_bytes(self) -> int:
        """What stays free for everything else."""
        return self.keep.reserve(self._disk().total)

    def is_short(self) -> bool:
        disk = self._disk()
        return disk.free < self.keep.reserve(disk.total)

    def make(self, *, now: datetime, growing: Collection[str]) -> int:
        """Delete what must go, except the files that are `growing`; answers how many bytes that freed.

        A disk that is short is given a quarter more than its reserve, so that this is rare. The file goes
        before its rows: deleting a row needs a little space, and a start mends a row without a file. One that
        cannot be deleted is said once and left to its owner; it holds up no other.
        """
        with self._lock:
            disk = self._disk()
            reserve = self.keep.reserve(disk.total)
            missing = reserve * 5 // 4 - disk.free if disk.free < reserve else 0
            files = self._candidates(now, is_short=missing > 0)
            left_alone = {*growing, *self._stuck}
            chosen = to_delete(files, self.keep, now=now, missing_bytes=missing, growing=left_alone)
            gone = [segment for segment in chosen if self._delete(segment.path)]
            if gone:
                with self._store.write() as db:
                    index.drop_segments([segment.id for segment in gone], db=db)
            return sum(segment.size_bytes for segment in gone)

    def _delete(self, segment_path: str) -> bool:
        path = self._folder / segment_path
        try:
            path.unlink(missing_ok=True)
        except OSError as e:
            self._stuck.add(segment_path)
            log.warning("%s cannot be deleted, and is left where it is: %s", segment_path, e.strerror)
            return False
        with suppress(OSError):  # other files are still in it
            path.parent.rmdir()
        thumbnails.forget(self._store, segment_path)
        return True

    def _candidates(self, now: datetime, *, is_short: bool) -> list[StoredSegment]:
        """The files that may have to go; of a camera that has room enough only those past their days."""
        found: list[StoredSegment] = []
        for camera, taken in index.taken(self._store).items():
            rule = self.keep.rule_of(camera)
            over = rule.max_bytes is not None and taken > rule.max_bytes
            last_us = None if is_short or over else to_micros(now) - rule.days * DAY_US
            if files := index.segments_until(self._store, camera, last_us):
                found += mark_events(files, self._moments(camera))
        for segment in aside.files(self._folder):
            found += mark_events([segment], self._moments(segment.camera))
        return found

    def _disk(self) -> shutil._ntuple_diskusage:
        return shutil.disk_usage(self._folder if self._folder.is_dir() else self._store.path.parent)
