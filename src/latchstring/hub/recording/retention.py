"""What is deleted, oldest first: what is too old, and what must go before the next GOP can be written."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from latchstring.base.time import to_micros
from latchstring.hub.recording import index, thumbnails
from latchstring.hub.store import Store


@dataclass(frozen=True, kw_only=True)
class Keep:
    """How long recordings stay."""

    days: int = 14
    min_free_bytes: int = 1 << 30  # left for everything else on this disk


@dataclass(frozen=True, kw_only=True)
class StoredSegment:
    """A whole file of recordings."""

    id: int
    path: str
    end_us: int
    size_bytes: int


def to_delete(
    segments: Sequence[StoredSegment], keep: Keep, *, now: datetime, free_bytes: int, growing: Collection[str]
) -> list[StoredSegment]:
    """Which segments go: all that ended `keep.days` ago, then the oldest until enough is free."""
    too_old_us = to_micros(now - timedelta(days=keep.days))
    chosen = []
    for segment in sorted(segments, key=lambda s: s.end_us):
        if segment.path in growing:
            continue
        if segment.end_us > too_old_us and free_bytes >= keep.min_free_bytes:
            break
        chosen.append(segment)
        free_bytes += segment.size_bytes
    return chosen


class Retention:
    """Makes room. One for all cameras; use from any thread."""

    def __init__(self, store: Store, keep: Keep) -> None:
        self._store = store
        self._folder = index.folder(store)
        self._lock = threading.Lock()
        self.keep = keep

    def free_bytes(self) -> int:
        folder = self._folder if self._folder.is_dir() else self._store.path.parent
        return shutil.disk_usage(folder).free

    def has_room(self) -> bool:
        return self.free_bytes() >= self.keep.min_free_bytes

    def make_room(self, *, now: datetime, growing: Collection[str]) -> int:
        """Delete what must go, except the files that are `growing`; answers how many bytes that freed.

        The file goes before its rows: deleting a row needs a little space, and a row without a file is mended
        at the next start.
        """
        with self._lock:
            chosen = to_delete(
                self._segments(), self.keep, now=now, free_bytes=self.free_bytes(), growing=growing
            )
            for segment in chosen:
                path = self._folder / segment.path
                path.unlink(missing_ok=True)
                with suppress(OSError):  # other files are still in it
                    path.parent.rmdir()
                thumbnails.forget(self._store, segment.path)
            if chosen:
                with self._store.write() as db:
                    index.drop_segments([segment.id for segment in chosen], db=db)
            return sum(segment.size_bytes for segment in chosen)

    def _segments(self) -> list[StoredSegment]:
        with self._store.read() as db:
            rows = db.execute(
                """SELECT segment.id, segment.path, max(gop.end_us) AS end_us,
                          max(gop.byte_offset + gop.size_bytes) AS size_bytes
                   FROM segment JOIN gop ON gop.segment = segment.id GROUP BY segment.id"""
            ).fetchall()
        return [StoredSegment(**dict(row)) for row in rows]
