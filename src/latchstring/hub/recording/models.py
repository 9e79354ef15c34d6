"""What lies on disk: runs, segments, GOPs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange, from_micros
from latchstring.hub.cameras.models import SoundInfo
from latchstring.hub.recording import sound_track


@dataclass(frozen=True, kw_only=True)
class Track:
    """What a player must know before the first frame."""

    codec: str  # RFC 6381
    width: int
    height: int
    timescale: int  # ticks per second
    avcc: bytes  # AVCDecoderConfigurationRecord

    @property
    def mime(self) -> str:
        """For the page's MediaSource."""
        return f'video/mp4; codecs="{self.codec}"'


@dataclass(frozen=True, kw_only=True)
class Run:
    """One unbroken stretch of one camera under one init segment."""

    camera: CameraId
    start_us: int  # UTC of media time 0
    track: Track
    init: bytes

    @cached_property
    def sound(self) -> SoundInfo | None:
        return sound_track.read(self.init)

    @cached_property
    def picture_init(self) -> bytes:
        """For those who take the pictures only."""
        return self.init if self.sound is None else sound_track.without(self.init)


class Fragment(NamedTuple):
    """One frame in fMP4: moof + mdat, at a keyframe with the boxes that open its GOP before them."""

    data: bytes
    sample_at: int  # where the frame's NAL units start in `data`
    is_keyframe: bool
    utc_us: int


@dataclass(frozen=True, kw_only=True)
class Gop:
    """A keyframe and all that depends on it, as it lies on disk."""

    camera: CameraId
    run_us: int  # start of its run
    start_us: int  # [start, end)
    end_us: int
    frames: int
    media_start: int  # decode time of its keyframe, in ticks of the run
    sound_bytes: int = 0  # of its sound, which lies between its last frame and its seal

    @property
    def during(self) -> TimeRange:
        return TimeRange(from_micros(self.start_us), from_micros(self.end_us))

    def stored(self, path: str, byte_offset: int, size_bytes: int) -> StoredGop:
        """Now that its bytes are there."""
        return StoredGop(**vars(self), path=path, byte_offset=byte_offset, size_bytes=size_bytes)


@dataclass(frozen=True, kw_only=True)
class StoredGop(Gop):
    """A GOP and where its bytes are."""

    path: str  # under the recordings folder
    byte_offset: int
    size_bytes: int
