"""The sound's track in fMP4, beside the pictures or by itself (ISO/IEC 14496-12, -14 and ISO/IEC 14496-1).

Sound lies in its GOP as one fragment behind the pictures, so that no picture waits for it. A sample is a
packet as the camera sent it; a duration runs up to the next one, so a gap in the sound is a longer sample.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from latchstring.hub.cameras.models import SoundCodec, SoundInfo
from latchstring.hub.recording.boxes import Box, boxes, inside

TRACK_ID = 2
_ENTRIES: dict[SoundCodec, bytes] = {"pcm_mulaw": b"ulaw", "pcm_alaw": b"alaw", "aac": b"mp4a"}
_TRUN = 0x000301  # data offset; duration and size of each sample (8.8.8)
_DEFAULT_BASE_IS_MOOF = 0x020000
_HEAD = struct.Struct(">I4s I4sII I4s I4sII I4sIQ I4sIIi")
_AAC_LC, _AUDIO_STREAM = 0x40, 0x15  # ISO/IEC 14496-1, 7.2.6.6
_MATRIX = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


@dataclass(frozen=True, kw_only=True, slots=True)
class SoundPiece:
    """A packet of sound at its place in a run, in ticks of 1/`rate`."""

    data: bytes
    at: int


def mime(sound: SoundInfo) -> str:
    """For the page's MediaSource; of AAC (RFC 6381, 3.3)."""
    return f'audio/mp4; codecs="mp4a.40.{sound.config[0] >> 3}"'


def fragment(number: int, pieces: Sequence[SoundPiece], sound: SoundInfo) -> bytes:
    """moof and mdat of these packets; empty where there are none."""
    if not pieces:
        return b""
    starts = [piece.at for piece in pieces]
    starts.append(starts[-1] + sound.samples(pieces[-1].data))
    samples = b"".join(
        struct.pack(">II", starts[n + 1] - starts[n], len(piece.data)) for n, piece in enumerate(pieces)
    )
    size = _HEAD.size + len(samples)
    head = _HEAD.pack(
        size, b"moof",
        16, b"mfhd", 0, number & 0xFFFFFFFF,
        size - 24, b"traf",
        16, b"tfhd", _DEFAULT_BASE_IS_MOOF, TRACK_ID,
        20, b"tfdt", 0x01000000, starts[0],
        20 + len(samples), b"trun", _TRUN, len(pieces), size + 8,
    )  # fmt: skip
    data = b"".join(piece.data for piece in pieces)
    return head + samples + struct.pack(">I4s", len(data) + 8, b"mdat") + data


def pieces(data: bytes) -> list[SoundPiece]:
    """The packets of every sound fragment in `data`, as `fragment` wrote them."""
    found: list[SoundPiece] = []
    for box in boxes(data):
        if box.kind == b"moof" and is_sound(data, box.start):
            found += _pieces(data, box)
    return found


def _pieces(data: bytes, moof: Box) -> list[SoundPiece]:
    *_, at, _, _, _, count, offset = _HEAD.unpack_from(data, moof.start)
    begin, found = moof.start + offset, []
    for duration, size in struct.iter_unpack(">II", data[moof.start + _HEAD.size : moof.end][: 8 * count]):
        found.append(SoundPiece(data=data[begin : begin + size], at=at))
        at, begin = at + duration, begin + size
    return found


def is_sound(data: bytes | memoryview, moof: int) -> bool:
    """Whether the `moof` that begins there is of the sound's track: both kinds name it at the same place."""
    return bytes(data[moof + 44 : moof + 48]) == TRACK_ID.to_bytes(4, "big")


def read(init: bytes) -> SoundInfo | None:
    """The sound in an init segment that this version wrote; None: it has none."""
    for moov in boxes(init):
        if moov.kind == b"moov":
            for stsd in inside(init, moov, b"trak", b"mdia", b"minf", b"stbl", b"stsd"):
                for entry in boxes(init, stsd.body + 8, stsd.end):
                    for codec, kind in _ENTRIES.items():
                        if entry.kind == kind:
                            return _info(init, entry, codec)
    return None


def _info(init: bytes, entry: Box, codec: SoundCodec) -> SoundInfo:
    channels, _, _, rate = struct.unpack_from(">HHII", init, entry.body + 16)
    config = b""
    for esds in boxes(init, entry.body + 28, entry.end):
        config = init[esds.body + 4 + 25 + 1 : esds.body + 4 + 25 + 1 + init[esds.body + 4 + 25]]
    return SoundInfo(codec=codec, rate=rate >> 16, channels=channels, config=config)


