"""What this home has filmed, for those who only look things up and cut."""

from __future__ import annotations

from collections.abc import Mapping

from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange
from latchstring.hub.recording import index
from latchstring.hub.recording.clip import Clip, cut, parts
from latchstring.hub.recording.spans import spans
from latchstring.hub.store import Store


class Recordings:
    """Recordings of all cameras, also of those that were removed and have some left.

    Without `with_sound` what is cut is pictures alone: a voice may be that of somebody who was only passing.
    """

    def __init__(self, store: Store, *, with_sound: bool = True) -> None:
        self._store = store
        self._with_sound = with_sound

    def cameras(self) -> Mapping[CameraId, str]:
        """Every camera that has recordings, with its name."""
        with self._store.read() as db:
            rows = db.execute(
                """SELECT id, name FROM camera WHERE EXISTS (SELECT 1 FROM gop WHERE gop.camera = camera.id)
                   ORDER BY added_us, id"""
            ).fetchall()
        return {CameraId(row["id"]): row["name"] for row in rows}

    def covered(self, camera: CameraId, during: TimeRange) -> list[TimeRange]:
        """The unbroken stretches recorded within `during`."""
        return index.covered(self._store, camera, during)

    def spans(self, camera: CameraId, during: TimeRange, *, with_sound: bool = False) -> list[TimeRange]:
        """The unbroken stretches within `during`, or those with sound, for the eye: quick over weeks."""
        return spans(self._store, camera, during, with_sound=with_sound)

    def parts(self, camera: CameraId, during: TimeRange) -> list[Clip]:
        """What is recorded around `during`, on GOP borders: a clip for each unbroken stretch."""
        return [self._heard(part) for part in parts(self._store, camera, during)]

    def cut(self, camera: CameraId, during: TimeRange) -> Clip:
        """The recording around `during`, on GOP borders; raises where it has a break."""
        return self._heard(cut(self._store, camera, during))

    def _heard(self, clip: Clip) -> Clip:
        return clip if self._with_sound else clip.pictures
