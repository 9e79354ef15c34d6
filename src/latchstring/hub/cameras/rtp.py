"""RTP packets (RFC 3550, 5.1) and the times that they carry."""

from __future__ import annotations

import struct
from typing import NamedTuple

_HEAD = struct.Struct(">BBHI")
_HEAD_BYTES = 12
PLAIN = 0x80
"""Version 2, and nothing that makes the head longer or the body shorter."""
MARKED = 0x80
"""Beside the payload's number: the marker bit."""
_WRAP, _HALF = 1 << 32, 1 << 31


class Rtp(NamedTuple):
    """One packet; its body is a view into what was read."""

    payload: int
    marker: bool
    number: int
    stamp: int
    body: memoryview


def read(packet: memoryview) -> Rtp | None:
    """None: it is no RTP of version 2, or it says that it is longer than it is."""
    size = len(packet)
    if size < _HEAD_BYTES:
        return None
    first, second, number, stamp = _HEAD.unpack_from(packet)
    if first == PLAIN:
        return Rtp(second & 0x7F, second >= MARKED, number, stamp, packet[_HEAD_BYTES:])
    if first >> 6 != 2:
        return None
    start, end = _HEAD_BYTES + 4 * (first & 15), size
    if first & 0x10:
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    if first & 0x20:
        end -= packet[-1]
    if start > end:
        return None
    return Rtp(second & 0x7F, second >= MARKED, number, stamp, packet[start:end])


class Ticks:
    """Counts on from 0 where the 32 bits of a time stamp begin again."""

    def __init__(self) -> None:
        self._last: int | None = None
        self._total = 0

    def at(self, stamp: int) -> int:
        if self._last is not None:
            self._total += (stamp - self._last + _HALF) % _WRAP - _HALF
        self._last = stamp
        return self._total
