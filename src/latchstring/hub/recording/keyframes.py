"""A recording in a hurry: only its keyframes, each shown until the next one."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from latchstring.hub.recording.boxes import Box, boxes, inside
from latchstring.hub.recording.clip import Clip
from latchstring.hub.recording.fmp4 import TRACK_ID

_DURATION = 0x100  # the flag that says each sample has one


def keyframes(clip: Clip) -> Iterator[bytes]:
    """The init segment, then each GOP's first fragment, as long as its GOP."""
    yield clip.init
    ticks = clip.run.track.timescale
    for number, gop in enumerate(clip.gops, start=1):
        yield _first_fragment(clip.chunk(number), (gop.end_us - gop.start_us) * ticks // 1_000_000)


def _first_fragment(gop: bytes, ticks: int) -> bytes:
    data = bytearray()
    for box in boxes(gop):
        data += gop[box.start : box.end]
        if box.kind == b"mdat" and (moof := _moof_of_pictures(data)) is not None:
            _last(data, moof, ticks)
            return bytes(data)
    return b""


def _moof_of_pictures(data: bytearray) -> Box | None:
    """The fragment with the picture; one with sound before it is passed on as it is."""
    for moof in boxes(data):
        if moof.kind == b"moof":
            for tfhd in inside(data, moof, b"traf", b"tfhd"):
                if struct.unpack_from(">I", data, tfhd.body + 4) == (TRACK_ID,):
                    return moof
    return None


def _last(data: bytearray, moof: Box, ticks: int) -> None:
    """Write the frame's duration into its `trun` (8.8.8)."""
    for trun in inside(data, moof, b"traf", b"trun"):
        (flags,) = struct.unpack_from(">I", data, trun.body)
        at = trun.body + 8 + 4 * bool(flags & 0x1) + 4 * bool(flags & 0x4)
        if flags & _DURATION:
            struct.pack_into(">I", data, at, ticks)
