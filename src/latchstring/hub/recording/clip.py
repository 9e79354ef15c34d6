"""A clip: whole GOPs as they lie on disk, behind their init segment. Nothing is re-encoded or re-written."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from latchstring.base.errors import BadInput, NotFound
from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange, from_micros
from latchstring.hub.recording import fmp4, index, sound_track
from latchstring.hub.recording.models import Run, StoredGop
from latchstring.hub.recording.sound_track import SoundPiece
from latchstring.hub.store import Store


class NothingRecorded(NotFound):
    """Nothing was recorded in this time."""


class RecordingGone(NotFound):
    """This recording has been deleted since; its time was up."""


class RecordingUnreadable(RecordingGone):
    """The hub's disk cannot read this recording any more; look after the disk before it loses others."""


class ClipSpansBreak(BadInput):
    """The recording has a break within this time; ask for each unbroken part by itself."""


@dataclass(frozen=True, kw_only=True)
class Clip:
    """An unbroken stretch of one camera, from a keyframe up to a keyframe: [start, end), exact."""

    camera: CameraId
    start: datetime
    end: datetime
    run: Run
    gops: tuple[StoredGop, ...]
    folder: Path
    with_sound: bool = True

    @property
    def pictures(self) -> Clip:
        """What there is to see of it: the same without its sound."""
        return replace(self, with_sound=False)

    @property
    def during(self) -> TimeRange:
        return TimeRange(self.start, self.end)

    @property
    def init(self) -> bytes:
        return self.run.init if self.with_sound else self.run.picture_init

    @property
    def size_bytes(self) -> int:
        return sum(self.chunk_sizes())

    @property
    def facts(self) -> dict[str, object]:
        """What the acquisition record says of the pictures; no camera address, no login."""
        track = self.run.track
        return {
            "codec": track.codec,
            "width": track.width,
            "height": track.height,
            "timescale": track.timescale,
            "frames": sum(gop.frames for gop in self.gops),
            "gops": len(self.gops),
            "media_start": self.gops[0].media_start,
        }

    @cached_property
    def sha256(self) -> str:
        """Of the whole clip, in hex."""
        digest = hashlib.sha256()
        for chunk in self.chunks():
            digest.update(chunk)
        return digest.hexdigest()

    @property
    def data(self) -> bytes:
        """The clip in memory; for long ones use `chunks` or `save`."""
        return b"".join(self.chunks())

    def chunks(self) -> Iterator[bytes]:
        """The init segment, then one GOP at a time."""
        for number in range(len(self.gops) + 1):
            yield self.chunk(number)

    def chunk_sizes(self) -> list[int]:
        less = 0 if self.with_sound else 1
        return [len(self.init), *(gop.size_bytes - less * gop.sound_bytes for gop in self.gops)]

    def chunk(self, number: int) -> bytes:
        if number == 0:
            return self.init
        gop = self.gops[number - 1]
        data = read_gop(self.folder, gop)
        return data if self.with_sound else fmp4.without_sound(data, gop.sound_bytes)

    def sound(self, number: int) -> list[SoundPiece]:
        """The sound that lies in a chunk."""
        if number == 0 or self.gops[number - 1].sound_bytes == 0:
            return []
        gop = self.gops[number - 1]
        return sound_track.pieces(fmp4.only_sound(read_gop(self.folder, gop), gop.sound_bytes))

    def within(self, during: TimeRange) -> Clip:
        """The GOPs of this clip that share an instant with `during`."""
        gops = tuple(gop for gop in self.gops if gop.during.overlap(during))
        if not gops:
            raise NothingRecorded
        return replace(self, start=gops[0].during.start, end=gops[-1].during.end, gops=gops)

    def save(self, path: Path) -> None:
        with path.open("wb") as f:
            for chunk in self.chunks():
                f.write(chunk)


def cut(store: Store, camera: CameraId, during: TimeRange) -> Clip:
    """The GOPs that share an instant with `during`: it starts and ends on the keyframes around it.

    Where two runs claim the same time, one that holds all of `during`; of several, the later.
    """
    found = parts(store, camera, during)
    if not found:
        raise NothingRecorded
    whole = [clip for clip in found if clip.start <= during.start and during.end <= clip.end]
    if len(found) > 1 and not whole:
        raise ClipSpansBreak
    return whole[-1] if whole else found[0]


def parts(store: Store, camera: CameraId, during: TimeRange) -> list[Clip]:
    """As `cut`, but a clip for each unbroken stretch."""
    stretches: list[list[StoredGop]] = []
    for gop in index.gops(store, camera, during):
        if stretches and _goes_on(stretches[-1][-1], gop):
            stretches[-1].append(gop)
        else:
            stretches.append([gop])
    return [clip for gops in stretches if (clip := _clip(store, gops)) is not None]


def _goes_on(before: StoredGop, after: StoredGop) -> bool:
    return before.run_us == after.run_us and before.end_us >= after.start_us


def _clip(store: Store, gops: list[StoredGop]) -> Clip | None:
    run = index.run(store, gops[0].camera, gops[0].run_us)
    if run is None:
        return None
    return Clip(
        camera=run.camera,
        start=from_micros(gops[0].start_us),
        end=from_micros(gops[-1].end_us),
        run=run,
        gops=tuple(gops),
        folder=index.folder(store),
    )


def read_gop(folder: Path, gop: StoredGop) -> bytes:
    """A GOP's bytes from disk."""
    try:
        with (folder / gop.path).open("rb") as f:
            f.seek(gop.byte_offset)
            data = f.read(gop.size_bytes)
    except FileNotFoundError:
        raise RecordingGone from None
    except OSError as e:
        if e.errno == errno.EIO:
            raise RecordingUnreadable from None
        raise
    if len(data) != gop.size_bytes:
        raise RecordingGone
    return data
