"""H.264 out of RTP packets (RFC 6184): pictures, each whole or not at all."""

from __future__ import annotations

import struct
from base64 import b64decode
from collections.abc import Callable
from typing import NamedTuple

from latchstring.hub.cameras import h264
from latchstring.hub.cameras.errors import BrokenVideo, UnsupportedCodec
from latchstring.hub.cameras.h264 import IDR, PPS, SLICE, SPS, START_CODE
from latchstring.hub.cameras.rtp import MARKED, PLAIN, Rtp

MOST_PICTURE_BYTES = 16 << 20
_STAP_A, _FU_A, _INTERLEAVED = 24, 28, (25, 26, 27, 29)
_SLICES = range(SLICE, IDR + 1)
_HEADS = struct.Struct(">HHHHIIBB")
"""Dollar and channel, length; the head of RTP, no longer than need be; the first two bytes of its body."""
_BODY = _HEADS.size - 2
_DOLLAR = 0x24
_START, _END, _FIRST_MACROBLOCK = 0x80, 0x40, 0x80


class Interleaved(UnsupportedCodec):
    """The camera interleaves its pictures (packetization mode 2), which is not recorded; set it to mode 1."""


class Picture(NamedTuple):
    """One access unit, Annex B."""

    data: bytes
    stamp: int
    arrived: float  # its last piece
    is_keyframe: bool
    starts: tuple[int, ...]  # of its units

    def before_slices(self) -> bytes:
        """Where parameter sets are."""
        data = self.data
        return data[: next((at for at in self.starts if data[at] & 0x1F in _SLICES), None)]


