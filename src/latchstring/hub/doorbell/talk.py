"""One voice at a time at each door: somebody's own, or a recorded reply."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from latchstring.base.clock import Clock, SystemClock
from latchstring.base.ids import CameraId
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.backchannel import Backchannel, Heard
from latchstring.hub.cameras.errors import CameraError
from latchstring.hub.cameras.g711 import RATE
from latchstring.hub.cameras.speaker import Speaker
from latchstring.hub.doorbell.models import SomebodyTalks
from latchstring.hub.store import Store

log = logging.getLogger(__name__)
TAIL = bytes(2 * RATE // 2)
"""Half a second of silence after a message: cameras throw away what they hold when the talk ends."""


class OpenDoor(Protocol):
    """Opens a camera's backchannel."""

    def __call__(self, url: str, clock: Clock, *, heard: Heard | None = None) -> Backchannel: ...


class Talk:
    """A voice at a door. End it, and the camera is let go."""

    def __init__(self, speaker: Speaker, leave: Callable[[Talk], None], *, is_message: bool) -> None:
        self.is_message = is_message
        self._speaker = speaker
        self._leave = leave

    def say(self, pcm: bytes) -> None:
        """Signed 16-bit samples, 8000 a second. Raises `CameraError` when the camera is gone."""
        self._speaker.say(pcm[: len(pcm) & ~1])

    def play(self, pcm: bytes) -> None:
        """Answers when it was said to its end, or the talk was ended."""
        self._speaker.play(pcm)

    def end(self) -> None:
        self._speaker.close()
        self._leave(self)


class Talks:
    """All doors of the home. Use from any thread; `stop` at the end."""

    def __init__(self, store: Store, *, open_door: OpenDoor = Backchannel) -> None:
        self._store = store
        self._clock = SystemClock()  # a voice takes its real time, whatever a test's clock says
        self._open = open_door
        self._lock = threading.Lock()
        self._talks: dict[CameraId, Talk | None] = {}
        self._players: set[threading.Thread] = set()

    def begin(self, camera: CameraId, heard: Heard | None = None) -> Talk:
        """Call the camera and talk. A message that is being said makes room; another voice does not."""
        return self._begin(camera, heard, is_message=False)

    def play(self, camera: CameraId, pcm: bytes) -> None:
        """Call the camera, then say a recorded message in the background."""
        talk = self._begin(camera, None, is_message=True)
        player = threading.Thread(
            target=self._say, args=(camera, talk, pcm + TAIL), name="reply", daemon=True
        )
        with self._lock:
            self._players = {each for each in self._players if each.is_alive()} | {player}
            player.start()

    def is_busy(self, camera: CameraId) -> bool:
        with self._lock:
            return camera in self._talks

    def stop(self) -> None:
        with self._lock:
            talks, players = [talk for talk in self._talks.values() if talk], set(self._players)
        for talk in talks:
            talk.end()
        for player in players:
            player.join()

    def _begin(self, camera: CameraId, heard: Heard | None, *, is_message: bool) -> Talk:
        url = camera_rows.get(self._store, camera).url
        self._make_room(camera, is_message=is_message)
        try:
            speaker = Speaker(self._open(url, self._clock, heard=heard), self._clock)
        except BaseException:
            with self._lock:
                self._talks.pop(camera, None)
            raise
        talk = Talk(speaker, lambda ended: self._left(camera, ended), is_message=is_message)
        with self._lock:
            self._talks[camera] = talk
        return talk

    def _make_room(self, camera: CameraId, *, is_message: bool) -> None:
        with self._lock:
            current = self._talks.get(camera)
            if camera in self._talks and (current is None or is_message or not current.is_message):
                raise SomebodyTalks
            self._talks[camera] = None
        if current is not None:
            current.end()

    def _left(self, camera: CameraId, ended: Talk) -> None:
        with self._lock:
            if self._talks.get(camera) is ended:
                del self._talks[camera]

    def _say(self, camera: CameraId, talk: Talk, pcm: bytes) -> None:
        try:
            talk.play(pcm)
        except CameraError as e:
            log.info("a reply at camera %s was not said to its end: %s", camera, e.message)
        finally:
            talk.end()
