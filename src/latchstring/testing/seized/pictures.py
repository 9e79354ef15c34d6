"""Traces of pictures and video.

| trace | rule |
|---|---|
| JPEG | FF D8 FF, then two whole segments with known markers, then a third marker |
| PNG | its signature and the length and name of IHDR |
| either in base64 | the same, decoded |
| H.264, Annex B | start code and a sequence parameter set that parses to a picture size; or start code and the head of an I or P slice of picture parameter set 0 |
| H.264 configuration | avcC, with its name or without, whose parameter set is of the profile it names |
| MP4 | `ftyp` or `styp` with printable brands, `moov`/`mvhd`, `moof`/`mfhd`, `mdat` that begins with a NAL unit, an `avc1` sample entry |

An I slice must go on for 64 bytes that a NAL unit may hold, or end where another begins; a P slice must end
where another begins. On random bytes the weakest rule (an I slice) is met once in 690 GB by chance. Raw pictures
without any form, slices alone that name another parameter set, and the last P slice of a stream alone are not
found.
"""  # noqa: E501 - a table

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator

from latchstring.testing.seized.scan import Blob, Hit, Probe

_MARKERS = frozenset([*range(0xC0, 0xD0), *range(0xDA, 0xE0), *range(0xE0, 0xF0), 0xFE])
_PROFILES = (66, 77, 88, 100, 110, 118, 122, 128, 244, 44, 83, 86)
_LEVELS = (9, 10, 11, 12, 13, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51, 52, 60, 61, 62)
_CONSTRAINTS = range(0, 256, 4)  # the two lowest bits are reserved and zero
_HIGH_PROFILES = frozenset(_PROFILES) - {66, 77, 88}
_INTRA, _PREDICTED = (0x65, 0x45, 0x25), (0x61, 0x41, 0x21)
_SLICE_BYTES = {**dict.fromkeys(_INTRA, 64), **dict.fromkeys(_PREDICTED, 256 << 10)}
"""So far a slice is followed, by what its NAL unit is called."""
_END = re.compile(
    rb"\x00\x00(?:\x00?\x01(?P<next>[\x01\x06-\x09\x21\x25-\x29\x41\x45-\x48\x61\x65-\x68])|[\x00-\x02])",
    re.DOTALL,
)
"""What cannot stand inside a NAL unit: another one's start code, or else no video at all."""
_LARGEST = 8192  # pixels a side


def probes() -> Iterator[Probe]:
    yield _probe((b"\xff\xd8\xff" + bytes([m]) for m in _MARKERS), _jpeg)
    yield _probe([b"\x89PNG"], _png)
    yield _probe([b"/9j/", b"iVBO"], _in_base64)
    yield _probe(
        (bytes([1, n, p, c]) for n in (0x67, 0x47, 0x27) for p in _PROFILES for c in _CONSTRAINTS), _sps
    )
    yield _probe(_slice_heads(), _slice)
    yield _probe([b"avcC"], lambda blob, at: _avcc(blob, at + 4))
    yield _probe((bytes([1, p, c, v]) for p in _PROFILES for c in _CONSTRAINTS for v in _LEVELS), _avcc)
    yield _probe([b"ftyp", b"styp"], _brands)
    yield _probe([b"mvhd", b"mfhd"], _header_box)
    yield _probe([b"mdat"], _mdat)
    yield _probe([b"avc1"], _sample_entry)


def _probe(anchors: Iterator[bytes] | list[bytes], check: Callable[[Blob, int], Hit | None]) -> Probe:
    return Probe(frozenset(anchors), check)


def _jpeg(blob: Blob, at: int) -> Hit | None:
    place = at + 2
    for _ in range(2):
        head = blob.cut(place, place + 4)
        if not _is_marker(head) or len(head) < 4 or (length := int.from_bytes(head[2:], "big")) < 2:
            return None
        place += 2 + length
    return Hit("picture", "JPEG", at) if _is_marker(blob.cut(place, place + 2)) else None


def _is_marker(head: bytes) -> bool:
    return len(head) >= 2 and head[0] == 0xFF and head[1] in _MARKERS


def _png(blob: Blob, at: int) -> Hit | None:
    return Hit("picture", "PNG", at) if blob.cut(at, at + 16) == b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" else None


def _in_base64(blob: Blob, at: int) -> Hit | None:
    try:
        data = base64.b64decode(blob.cut(at, at + 32), validate=True)
    except binascii.Error:
        return None
    if data.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"):
        return Hit("picture", "PNG in base64", at)
    if data[6:10] in (b"JFIF", b"Exif") or data.startswith(
        (b"\xff\xd8\xff\xdb\0\x43\0", b"\xff\xd8\xff\xdb\0\x84\0")
    ):
        return Hit("picture", "JPEG in base64", at)
    return None


def _sps(blob: Blob, at: int) -> Hit | None:
    if blob.cut(at - 2, at) != b"\0\0":
        return None
    size = _picture_size(blob.cut(at + 2, at + 130))
    return Hit("video", f"H.264 parameter set, {size[0]} x {size[1]}", at - 2) if size else None