class Pictures:
    """Puts a stream's packets together.

    A picture ends with the marker bit, and at the latest where the time stamp changes. Some cameras set the
    marker after each slice: up to the first keyframe every picture waits for the next one, and a camera whose
    marker has lied once is not believed again. Of a picture that lost a piece nothing is handed on; after a
    keyframe that did, nothing is until the next one, for the rest builds on it.
    """

    def __init__(self, channel: int, payload: int, heard_at: Callable[[], float]) -> None:
        """`heard_at` tells when what is taken now has come."""
        self._first = _DOLLAR << 8 | channel
        self._plain = PLAIN << 8 | payload
        self._marked = self._plain | MARKED
        self._heard_at = heard_at
        self._whole: list[Picture] = []
        self._following: int | None = None  # sequence number
        self._stamp = -1
        self._data = bytearray()
        self._starts: list[int] = []
        self._arrived = 0.0
        self._waits = True  # for the next time stamp
        self._marker_lies = False
        self._is_marked = False
        self._misses_keyframe = False
        self._is_after_gap = True
        self._has_slice = self._is_keyframe = self._is_torn = self._in_fragment = False

    def whole(self) -> list[Picture]:
        """The pictures that have ended since it was last asked: most often none."""
        whole = self._whole
        if whole:
            self._whole = []
        return whole

    def eat(self, view: memoryview, at: int, end: int) -> int:
        """Take at once what most packets are: slices and pieces of them, the next in order.

        They are read where they lie on the wire, with the head of RTSP before them. Answers where they end.
        """
        data, following, stamp, in_fragment = self._data, self._following, self._stamp, self._in_fragment
        while at + _HEADS.size < end:
            first, size, second, number, came, _, unit, piece = _HEADS.unpack_from(view, at)
            stop = at + 4 + size
            if number != following or first != self._first or not at + _HEADS.size < stop <= end:
                break
            is_marked = second == self._marked
            if second != self._plain and not is_marked:
                break
            if came != stamp:
                if self._has_slice or self._is_torn:
                    break
                self._stamp, self._is_marked, stamp = came, False, came
            kind = unit & 0x1F
            if kind == _FU_A:
                if piece & _START:
                    self._start(unit, piece, view[at + _HEADS.size])
                elif not in_fragment:
                    break
                data += view[at + _HEADS.size : stop]
                in_fragment = not piece & _END
            elif kind in _SLICES:
                self._unit(view[at + _BODY : stop])
                in_fragment = False
            else:
                break
            at, following = stop, (number + 1) & 0xFFFF
            if is_marked:
                self._arrived = self._heard_at()
                self._mark()
                in_fragment = False
        self._following, self._in_fragment = following, in_fragment
        if len(data) > MOST_PICTURE_BYTES:
            raise BrokenVideo
        return at

    def take(self, packet: Rtp) -> None:
        """What `eat` has left: any packet."""
        _, marker, number, stamp, body = packet
        gap = number != self._following
        self._following = (number + 1) & 0xFFFF
        if gap:
            self._in_fragment = False
        if stamp != self._stamp:
            self._is_torn |= gap and not self._is_marked
            self._end(after_gap=gap)
            self._stamp, self._is_marked = stamp, False
        elif gap:
            self._is_torn = True
        self._arrived = self._heard_at()
        self._add(body)
        if marker:
            self._mark()

    def _mark(self) -> None:
        self._is_marked, self._in_fragment = True, False
        if self._has_slice and not self._waits:
            self._end(after_gap=False)

    def _end(self, *, after_gap: bool) -> None:
        """Units before the first slice stay for the picture after them, whatever their time stamp says."""
        if not self._has_slice:
            if self._is_torn:
                self._next_picture(after_gap=True)
            self._is_after_gap |= after_gap
            return
        picture = Picture(
            bytes(self._data), self._stamp, self._arrived, self._is_keyframe, tuple(self._starts)
        )
        is_torn = self._is_torn
        self._next_picture(after_gap=after_gap)
        if picture.is_keyframe:
            self._misses_keyframe = is_torn
            self._waits = self._marker_lies
        if not is_torn and not self._misses_keyframe:
            self._whole.append(picture)

    def _next_picture(self, *, after_gap: bool) -> None:
        self._data.clear()
        self._starts.clear()
        self._is_after_gap = after_gap
        self._has_slice = self._is_keyframe = self._is_torn = self._in_fragment = False

    def _add(self, body: memoryview) -> None:
        kind = body[0] & 0x1F if body else 0
        if kind == _FU_A:
            self._fragment(body)
        elif 0 < kind < _STAP_A:
            self._unit(body)
        elif kind == _STAP_A:
            self._several(body)
        elif kind in _INTERLEAVED:
            raise Interleaved
        if len(self._data) > MOST_PICTURE_BYTES:
            raise BrokenVideo

    def _unit(self, unit: memoryview) -> None:
        kind = unit[0] & 0x1F
        if kind in (SPS, PPS) and self._has_slice:
            return  # repeated before each slice
        self._begin(kind, unit[1] if len(unit) > 1 else _FIRST_MACROBLOCK)
        self._in_fragment = False
        self._data += START_CODE
        self._starts.append(len(self._data))
        self._data += unit

    def _several(self, body: memoryview) -> None:
        at = 1
        while at + 2 < len(body):
            size = body[at] << 8 | body[at + 1]
            at += 2
            if size == 0 or at + size > len(body):
                self._is_torn = True
                return
            self._unit(body[at : at + size])
            at += size

    def _fragment(self, body: memoryview) -> None:
        if len(body) < 3:
            self._is_torn = True
            return
        head = body[1]
        kind = head & 0x1F
        if head & _START:
            self._start(body[0], head, body[2])
            self._in_fragment = True
        elif not self._in_fragment:
            self._begin(kind, _FIRST_MACROBLOCK)
            self._is_torn = True
        self._data += body[2:]
        if head & _END:
            self._in_fragment = False

    def _start(self, unit: int, head: int, first: int) -> None:
        """The first piece of a unit: its two bytes of head, and the byte after them."""
        kind = head & 0x1F
        self._begin(kind, first)
        self._data += START_CODE
        self._starts.append(len(self._data))
        self._data.append(unit & 0xE0 | kind)

    def _begin(self, kind: int, first: int) -> None:
        """A unit begins, or what is left of one; `first` is the byte after its head."""
        if kind not in _SLICES:
            return
        is_first = first & _FIRST_MACROBLOCK
        if self._is_marked and (self._waits or not is_first):
            self._marker_lies = self._waits = True
        if not self._has_slice and self._is_after_gap and not is_first:
            self._is_torn = True
        self._has_slice = True
        self._is_keyframe |= kind == IDR


def parameter_sets(sprop: str) -> bytes:
    """`sprop-parameter-sets` (8.1) as Annex B; nothing if they cannot be read."""
    try:
        units = [b64decode(each, validate=True) for each in sprop.split(",") if each.strip()]
        data = b"".join([START_CODE + unit for unit in units])
        sets = h264.parameter_sets(h264.split_annex_b(data))
        return data if sets is not None and all(sets.size) else b""
    except (ValueError, BrokenVideo):
        return b""
