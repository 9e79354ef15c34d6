"""Finding one's way in MP4 boxes (ISO/IEC 14496-12, 4.2), whatever tracks there are."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

Bytes = bytes | bytearray


@dataclass(frozen=True, slots=True)
class Box:
    """Where a box lies; its body begins after size and type."""

    kind: bytes
    start: int
    end: int

    @property
    def body(self) -> int:
        return self.start + 8


def boxes(data: Bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """The boxes that follow one another from `start` up to `end`; one that is cut short ends the list."""
    end = len(data) if end is None else end
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        if size < 8 or start + size > end:
            return
        yield Box(bytes(kind), start, start + size)
        start += size


def inside(data: Bytes, box: Box, *path: bytes) -> Iterator[Box]:
    """The boxes at `path` within a box, like `inside(init, moov, b"trak", b"mdia")`."""
    for child in boxes(data, box.body, box.end):
        if child.kind == path[0]:
            if len(path) == 1:
                yield child
            else:
                yield from inside(data, child, *path[1:])


def timescales(init: bytes) -> dict[int, int]:
    """Ticks per second of each track, by its number (8.3.2, 8.4.2)."""
    found = {}
    for moov in boxes(init):
        if moov.kind != b"moov":
            continue
        for trak in inside(init, moov, b"trak"):
            tkhd = next(inside(init, trak, b"tkhd"))
            mdhd = next(inside(init, trak, b"mdia", b"mdhd"))
            (number,) = struct.unpack_from(">I", init, tkhd.body + (20 if init[tkhd.body] else 12))
            (ticks,) = struct.unpack_from(">I", init, mdhd.body + (20 if init[mdhd.body] else 12))
            found[number] = ticks
    return found
