"""Which cameras went away and which are back, and that the disk is full: each is told once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from latchstring.base.ids import CameraId
from latchstring.hub.events.bulletin import Happening
from latchstring.hub.recording.recorder import CameraStatus
from latchstring.hub.recording.writer import DiskFull

AWAY = timedelta(minutes=1)
"""A camera that restarts is back sooner, and nobody needs to know."""


class Absences:
    """For one thread."""

    def __init__(self) -> None:
        self._seen: dict[CameraId, datetime] = {}
        self._away: set[CameraId] = set()
        self._is_full = False

    def look(self, cameras: Mapping[CameraId, CameraStatus], now: datetime) -> list[Happening]:
        """What is new since the last look. A full disk is no camera's fault, so no camera is away for it."""
        told = []
        full = {camera for camera, status in cameras.items() if status.message == DiskFull().message}
        if full and not self._is_full:
            told.append(Happening(kind="disk-full", at=now))
        self._is_full = bool(full)
        self._away &= cameras.keys()
        self._seen = {camera: self._seen.get(camera, now) for camera in cameras}
        for camera, status in cameras.items():
            if status.state == "recording" or camera in full:
                self._seen[camera] = now
            if status.state == "recording" and camera in self._away:
                self._away.remove(camera)
                told.append(Happening(kind="camera-back", at=now, camera=camera))
            elif now - self._seen[camera] >= AWAY and camera not in self._away:
                self._away.add(camera)
                told.append(Happening(kind="camera-away", at=self._seen[camera], camera=camera))
        return told
