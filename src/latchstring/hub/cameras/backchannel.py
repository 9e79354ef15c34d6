"""Sound to a camera: the backchannel of ONVIF Streaming 5.3, over RTSP interleaved in one TCP connection.

libav can only receive, so this is a small RTSP client of our own (RFC 2326). It stands only while somebody
talks: a camera with an open backchannel may refuse its own app, or even its button.
"""

from __future__ import annotations

import secrets
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO
from urllib.parse import SplitResult

from latchstring.base.clock import Clock
from latchstring.hub.cameras import address, g711, rtsp_wire, sdp
from latchstring.hub.cameras.errors import (
    CameraBusy,
    CameraError,
    CameraHungUp,
    CameraSilent,
    CameraUnreachable,
    NoSuchStream,
    NotVideo,
    TakesNoSound,
    UnknownSound,
    WrongLogin,
)
from latchstring.hub.cameras.rtsp_login import Login

REQUIRE = "www.onvif.org/ver20/backchannel"
PORTS = {"rtsp": 554, "rtsps": 322}
ANSWER_SECONDS = 4.0
GOODBYE_SECONDS = 1.0
SESSION_SECONDS = 60
"""What holds when the camera names no other time (RFC 2326, 12.37)."""
MOST_BETWEEN = 10_000
"""Media that may come before an answer: more, and the camera never answers."""
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
        self._clock = clock
        self._heard = heard
        self._uri = _without_login(parts)
        self._login = Login.of(parts)
        self._number = 0
        self._last: int | None = None
        self._session = ""
        self._renew_seconds, self._renew_at = SESSION_SECONDS / 2, clock.monotonic() + SESSION_SECONDS / 2
        self._lock = threading.Lock()
        self._gone = threading.Event()
        self._socket = _connect(parts)
        self._stream: BinaryIO = self._socket.makefile("rb")
        try:
            self._begin()
        except BaseException:
            self._hang_up()
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
        self._write(rtsp_wire.media(self._channel, head + g711.encode(pcm, self._coding.law)))
        self._sent += 1

    def keep_alive(self) -> None:
        """Say that somebody is still here, when it is time to."""
        now = self._clock.monotonic()
        if now >= self._renew_at:
            self._renew_at = now + self._renew_seconds
            self._ask_only("OPTIONS", self._uri)

    def close(self) -> None:
        with suppress(CameraError):
            self._last = self._number + 1
            self._ask_only("TEARDOWN", self._base)
            self._gone.wait(GOODBYE_SECONDS)
        self._hang_up()
        self._listener.join()

    # The way to an open backchannel

    def _begin(self) -> None:
        described = self._ask("DESCRIBE", self._uri, {"Accept": "application/sdp"})
        self._base = described.header("content-base") or described.header("content-location") or self._uri
        tracks = sdp.tracks(described.body.decode("utf-8", "replace"), self._base)
        audio = [track for track in tracks if track.kind == "audio"]
        ours = [track for track in audio if track.direction in ("sendonly", "sendrecv")]
        if not ours:
            raise TakesNoSound
        speaking = next((track for track in ours if track.codings), None)
        if speaking is None:
            raise UnknownSound
        self._coding = speaking.codings[0]
        self._channel = self._set_up(speaking, wanted=0)
        listening = next((t for t in audio if t.direction == "recvonly" and t.codings), None)
        self._hearing: dict[int, g711.Law] = {}
        if listening is not None and self._heard is not None:
            self._from_camera = self._set_up(listening, wanted=2)
            self._hearing = {coding.payload: coding.law for coding in listening.codings}
        self._sequence, self._stamp = secrets.randbits(16), secrets.randbits(32)
        self._source, self._sent = secrets.token_bytes(4), 0
        self._ask("PLAY", self._base, {})

    def _set_up(self, track: sdp.Track, *, wanted: int) -> int:
        """The channel on which its packets go."""
        transport = f"RTP/AVP/TCP;unicast;interleaved={wanted}-{wanted + 1}"
        answer = self._ask("SETUP", track.control, {"Transport": transport})
        session, _, options = answer.header("session").partition(";")
        self._session = session.strip()
        self._renew_seconds = _timeout(options) / 2
        self._renew_at = self._clock.monotonic() + self._renew_seconds
        return _channel(answer.header("transport"), wanted)

    def _ask(self, method: str, uri: str, headers: dict[str, str]) -> rtsp_wire.Answer:
        """The answer to one request of the beginning; the login is shown as soon as it is asked for."""
        answer = self._once(method, uri, headers)
        if answer.status == 401 and self._login.take(answer.headers.get("www-authenticate", ())):
            answer = self._once(method, uri, headers)
        if answer.status != 200:
            raise _refused(method, answer.status)
        return answer

    def _once(self, method: str, uri: str, headers: dict[str, str]) -> rtsp_wire.Answer:
        self._write(self._request(method, uri, {"Require": REQUIRE, **headers}))
        try:
            for _ in range(MOST_BETWEEN):
                said = rtsp_wire.read(self._stream)
                if isinstance(said, rtsp_wire.Answer) and said.header("cseq") in ("", str(self._number)):
                    return said
        except TimeoutError:
            raise CameraSilent("the camera does not answer when sound is sent to it; restart it") from None
        except OSError:
            raise CameraHungUp from None
        raise NotVideo

    # While it stands

    def _ask_only(self, method: str, uri: str) -> None:
        """The listener reads the answer."""
        self._write(self._request(method, uri, {}))

    def _request(self, method: str, uri: str, headers: dict[str, str]) -> bytes:
        with self._lock:
            self._number += 1
            said = {"CSeq": str(self._number), "User-Agent": "Latchstring", **headers}
            if self._session:
                said["Session"] = self._session
            if (login := self._login.header(method, uri)) is not None:
                said["Authorization"] = login
            return rtsp_wire.request(method, uri, said)

    def _write(self, data: bytes) -> None:
        try:
            with self._lock:
                self._socket.sendall(data)
        except OSError:
            self._gone.set()
            raise CameraHungUp from None

    def _listen(self) -> None:
        try:
            self._socket.settimeout(None)
            while True:
                said = rtsp_wire.read(self._stream)
                if isinstance(said, rtsp_wire.Media) and self._hearing and said.channel == self._from_camera:
                    self._hear(said.data)
                elif isinstance(said, rtsp_wire.Answer) and said.header("cseq") == str(self._last):
                    return
        except (OSError, ValueError, CameraError):
            pass
        finally:
            self._gone.set()

    def _hear(self, packet: bytes) -> None:
        """RFC 3550, 5.1: the head is longer by contributors and an extension."""
        if len(packet) < 12 or (law := self._hearing.get(packet[1] & 0x7F)) is None:
            return
        start = 12 + 4 * (packet[0] & 15)
        if packet[0] & 0x10:
            start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
        if self._heard is not None:
            self._heard(g711.decode(packet[start:], law))

    def _hang_up(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._stream.close()
        self._socket.close()


def _connect(parts: SplitResult) -> socket.socket:
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    try:
        plain = socket.create_connection((host, port), timeout=ANSWER_SECONDS)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if parts.scheme == "rtsp":
            return plain
        # A camera's certificate is its own; the picture comes over the same kind of connection.
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(plain, server_hostname=host)
    except OSError:
        raise CameraUnreachable from None


def _without_login(parts: SplitResult) -> str:
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()


def _refused(method: str, status: int) -> CameraError:
    if status in (401, 403):
        return WrongLogin()
    if status in _NOT_KNOWN:
        return TakesNoSound()
    if status in _BUSY and method != "DESCRIBE":
        return CameraBusy()
    return NoSuchStream()


def _timeout(options: str) -> float:
    name, _, value = options.partition("=")
    return float(value) if name.strip() == "timeout" and value.strip().isdigit() else SESSION_SECONDS


def _channel(transport: str, wanted: int) -> int:
    """The camera may choose another one than asked for."""
    for each in transport.split(";"):
        name, _, value = each.strip().partition("=")
        if name == "interleaved" and (first := value.split("-")[0]).isdigit():
            return int(first)
    return wanted
