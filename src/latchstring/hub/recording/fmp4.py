"""Fragmented MP4, written and read back: one fragment a frame, so nothing waits for the next one.

    segment = init, GOP, GOP ...
    init    = ftyp, moov
    GOP     = prft, fragment, fragment ..., sound, free (the seal)
    fragment, sound = moof, mdat

`prft` holds the UTC of the GOP's keyframe, and the seal says how long the GOP is, so a segment can be indexed
again from its bytes alone. Source: ISO/IEC 14496-12 (2022), sections named below.
"""

from __future__ import annotations

import mmap
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from latchstring.base.errors import BadInput
from latchstring.base.ids import CameraId
from latchstring.hub.cameras import h264
from latchstring.hub.cameras.errors import BrokenVideo
from latchstring.hub.cameras.models import SoundInfo
from latchstring.hub.recording import sound_track
from latchstring.hub.recording.models import Gop, StoredGop, Track
from latchstring.hub.recording.sound_track import box as _box
from latchstring.hub.recording.sound_track import full as _full

TRACK_ID = 1
_NTP_EPOCH_SECONDS = 2_208_988_800  # 1900-01-01 to 1970-01-01
_NTP_ERA = 1 << 32

# moof (8.8.4) with mfhd, traf, tfhd, tfdt and trun for one sample, then the header of mdat (8.1.1).
_MOOF = struct.Struct(">I4s I4sII I4s I4sII I4sIQ I4sIIIIIIi I4s")
_MOOF_SIZE = _MOOF.size - 8
_DEFAULT_BASE_IS_MOOF = 0x020000
_TRUN = 0x01000F01  # version 1 (signed composition offsets); data offset, duration, size, flags, offset
_KEYFRAME, _DELTA_FRAME = 0x02000000, 0x01010000  # sample_depends_on, sample_is_non_sync_sample (8.8.3.1)
_PRFT = struct.Struct(">I4sIIQQ")  # 8.16.5
_PRFT_ARRIVAL = 0x01000008  # version 1; flags 8: a consistent clock, which here is that of arrival
_SEAL = struct.Struct(">I4s4sIIQQI")
_SEAL_MAGIC = b"GOP1"
_SEALED = re.compile(re.escape(struct.pack(">I4s4s", _SEAL.size, b"free", _SEAL_MAGIC)))
HEAD_BYTES = 1 << 16
"""No init segment is longer."""


class BadSegment(BadInput):
    """This is not a segment that this version wrote."""


def init_segment(track: Track, sound: SoundInfo | None = None) -> bytes:
    """ftyp and moov of one H.264 track, and of its sound (4.3, 8.2.1; ISO/IEC 14496-15, 5.4.2)."""
    ftyp = _box(b"ftyp", b"iso6" + struct.pack(">I", 1), b"iso6", b"iso5", b"avc1", b"mp41")
    return ftyp + _moov(track, sound)


def open_gop(start_us: int, media_start: int, track_id: int = TRACK_ID) -> bytes:
    """prft: ties a decode time, that of the keyframe, to UTC."""
    return _PRFT.pack(_PRFT.size, b"prft", _PRFT_ARRIVAL, track_id, _to_ntp(start_us), media_start)


def fragment(
    number: int, decode_time: int, sample: bytes, *, duration: int, offset: int, is_keyframe: bool
) -> bytes:
    """One frame. `offset` is presentation minus decode time in ticks and may be negative."""
    head = _MOOF.pack(
        _MOOF_SIZE, b"moof",
        16, b"mfhd", 0, number & 0xFFFFFFFF,
        _MOOF_SIZE - 24, b"traf",
        16, b"tfhd", _DEFAULT_BASE_IS_MOOF, TRACK_ID,
        20, b"tfdt", 0x01000000, decode_time,
        36, b"trun", _TRUN, 1, _MOOF.size, duration, len(sample),
        _KEYFRAME if is_keyframe else _DELTA_FRAME, offset,
        len(sample) + 8, b"mdat",
    )  # fmt: skip
    return head + sample


def seal_gop(body: Iterable[bytes], *, frames: int, duration: int, end_us: int) -> bytes:
    """free: length, real duration (ticks), end and checksum of the GOP before it. Players skip it (8.1.2)."""
    size, checksum = 0, 0
    for part in body:
        size, checksum = size + len(part), zlib.crc32(part, checksum)
    return _SEAL.pack(_SEAL.size, b"free", _SEAL_MAGIC, frames, size, duration, end_us, checksum)


