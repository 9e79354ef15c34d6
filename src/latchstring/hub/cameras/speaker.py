"""What is said, played at a camera in real time: 20 ms every 20 ms, however it comes in."""

from __future__ import annotations

import threading

from latchstring.base.clock import Clock
from latchstring.hub.cameras.backchannel import SAMPLES, Backchannel
from latchstring.hub.cameras.errors import CameraError
from latchstring.hub.cameras.g711 import RATE

PACKET_BYTES = 2 * SAMPLES
PACKET_SECONDS = SAMPLES / RATE
MOST_BEHIND_BYTES = 25 * PACKET_BYTES
"""Half a second: what came later is worth more than what waits longer than that."""


class Speaker:
    """Owns a backchannel and closes it. Use from any thread."""

    def __init__(self, channel: Backchannel, clock: Clock) -> None:
        self._channel = channel
        self._clock = clock
        self._waiting = bytearray()
        self._news = threading.Condition()
        self._ending = False
        self._failure: CameraError | None = None
        self._thread = threading.Thread(target=self._play, name="speaker", daemon=True)
        self._thread.start()

    def say(self, pcm: bytes) -> None:
        """Play it after what waits already; a live voice is never more than half a second behind."""
        with self._news:
            self._check()
            self._waiting += pcm
            if len(self._waiting) > MOST_BEHIND_BYTES:
                del self._waiting[: len(self._waiting) - MOST_BEHIND_BYTES]

    def play(self, pcm: bytes) -> None:
        """Play a whole message; answers when it is said, or when the speaker was closed."""
        with self._news:
            self._check()
            self._waiting += pcm
            self._news.wait_for(lambda: not self._waiting or self._ending or self._failure is not None)
            self._check()

    def close(self) -> None:
        """Stop at once, and let the camera go."""
        with self._news:
            is_closed, self._ending = self._ending, True
            self._news.notify_all()
        self._thread.join()
        if not is_closed:
            self._channel.close()

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _play(self) -> None:
        began, slot, was_silent = self._clock.monotonic(), 0, True
        try:
            while not self._ending:
                self._channel.keep_alive()
                packet = self._take()
                if packet:
                    self._channel.send(packet.ljust(PACKET_BYTES, b"\0"), slot=slot, first=was_silent)
                was_silent = not packet
                slot += 1
                self._pause(began + slot * PACKET_SECONDS - self._clock.monotonic())
        except CameraError as e:
            with self._news:
                self._failure = e
                self._news.notify_all()

    def _take(self) -> bytes:
        with self._news:
            packet = bytes(self._waiting[:PACKET_BYTES])
            del self._waiting[:PACKET_BYTES]
            if packet and not self._waiting:
                self._news.notify_all()
            return packet

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            with self._news:
                self._news.wait_for(lambda: self._ending, seconds)
