"""Recordings that were never filmed: bytes on disk where a test says there are some."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange, to_micros
from latchstring.hub.recording.clip import Clip, NothingRecorded
from latchstring.hub.recording.models import Run, StoredGop, Track


@dataclass
class MadeUpRecordings:
    """What each camera has: unbroken stretches, each one GOP with the same made-up bytes."""

    folder: Path
    stretches: dict[CameraId, list[TimeRange]]

    def cameras(self) -> Mapping[CameraId, str]:
        return dict.fromkeys(self.stretches, "Porch")

    def covered(self, camera: CameraId, during: TimeRange) -> list[TimeRange]:
        return [part for s in self.stretches[camera] if (part := s.overlap(during))]

    def cut(self, camera: CameraId, during: TimeRange) -> Clip:
        for stretch in self.stretches[camera]:
            if stretch.overlap(during):
                return self._clip(camera, stretch)
        raise NothingRecorded

    def _clip(self, camera: CameraId, during: TimeRange) -> Clip:
        data = b"frames of the porch " * 5000
        (self.folder / "0.mp4").write_bytes(data)
        start_us = to_micros(during.start)
        gop = StoredGop(
            camera=camera,
            run_us=start_us,
            start_us=start_us,
            end_us=to_micros(during.end),
            frames=250,
            media_start=0,
            path="0.mp4",
            byte_offset=0,
            size_bytes=len(data),
        )
        track = Track(codec="avc1.64001f", width=1280, height=720, timescale=90_000, avcc=b"")
        run = Run(camera=camera, start_us=start_us, track=track, init=b"init segment")
        return Clip(
            camera=camera, start=during.start, end=during.end, run=run, gops=(gop,), folder=self.folder
        )