@dataclass(frozen=True, kw_only=True)
class FoundGop:
    """A whole GOP in a segment's bytes, its seal checked."""

    byte_offset: int
    size_bytes: int
    start_us: int
    end_us: int
    media_start: int
    frames: int
    sound_bytes: int

    @property
    def end(self) -> int:
        return self.byte_offset + self.size_bytes

    def of(self, camera: CameraId, run_us: int) -> Gop:
        """What its bytes do not say is whose it is."""
        return Gop(
            camera=camera,
            run_us=run_us,
            start_us=self.start_us,
            end_us=self.end_us,
            frames=self.frames,
            media_start=self.media_start,
            sound_bytes=self.sound_bytes,
        )

    def stored(self, camera: CameraId, run_us: int, path: str) -> StoredGop:
        """As it lies in this file."""
        return self.of(camera, run_us).stored(path, self.byte_offset, self.size_bytes)


def read_init(data: bytes) -> tuple[Track, bytes]:
    """The track and the init segment's bytes at the head of a segment."""
    try:
        (size,) = struct.unpack_from(">I", data)
        (moov,) = struct.unpack_from(">I", data, size)
        if data[4:8] != b"ftyp" or data[size + 4 : size + 8] != b"moov" or len(data) < size + moov:
            raise BadSegment
        init = data[: size + moov]
        (timescale,) = struct.unpack_from(">I", init, init.index(b"mdhd") + 16)
        at = init.index(b"avcC")
        (avcc_size,) = struct.unpack_from(">I", init, at - 4)
        avcc = init[at + 4 : at - 4 + avcc_size]
        sets, _ = h264.read_extradata(avcc)
        width, height = sets.size if sets is not None else (0, 0)
    except (struct.error, ValueError, BrokenVideo) as e:
        raise BadSegment from e
    if sets is None:
        raise BadSegment
    return Track(codec=sets.codec, width=width, height=height, timescale=timescale, avcc=avcc), init


def whole_gops(data: bytes | mmap.mmap | memoryview, start: int) -> Iterator[FoundGop]:
    """Each whole GOP from offset `start` on, up to the first that is torn or altered."""
    with memoryview(data) as view:
        while (found := gop_at(view, start)) is not None:
            yield found
            start = found.end


def sample(fragment_bytes: bytes, at: int = 0) -> bytes:
    """The frame inside the fragment whose moof is at `at`."""
    if fragment_bytes[at + 4 : at + 8] != b"moof":
        raise BadSegment
    (size,) = struct.unpack_from(">I", fragment_bytes, at + _MOOF_SIZE)
    return bytes(fragment_bytes[at + _MOOF.size : at + _MOOF_SIZE + size])


def first_sample(gop: bytes) -> bytes:
    """The keyframe of a GOP."""
    return sample(gop, _PRFT.size)


def begun_at(start_us: int, parts: Sequence[bytes]) -> tuple[bytes, ...]:
    """A whole GOP, its seal last, as if its keyframe had come at this instant; sealed anew."""
    *_, media_start = _PRFT.unpack_from(parts[0])
    _, _, _, frames, _, duration, end_us, _ = _SEAL.unpack(parts[-1])
    body = (open_gop(start_us, media_start) + parts[0][_PRFT.size :], *parts[1:-1])
    return (*body, seal_gop(body, frames=frames, duration=duration, end_us=end_us))


def moved_to(start_us: int, gop: bytes) -> bytes:
    """The same in one piece."""
    return b"".join(begun_at(start_us, (gop[: -_SEAL.size], gop[-_SEAL.size :])))


def is_sealed(data: bytes | mmap.mmap | memoryview, start: int) -> bool:
    """Whether a GOP ends from `start` on, though its bytes may have changed since: what was in flight when
    the power went has no seal."""
    with memoryview(data) as view:
        return any(found.start() + _SEAL.size <= len(view) for found in _SEALED.finditer(view, start))


def gop_duration(gop: bytes) -> int:
    """How long a whole GOP is, in ticks: what its seal says."""
    *_, duration, _, _ = _SEAL.unpack_from(gop, len(gop) - _SEAL.size)
    return int(duration)


