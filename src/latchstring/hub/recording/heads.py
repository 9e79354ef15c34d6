"""The head of a file that lost its own: what a player must know before the first frame, found elsewhere."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from latchstring.hub.cameras import h264
from latchstring.hub.cameras.decode import check_keyframe
from latchstring.hub.cameras.errors import BrokenVideo
from latchstring.hub.cameras.rtsp import VIDEO_RATE
from latchstring.hub.recording import fmp4, sound_track
from latchstring.hub.recording.fmp4 import FoundGop
from latchstring.hub.recording.models import Track
from latchstring.hub.recording.survivors import NAME

Head = tuple[Track, bytes]


def fitting(path: Path, data: bytes, gop: FoundGop) -> Head | None:
    """Its own, else that of the nearest file of its camera, else one made of what its first GOP says.

    The first with which that GOP's keyframe can be decoded. None: nothing fits, and its own cannot be read.
    """
    own = _read(data)
    made = data[gop.byte_offset : gop.end]
    for head in _candidates(path, own, made):
        if _fits(head, gop, made):
            return head
    return own


def _candidates(path: Path, own: Head | None, gop: bytes) -> Iterator[Head]:
    seen: set[bytes] = set()
    if own is not None:
        seen.add(own[1])
        yield own
    for other in _nearest_first(path):
        with other.open("rb") as f:
            head = _read(f.read(fmp4.HEAD_BYTES))
        if head is not None and head[1] not in seen:
            seen.add(head[1])
            yield head
    if (head := _from_inside(gop)) is not None:
        yield head


def _nearest_first(path: Path) -> list[Path]:
    """The other files of its camera; those of its own run before all others."""
    runs = {
        other: int(match["run"])
        for other in path.parent.parent.glob("*/*.mp4")
        if (match := NAME.fullmatch(other.name))
    }
    run = runs.pop(path)
    return sorted(runs, key=lambda other: (abs(runs[other] - run), other))


def _read(data: bytes) -> Head | None:
    try:
        return fmp4.read_init(data)
    except fmp4.BadSegment:
        return None


def _from_inside(gop: bytes) -> Head | None:
    """Most cameras say before each keyframe what a decoder must know; over RTSP media time has one rate."""
    try:
        sets = h264.parameter_sets(h264.split_lengths(fmp4.first_sample(gop), 4))
        if sets is None:
            return None
        width, height = sets.size
    except BrokenVideo:
        return None
    track = Track(codec=sets.codec, width=width, height=height, timescale=VIDEO_RATE, avcc=sets.avcc())
    return track, fmp4.init_segment(track)


def _fits(head: Head, gop: FoundGop, data: bytes) -> bool:
    track, init = head
    seconds = (gop.end_us - gop.start_us) / 1e6
    try:
        check_keyframe(fmp4.first_sample(data), track.avcc)
        hears = sound_track.read(init) is not None
    except (BrokenVideo, struct.error, StopIteration, ValueError):
        return False
    in_time = 0.5 < fmp4.gop_duration(data) / track.timescale / seconds < 2
    return in_time and (hears or not gop.sound_bytes)