def without(init: bytes) -> bytes:
    """The init segment of the pictures alone."""
    data = bytearray(init)
    moov = next(box for box in boxes(init) if box.kind == b"moov")
    mvex = next(inside(init, moov, b"mvex"))
    [_, *tracks], [_, *defaults] = inside(init, moov, b"trak"), inside(init, mvex, b"trex")
    for box in reversed([*tracks, *defaults]):
        del data[box.start : box.end]
    less = sum(box.end - box.start for box in [*tracks, *defaults])
    struct.pack_into(">I", data, moov.start, moov.end - moov.start - less)
    at = mvex.start - sum(box.end - box.start for box in tracks if box.start < mvex.start)
    struct.pack_into(">I", data, at, mvex.end - mvex.start - sum(box.end - box.start for box in defaults))
    mvhd = next(inside(init, moov, b"mvhd"))
    struct.pack_into(">I", data, mvhd.end - 4, TRACK_ID)  # next_track_ID
    return bytes(data)


def init_segment(sound: SoundInfo) -> bytes:
    """ftyp and moov of the sound by itself."""
    ftyp = box(b"ftyp", b"iso6" + struct.pack(">I", 1), b"iso6", b"iso5", b"mp41")
    header = struct.pack(">IIIIIH10x", 0, 0, sound.rate, 0, 0x10000, 0x100)
    mvhd = full(b"mvhd", header, _MATRIX, bytes(24), struct.pack(">I", TRACK_ID + 1))
    return ftyp + box(b"moov", mvhd, trak(sound), box(b"mvex", trex()))


def trex() -> bytes:
    return full(b"trex", struct.pack(">IIIII", TRACK_ID, 1, 0, 0, 0))


def trak(sound: SoundInfo) -> bytes:
    """8.3, 8.4, 8.5"""
    undetermined = 0x55C4  # ISO 639-2 "und"
    times = struct.pack(">IIIII", 0, 0, TRACK_ID, 0, 0)
    tkhd = full(b"tkhd", times, bytes(8), struct.pack(">HHHH", 0, 1, 0x100, 0), _MATRIX, bytes(8), flags=3)
    tables = (
        full(b"stts", bytes(4)),
        full(b"stsc", bytes(4)),
        full(b"stsz", bytes(8)),
        full(b"stco", bytes(4)),
    )
    return box(
        b"trak",
        tkhd,
        box(
            b"mdia",
            full(b"mdhd", struct.pack(">IIIIHH", 0, 0, sound.rate, 0, undetermined, 0)),
            full(b"hdlr", struct.pack(">I4s12x", 0, b"soun"), b"sound\x00"),
            box(
                b"minf",
                full(b"smhd", bytes(4)),
                box(b"dinf", full(b"dref", struct.pack(">I", 1), full(b"url ", flags=1))),
                box(b"stbl", full(b"stsd", struct.pack(">I", 1), _entry(sound)), *tables),
            ),
        ),
    )


def _entry(sound: SoundInfo) -> bytes:
    """AudioSampleEntry (12.2.3); 16 bits stand for whatever is coded."""
    entry = struct.pack(">6xH8xHHII", 1, sound.channels, 16, 0, sound.rate << 16)
    return box(_ENTRIES[sound.codec], entry, *([_esds(sound)] if sound.codec == "aac" else []))


def _esds(sound: SoundInfo) -> bytes:
    """ES_Descriptor with its decoder's configuration (ISO/IEC 14496-1, 7.2.6.5; ISO/IEC 14496-14, 5.6)."""
    specific = _descriptor(5, sound.config)
    decoder = _descriptor(4, struct.pack(">BB3sII", _AAC_LC, _AUDIO_STREAM, bytes(3), 0, 0), specific)
    return full(b"esds", _descriptor(3, struct.pack(">HB", TRACK_ID, 0), decoder, _descriptor(6, b"\x02")))


def _descriptor(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes([tag, len(body)]) + body


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def full(kind: bytes, *parts: bytes, flags: int = 0) -> bytes:
    """A full box of version 0 (4.2)."""
    return box(kind, struct.pack(">I", flags), *parts)
