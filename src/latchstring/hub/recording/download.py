"""A clip as any player likes it: its time starts at 0, and it says how long it is and where to seek.

Pictures and sound are those of the clip, byte for byte, unless they are made on the way: masks are burned in,
and G.711, which hardly a player knows in a file, becomes AAC. What differs are times: each fragment's decode
time counts from the start of the clip, the init segment has its length, and an index of the GOPs stands
before them. The seals of the GOPs are blanked, so that nobody takes the copy for the recording itself;
`Clip` is that.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from latchstring.hub.cameras.models import SoundInfo
from latchstring.hub.recording import sound_track
from latchstring.hub.recording.boxes import Box, boxes, inside, timescales
from latchstring.hub.recording.clip import Clip
from latchstring.hub.recording.fmp4 import TRACK_ID, init_segment, read_init
from latchstring.hub.recording.playable import Playable
from latchstring.hub.recording.sound_track import SoundPiece

MOST_REFERENCES = 0xFFFF
_SIDX = struct.Struct(">I4sIIIQQHH")  # 8.16.3, version 1, before its references
_STARTS_WITH_KEYFRAME = 0x90000000


@dataclass(frozen=True)
class Download:
    """`clip`, ready to be saved. It has a clip's shape: numbered chunks whose sizes are known before."""

    clip: Clip

    @property
    def start(self) -> datetime:
        return self.clip.start

    @property
    def end(self) -> datetime:
        return self.clip.end

    @property
    def size_bytes(self) -> int:
        return sum(self.chunk_sizes())

    def chunk_sizes(self) -> list[int]:
        return [len(self._head), *(gop.size_bytes for gop in self.clip.gops)]

    def chunk(self, number: int) -> bytes:
        """The init segment with the index, then one GOP each."""
        return self._head if number == 0 else _from_zero(self.clip.chunk(number), self._begin)

    def chunks(self) -> Iterator[bytes]:
        for number in range(len(self.clip.gops) + 1):
            yield self.chunk(number)

    @cached_property
    def _begin(self) -> dict[int, int]:
        """Decode time of the clip's first keyframe, on each track's own clock."""
        tracks = timescales(self.clip.init)
        first, ticks = self.clip.gops[0].media_start, tracks[TRACK_ID]
        return {number: first * own // ticks for number, own in tracks.items()}

    @cached_property
    def _head(self) -> bytes:
        ticks, starts = _ticks_and_starts(self.clip)
        sizes = [gop.size_bytes for gop in self.clip.gops]
        return _with_length(self.clip.init, starts[-1] - starts[0], ticks) + _index(starts, sizes, ticks)


def while_made(clip: Clip, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Other pictures with the times and the sound of `clip`, as they are made; no index comes before them."""
    ticks, starts = _ticks_and_starts(clip)
    init, sound = next(chunks), clip.run.sound if clip.with_sound else None
    playable = Playable(sound) if sound is not None else None
    if playable is not None:
        init = init_segment(read_init(init)[0], playable.info)
    yield _with_length(init, starts[-1] - starts[0], ticks)
    for number, gop in enumerate(chunks, start=1):
        yield _from_zero(gop, {TRACK_ID: starts[0]})
        if playable is not None:
            made = playable.add(clip.sound(number))
            made += playable.rest() if number == len(clip.gops) else []
            yield _sound_from_zero(number, made, playable.info, starts[0] / ticks)


def _sound_from_zero(number: int, made: list[SoundPiece], sound: SoundInfo, begin_seconds: float) -> bytes:
    """Without what was spoken before the first picture."""
    begin = round(begin_seconds * sound.rate)
    kept = [replace(piece, at=piece.at - begin) for piece in made if piece.at >= begin]
    return sound_track.fragment(number, kept, sound)


def _ticks_and_starts(clip: Clip) -> tuple[int, list[int]]:
    """Ticks per second, when each GOP begins, and when the last one ends."""
    ticks, last = timescales(clip.init)[TRACK_ID], clip.gops[-1]
    starts = [gop.media_start for gop in clip.gops]
    return ticks, [*starts, last.media_start + (last.end_us - last.start_us) * ticks // 1_000_000]


def _from_zero(gop: bytes, begin: dict[int, int]) -> bytes:
    """A GOP with its decode times counted from `begin`, and without its seal's word."""
    data = bytearray(gop)
    for box in boxes(data):
        if box.kind == b"moof":
            for traf in inside(data, box, b"traf"):
                _move(data, traf, begin)
        elif box.kind == b"prft":
            (number,) = struct.unpack_from(">I", data, box.body + 4)
            _less(data, box.body + 16, begin[number], wide=data[box.body] == 1)
        elif box.kind == b"free":
            data[box.body : box.end] = bytes(box.end - box.body)
    return bytes(data)


def _move(data: bytearray, traf: Box, begin: dict[int, int]) -> None:
    tfhd, tfdt = next(inside(data, traf, b"tfhd")), next(inside(data, traf, b"tfdt"))
    (number,) = struct.unpack_from(">I", data, tfhd.body + 4)
    _less(data, tfdt.body + 4, begin[number], wide=data[tfdt.body] == 1)


def _less(data: bytearray, at: int, by: int, *, wide: bool) -> None:
    """Take `by` off a time; sound that begins a little before the first picture begins with it."""
    form = ">Q" if wide else ">I"
    (time,) = struct.unpack_from(form, data, at)
    struct.pack_into(form, data, at, max(0, time - by))


def _with_length(init: bytes, length: int, ticks: int) -> bytes:
    """The init segment with a `mehd` (8.8.2), which says how long the whole is."""
    data = bytearray(init)
    moov = next(box for box in boxes(init) if box.kind == b"moov")
    mvhd, mvex = next(inside(init, moov, b"mvhd")), next(inside(init, moov, b"mvex"))
    (own,) = struct.unpack_from(">I", init, mvhd.body + (20 if init[mvhd.body] else 12))
    mehd = struct.pack(">I4sIQ", 20, b"mehd", 0x01000000, length * own // ticks)
    data[mvex.body : mvex.body] = mehd
    for box in (moov, mvex):
        struct.pack_into(">I", data, box.start, box.end - box.start + len(mehd))
    return bytes(data)


def _index(starts: list[int], sizes: list[int], ticks: int) -> bytes:
    """`sidx`: size and length of each GOP; of several together where a clip has more than it can name."""
    step = -(-len(sizes) // MOST_REFERENCES)
    references = [
        struct.pack(
            ">III",
            sum(sizes[at : at + step]),
            starts[min(at + step, len(sizes))] - starts[at],
            _STARTS_WITH_KEYFRAME,
        )
        for at in range(0, len(sizes), step)
    ]
    size = _SIDX.size + 12 * len(references)
    head = _SIDX.pack(size, b"sidx", 0x01000000, TRACK_ID, ticks, 0, 0, 0, len(references))
    return head + b"".join(references)
