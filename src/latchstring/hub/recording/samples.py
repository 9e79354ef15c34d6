"""The coded frames of a GOP, taken out of its fragments again."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from latchstring.hub.recording.boxes import Box, boxes, inside
from latchstring.hub.recording.fmp4 import TRACK_ID

_TRUN = struct.Struct(">IIiIIIi")  # of one sample, as `fmp4.fragment` writes it (ISO/IEC 14496-12, 8.8.8)


@dataclass(frozen=True, slots=True)
class Sample:
    """One coded frame with four-byte lengths, and when it is shown, in ticks of its run."""

    data: bytes
    shown_at: int


def samples(gop: bytes) -> list[Sample]:
    """In the order in which they are decoded; what else is in the GOP is left out."""
    found: list[Sample] = []
    shown_at: int | None = None
    for box in boxes(gop):
        if box.kind == b"moof":
            shown_at = _shown_at(gop, box)
        elif box.kind == b"mdat" and shown_at is not None:
            found.append(Sample(gop[box.body : box.end], shown_at))
            shown_at = None
    return found


def _shown_at(gop: bytes, moof: Box) -> int | None:
    """Decode time and offset of the frame in a fragment; None where it is of another track."""
    for traf in inside(gop, moof, b"traf"):
        tfhd, tfdt, trun = (next(inside(gop, traf, kind)) for kind in (b"tfhd", b"tfdt", b"trun"))
        if struct.unpack_from(">I", gop, tfhd.body + 4) == (TRACK_ID,):
            (decoded_at,) = struct.unpack_from(">Q", gop, tfdt.body + 4)
            *_, offset = _TRUN.unpack_from(gop, trun.body)
            return int(decoded_at) + int(offset)
    return None
