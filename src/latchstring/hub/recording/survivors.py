"""What is still whole in a segment file of which the index knows too little, also behind what is damaged."""

from __future__ import annotations

import mmap
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from latchstring.hub.recording import fmp4
from latchstring.hub.recording.fmp4 import FoundGop

NAME = re.compile(r"(?P<run>\d+)-(?P<number>\d{5})\.mp4")
"""How a segment file is called; another file in the folder is not ours."""
_HEAD = re.compile(b"prft")
_BEFORE_KIND = 4  # a box begins with its size


@contextmanager
def mapped(path: Path) -> Iterator[memoryview]:
    """A file's bytes, without reading them all at once."""
    with path.open("rb") as f:
        if path.stat().st_size == 0:
            yield memoryview(b"")
            return
        with mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as data, memoryview(data) as view:
            yield view


def surviving(data: bytes | mmap.mmap | memoryview, start: int, end: int | None = None) -> Iterator[FoundGop]:
    """Each whole GOP from `start` to `end`: one that is torn or altered is passed over, not all after it."""
    with memoryview(data) as view:
        end = len(view) if end is None else end
        while start < end:
            found = fmp4.gop_at(view, start)
            if found is not None and found.end <= end:
                yield found
                start = found.end
                continue
            head = _HEAD.search(view, start + _BEFORE_KIND + 1, end)
            if head is None:
                return
            start = head.start() - _BEFORE_KIND


def holes(rows: Iterable[sqlite3.Row], init_size: int) -> Iterator[tuple[int, int]]:
    """[start, end) of the bytes between a file's head and the last of its rows that belong to no row."""
    at = init_size
    for row in rows:
        if row["byte_offset"] > at:
            yield at, row["byte_offset"]
        at = max(at, row["byte_offset"] + row["size_bytes"])