def _slice_heads() -> Iterator[bytes]:
    """A picture's first slice, picture parameter set 0 (7.3.3): I of an IDR picture (types 7, 2), P (type 5).

    `frame_num` has four bits or more, and all of them are zero in an IDR picture (7.4.3).
    """
    for name in _INTRA:
        yield from (bytes([1, name, 0x88, following]) for following in range(0x80, 0x88))
        yield from (bytes([1, name, 0xB8, following]) for following in range(0x80))
    for name in _PREDICTED:
        yield from (bytes([1, name, head, following]) for head in (0x9A, 0x9B) for following in range(256))


def _slice(blob: Blob, at: int) -> Hit | None:
    name = blob.cut(at + 1, at + 2)[0]
    after = blob.cut(at + 2, at + 2 + _SLICE_BYTES[name])
    if end := _END.search(after):
        is_slice = end["next"] is not None and end.start() >= 6
    else:
        is_slice = name in _INTRA and len(after) == _SLICE_BYTES[name]
    return Hit("video", "H.264 slice", at - 2) if is_slice and blob.cut(at - 2, at) == b"\0\0" else None


def _avcc(blob: Blob, at: int) -> Hit | None:
    head = blob.cut(at, at + 12)
    if len(head) < 12 or head[0] != 1 or head[1] not in _PROFILES or head[4] & 0xFC != 0xFC:
        return None
    if head[5] != 0xE1 or not 4 <= int.from_bytes(head[6:8], "big") <= 256:
        return None
    if head[8] & 0x9F != 7 or head[9:12] != head[1:4]:
        return None
    return Hit("video", "H.264 configuration (avcC)", at)


def _brands(blob: Blob, at: int) -> Hit | None:
    size = blob.whole_number(at - 4)
    if not 16 <= size <= 128 or size % 4:
        return None
    box = blob.cut(at + 4, at - 4 + size)
    brands = box[:4] + box[8:]
    if len(box) != size - 8 or not all(0x20 <= b < 0x7F for b in brands):
        return None
    return Hit("video", f"MP4 {blob.cut(at, at + 4).decode()} box", at - 4)


def _header_box(blob: Blob, at: int) -> Hit | None:
    name, parent = blob.cut(at, at + 4), blob.cut(at - 8, at - 4)
    sizes = {b"mvhd": (b"moov", (108, 120)), b"mfhd": (b"moof", (16,))}
    expected, lengths = sizes[name]
    if parent != expected or blob.whole_number(at - 4) not in lengths:
        return None
    return Hit("video", f"MP4 {expected.decode()} box", at - 12)


def _mdat(blob: Blob, at: int) -> Hit | None:
    size, length = blob.whole_number(at - 4), blob.whole_number(at + 4)
    name = blob.cut(at + 8, at + 9)
    if not 2 <= length <= max(size - 12, 0) or not name:
        return None
    if name[0] & 0x80 or name[0] & 0x1F not in (1, 5, 6, 7, 8, 9):
        return None
    return Hit("video", "MP4 mdat box", at - 4)


def _sample_entry(blob: Blob, at: int) -> Hit | None:
    if not 86 <= blob.whole_number(at - 4) <= 1 << 16 or blob.cut(at + 4, at + 12) != b"\0\0\0\0\0\0\0\1":
        return None
    return Hit("video", "MP4 avc1 sample entry", at - 4)


class _Bits:
    """Reads a raw byte sequence payload (ITU-T H.264, 7.2 and 9.1)."""

    def __init__(self, data: bytes) -> None:
        payload = data.replace(b"\0\0\3", b"\0\0")
        self._bits = "".join(f"{byte:08b}" for byte in payload)
        self._at = 0

    def u(self, width: int) -> int:
        end = self._at + width
        if end > len(self._bits):
            raise ValueError("the parameter set ends early")
        value = int(self._bits[self._at : end] or "0", 2)
        self._at = end
        return value

    def ue(self) -> int:
        one = self._bits.find("1", self._at)
        zeros = one - self._at
        if one < 0 or zeros > 16:
            raise ValueError("no number")
        self._at = one
        return self.u(zeros + 1) - 1


def _picture_size(data: bytes) -> tuple[int, int] | None:
    """What a sequence parameter set (7.3.2.1.1) says, if it is one; scaling lists are not read."""
    try:
        bits = _Bits(data)
        profile, _, level = bits.u(8), bits.u(8), bits.u(8)
        if level not in _LEVELS or bits.ue() > 31:
            return None
        if profile in _HIGH_PROFILES:
            chroma = bits.ue()
            if chroma > 3 or (chroma == 3 and bits.u(1) > 1):
                return None
            if bits.ue() > 6 or bits.ue() > 6 or bits.u(2) & 1:
                return None
        if bits.ue() > 12:
            return None
        order = bits.ue()
        if order > 2 or order == 1 or (order == 0 and bits.ue() > 12):
            return None
        if bits.ue() > 16:
            return None
        bits.u(1)
        width, height = 16 * (bits.ue() + 1), 16 * (bits.ue() + 1)
        frames_only = bits.u(1)
    except ValueError:
        return None
    height *= 2 - frames_only
    return (width, height) if width <= _LARGEST and height <= _LARGEST and width >= 64 <= height else None