def gop_at(view: memoryview, start: int) -> FoundGop | None:
    """The GOP that begins at `start`; None if what lies there is torn, altered or something else."""
    at, frames, sound_at, end = start, 0, None, len(view)
    if end - at < _PRFT.size:
        return None
    size, kind, _, _, ntp, media_start = _PRFT.unpack_from(view, at)
    if kind != b"prft" or size != _PRFT.size:
        return None
    at += size
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", view, at)
        if size < 8 or at + size > end:
            return None
        if kind == b"moof" and sound_track.is_sound(view, at):
            sound_at = at if sound_at is None else sound_at
        elif kind == b"moof":
            frames += 1
        elif kind == b"free":
            break
        elif kind != b"mdat":
            return None
        at += size
    else:
        return None
    if size != _SEAL.size:
        return None
    _, _, magic, counted, length, _, end_us, checksum = _SEAL.unpack_from(view, at)
    if magic != _SEAL_MAGIC or counted != frames or length != at - start:
        return None
    with view[start:at] as body:
        if zlib.crc32(body) != checksum:
            return None
    return FoundGop(
        byte_offset=start,
        size_bytes=at + size - start,
        start_us=_from_ntp(ntp),
        end_us=end_us,
        media_start=media_start,
        frames=frames,
        sound_bytes=0 if sound_at is None else at - sound_at,
    )


def without_sound(gop: bytes, sound_bytes: int) -> bytes:
    """The GOP sealed anew without the sound that lies before its seal."""
    if sound_bytes == 0:
        return gop
    _, _, _, frames, _, duration, end_us, _ = _SEAL.unpack_from(gop, len(gop) - _SEAL.size)
    body = gop[: len(gop) - _SEAL.size - sound_bytes]
    return body + seal_gop([body], frames=frames, duration=duration, end_us=end_us)


def only_sound(gop: bytes, sound_bytes: int) -> bytes:
    """moof and mdat of a GOP's sound; empty where it has none."""
    return gop[len(gop) - _SEAL.size - sound_bytes : len(gop) - _SEAL.size]


def _to_ntp(us: int) -> int:
    seconds, rest = divmod(us, 1_000_000)
    return ((seconds + _NTP_EPOCH_SECONDS) % _NTP_ERA << 32) | -(-(rest << 32) // 1_000_000)


def _from_ntp(ntp: int) -> int:
    seconds = ntp >> 32
    if seconds < _NTP_ERA // 2:  # the era that starts in 2036 (RFC 4330, 3)
        seconds += _NTP_ERA
    return (seconds - _NTP_EPOCH_SECONDS) * 1_000_000 + ((ntp & 0xFFFFFFFF) * 1_000_000 >> 32)


_MATRIX = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def _moov(track: Track, sound: SoundInfo | None) -> bytes:
    next_id = TRACK_ID + 1 if sound is None else sound_track.TRACK_ID + 1
    pictures = _full(b"trex", struct.pack(">IIIII", TRACK_ID, 1, 0, 0, 0))
    header = struct.pack(">IIIIIH10x", 0, 0, track.timescale, 0, 0x10000, 0x100)
    return _box(
        b"moov",
        _full(b"mvhd", header, _MATRIX, bytes(24), struct.pack(">I", next_id)),
        _box(b"trak", _tkhd(track), _mdia(track)),
        *([] if sound is None else [sound_track.trak(sound)]),
        _box(b"mvex", pictures, *([] if sound is None else [sound_track.trex()])),
    )


def _tkhd(track: Track) -> bytes:
    times = struct.pack(">IIIII", 0, 0, TRACK_ID, 0, 0)
    size = struct.pack(">II", track.width << 16, track.height << 16)
    return _full(b"tkhd", times, bytes(16), _MATRIX, size, flags=3)


def _mdia(track: Track) -> bytes:
    undetermined = 0x55C4  # ISO 639-2 "und"
    return _box(
        b"mdia",
        _full(b"mdhd", struct.pack(">IIIIHH", 0, 0, track.timescale, 0, undetermined, 0)),
        _full(b"hdlr", struct.pack(">I4s12x", 0, b"vide"), b"video\x00"),
        _box(
            b"minf",
            _full(b"vmhd", bytes(8), flags=1),
            _box(b"dinf", _full(b"dref", struct.pack(">I", 1), _full(b"url ", flags=1))),
            _box(
                b"stbl",
                _full(b"stsd", struct.pack(">I", 1), _avc1(track)),
                _full(b"stts", bytes(4)),
                _full(b"stsc", bytes(4)),
                _full(b"stsz", bytes(8)),
                _full(b"stco", bytes(4)),
            ),
        ),
    )


def _avc1(track: Track) -> bytes:
    entry = struct.pack(
        ">6xH16xHHIII H32xHh", 1, track.width, track.height, 0x480000, 0x480000, 0, 1, 0x18, -1
    )
    return _box(b"avc1", entry, _box(b"avcC", track.avcc))
