"""Sound to a camera: the backchannel of ONVIF Streaming 5.3, over RTSP interleaved in one TCP connection.

It stands only while somebody talks: a camera with an open backchannel may refuse its own app, or even its
button.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from contextlib import suppress

from latchstring.base.clock import Clock
from latchstring.hub.cameras import address, g711, rtp, rtsp_wire
from latchstring.hub.cameras.errors import (
    CameraBusy,
    CameraError,
    CameraHungUp,
    CameraSilent,
    NoSuchStream,
    TakesNoSound,
    UnknownSound,
)
from latchstring.hub.cameras.rtsp_call import Call
from latchstring.hub.cameras.rtsp_wire import Media

REQUIRE = "www.onvif.org/ver20/backchannel"
GOODBYE_SECONDS = 1.0
SAMPLES = 160
"""20 ms: what every camera takes."""

_BUSY = (406, 453, 486, 503)
_NOT_KNOWN = (551, 461)

Heard = Callable[[bytes], None]


class Backchannel:
    """An open one. `send` is for one thread; `close` it, and the camera is told."""

    def __init__(self, url: str, clock: Clock, *, heard: Heard | None = None) -> None:
        """Connect, or raise a `CameraError`. `heard` gets the camera's sound as PCM, in another thread."""
        parts = address.parse(url)
        if parts.scheme not in address.RTSP:
            raise TakesNoSound("only a camera reached by rtsp:// can play what you say")
        self._heard = heard
        self._gone = threading.Event()
        self._call = Call(parts, clock, refused=_refused, require=REQUIRE)
        try:
            self._begin()
        except BaseException:
            self._call.close()
            raise
        self._listener = threading.Thread(target=self._listen, name="backchannel", daemon=True)
        self._listener.start()

    def send(self, pcm: bytes, *, slot: int, first: bool = False) -> None:
        """Play 160 samples in the `slot`th 20 ms from the start; `first` after silence (RFC 3551, 4.1)."""
        if self._gone.is_set():
            raise CameraHungUp
        number, stamp = (self._sequence + self._sent) & 0xFFFF, (self._stamp + slot * SAMPLES) & 0xFFFFFFFF
        head = bytes([0x80, self._coding.payload | (0x80 if first else 0)])
        head += number.to_bytes(2, "big") + stamp.to_bytes(4, "big") + self._source
        self._call.write(rtsp_wire.media(self._channel, head + g711.encode(pcm, self._coding.law)))
        self._sent += 1

    def keep_alive(self) -> None:
        """Say that somebody is still here, when it is time to."""
        self._call.keep_alive()

    def close(self) -> None:
        """The camera is told, and given a moment to answer."""
        with suppress(CameraError):
            self._call.tear_down()
            self._gone.wait(GOODBYE_SECONDS)
        self._call.close()
        self._listener.join()

    def _begin(self) -> None:
        audio = [track for track in self._call.describe() if track.kind == "audio"]
        ours = [track for track in audio if track.direction in ("sendonly", "sendrecv")]
        if not ours:
            raise TakesNoSound
        speaking = next((track for track in ours if track.codings), None)
        if speaking is None:
            raise UnknownSound
        self._coding = speaking.codings[0]
        self._channel = self._call.set_up(speaking, wanted=0)
        listening = next((t for t in audio if t.direction == "recvonly" and t.codings), None)
        self._hearing: dict[int, g711.Law] = {}
        if listening is not None and self._heard is not None:
            self._from_camera = self._call.set_up(listening, wanted=2)
            self._hearing = {coding.payload: coding.law for coding in listening.codings}
        self._sequence, self._stamp = secrets.randbits(16), secrets.randbits(32)
        self._source, self._sent = secrets.token_bytes(4), 0
        self._call.play()

    def _listen(self) -> None:
        """A camera that says nothing is no camera that hears nothing."""
        try:
            while True:
                with suppress(CameraSilent):
                    for came in self._call.media():
                        if came is not None:
                            self._hear(came)
        except CameraError:
            pass
        finally:
            self._gone.set()

    def _hear(self, came: Media) -> None:
        if not self._hearing or came.channel != self._from_camera:
            return
        packet = rtp.read(came.data)
        if packet is None or (law := self._hearing.get(packet.payload)) is None:
            return
        if self._heard is not None:
            self._heard(g711.decode(bytes(packet.body), law))


def _refused(method: str, status: int) -> CameraError:
    if status in _NOT_KNOWN:
        return TakesNoSound()
    if status in _BUSY and method != "DESCRIBE":
        return CameraBusy()
    return NoSuchStream()
