"""A call to a camera: RTSP in one TCP connection, with media between its answers (RFC 2326, 10.12).

Whoever wants pictures and whoever speaks use it. Requests wait for their answers until it plays; after that
answers are taken as they pass.
"""

from __future__ import annotations

import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import SplitResult

from latchstring.base.clock import Clock
from latchstring.hub.cameras import address, rtsp_wire, sdp
from latchstring.hub.cameras.errors import (
    CameraError,
    CameraHungUp,
    CameraSilent,
    CameraUnreachable,
    NotVideo,
    WrongLogin,
)
from latchstring.hub.cameras.rtsp_login import Login
from latchstring.hub.cameras.rtsp_wire import Answer, Asked, Eat, Media

SILENT_SECONDS = 4.0
SESSION_SECONDS = 60
"""What holds when the camera names no other time (RFC 2326, 12.37)."""
LEAST_RENEW_SECONDS = 1.0
MOST_EARLY_BYTES = 8 << 20
"""Media that may come before an answer: more, and the camera never answers."""
_LOGIN_TRIES = 2
_NO_SESSION = 454

Refused = Callable[[str, int], CameraError]
"""What it means that the camera refuses a method with a status."""


class Call:
    """Requests may come from any thread, reading is for one. Whoever made it closes it."""

    def __init__(self, parts: SplitResult, clock: Clock, *, refused: Refused, require: str = "") -> None:
        """Connect, or raise a `CameraError`; `require` is a feature that the camera must know."""
        self._uri = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()
        self._login = Login.of(parts)
        self._clock = clock
        self._refused = refused
        self._always = {"User-Agent": "Latchstring"} | ({"Require": require} if require else {})
        self._number, self._last_number = 0, -1
        self._control = self._uri
        self._session = ""
        self._renewing = "OPTIONS"
        self._renew_seconds = SESSION_SECONDS / 2
        self._renew_at = clock.monotonic() + self._renew_seconds
        self._lock = threading.Lock()
        self._wire = rtsp_wire.Wire()
        self._early: list[Media] = []
        self.heard_at = clock.monotonic()
        self.taken_bytes = 0
        self.left_some = False
        """Whether the last read left more behind, which can be had without waiting."""
        self._socket = _connect(parts)

    # Until it plays

    def describe(self) -> tuple[sdp.Track, ...]:
        """The camera's tracks."""
        known = self._say("OPTIONS", self._uri, {})
        if known.status == 200 and "GET_PARAMETER" in known.header("public").upper():
            self._renewing = "GET_PARAMETER"
        described = self._ask("DESCRIBE", self._uri, {"Accept": "application/sdp"})
        base = described.header("content-base") or described.header("content-location")
        text = described.body.decode("utf-8", "replace")
        session = sdp.read(text, base if sdp.has_scheme(base) else self._uri)
        self._control = session.control
        return session.tracks

    def set_up(self, track: sdp.Track, *, wanted: int) -> int:
        """The channel on which its packets go."""
        transport = f"RTP/AVP/TCP;unicast;interleaved={wanted}-{wanted + 1}"
        answer = self._ask("SETUP", track.control, {"Transport": transport})
        session, _, options = answer.header("session").partition(";")
        self._session = session.strip()
        self._renew_seconds = max(LEAST_RENEW_SECONDS, _timeout(options) / 2)
        self._renew_at = self._clock.monotonic() + self._renew_seconds
        return _channel(answer.header("transport"), wanted)

    def play(self) -> None:
        self._ask("PLAY", self._control, {})

    # While it plays

    def media(self, eat: Eat = lambda _, at, __: at) -> Iterator[Media | None]:
        """What comes, but for what was eaten, for ever, or a `CameraError`; None after the last of each read.

        Each piece is gone when the next one is asked for.
        """
        early, self._early = self._early, []
        yield from early
        wire = self._wire
        while True:
            wire.offer(eat)
            while (said := wire.next()) is not None:
                if isinstance(said, Media):
                    yield said
                    wire.offer(eat)
                else:
                    self._react(said)
            yield None
            self._read()

    @property
    def holds_bytes(self) -> int:
        """What the kernel keeps of this call until it is read, at most."""
        return self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)

    def write(self, data: bytes) -> None:
        try:
            with self._lock:
                self._socket.sendall(data)
        except OSError:
            raise CameraHungUp from None

    def keep_alive(self) -> None:
        """Say that somebody is still here, when it is time to."""
        now = self._clock.monotonic()
        if now >= self._renew_at:
            self._renew_at = now + self._renew_seconds
            self._send(self._renewing, self._control, {})

    def tear_down(self) -> None:
        """Tell the camera that this was all; once it has answered, no more media comes."""
        self._last_number = self._send("TEARDOWN", self._control, {})

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    # One message

    def _ask(self, method: str, uri: str, headers: dict[str, str]) -> Answer:
        answer = self._say(method, uri, headers)
        if answer.status != 200:
            raise WrongLogin if answer.status in (401, 403) else self._refused(method, answer.status)
        return answer

    def _say(self, method: str, uri: str, headers: dict[str, str]) -> Answer:
        """The answer; the login is shown as soon as it is asked for, and again when its time is over."""
        answer = self._once(method, uri, headers)
        for _ in range(_LOGIN_TRIES):
            if answer.status != 401 or not self._login.take(answer.headers.get("www-authenticate", ())):
                break
            answer = self._once(method, uri, headers)
        return answer

    def _once(self, method: str, uri: str, headers: dict[str, str]) -> Answer:
        number = str(self._send(method, uri, {**self._always, **headers}))
        until, early_bytes = self._clock.monotonic() + SILENT_SECONDS, 0
        while early_bytes <= MOST_EARLY_BYTES:
            said = self._wire.next()
            if isinstance(said, Answer) and said.header("cseq") in ("", number):
                return said
            if isinstance(said, Media):
                early_bytes += len(said.data)
                self._early.append(Media(said.channel, memoryview(bytes(said.data))))
            if isinstance(said, Asked):
                self._react(said)
            if said is None:
                self._read_by(until)
        raise NotVideo

    def _read_by(self, until: float) -> None:
        if self._clock.monotonic() > until:
            raise CameraSilent(
                "the address answers, but sends nothing that was asked for; restart the camera"
            )
        try:
            self._read()
        except CameraSilent:
            raise CameraSilent("something is there, but it does not answer; restart the camera") from None

    def _react(self, said: Answer | Asked) -> None:
        if isinstance(said, Asked):
            self.write(rtsp_wire.answer(said))
        elif said.status == _NO_SESSION or said.header("cseq") == str(self._last_number):
            raise CameraHungUp
        elif said.status == 401 and self._login.take(said.headers.get("www-authenticate", ())):
            self._renew_at = min(self._renew_at, self._clock.monotonic() + LEAST_RENEW_SECONDS)

    def _send(self, method: str, uri: str, headers: dict[str, str]) -> int:
        with self._lock:
            self._number += 1
            number = self._number
            said = {"CSeq": str(number), **headers}
            if self._session:
                said["Session"] = self._session
            if (login := self._login.header(method, uri)) is not None:
                said["Authorization"] = login
        self.write(rtsp_wire.request(method, uri, said))
        return number

    def _read(self) -> None:
        """Wait for more, and take what has gathered."""
        room = self._wire.room()
        try:
            size = self._socket.recv_into(room)
            has_record = self._has_record()
        except (BlockingIOError, TimeoutError):
            raise CameraSilent from None
        except (OSError, ValueError):
            raise CameraHungUp from None
        if size == 0:
            raise CameraHungUp
        self.heard_at = self._clock.monotonic()
        self.taken_bytes = self.taken_bytes + size if self.left_some else size
        self.left_some = size == len(room) or has_record
        self._wire.came(size)

    def _has_record(self) -> bool:
        """Of TLS one record is read at a time; whether the next one is there."""
        if not isinstance(self._socket, ssl.SSLSocket):
            return False
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return self._socket.pending() > 0 or bool(poll.poll(0))


def _connect(parts: SplitResult) -> socket.socket:
    host, port = parts.hostname or "", parts.port or address.PORTS[parts.scheme]
    try:
        plain = socket.create_connection((host, port), timeout=SILENT_SECONDS)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if parts.scheme == "rtsps":
            # A camera's certificate is its own; see decision 35.
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            return context.wrap_socket(plain, server_hostname=host)
    except OSError:
        raise CameraUnreachable from None
    # The kernel's own time-out: Python's would ask it twice for each read.
    seconds = struct.pack("ll", int(SILENT_SECONDS), 0)
    plain.settimeout(None)
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, seconds)
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, seconds)
    return plain


def _timeout(options: str) -> float:
    for each in options.split(";"):
        name, _, value = each.partition("=")
        if name.strip().lower() == "timeout" and (seconds := rtsp_wire.number(value)):
            return seconds
    return SESSION_SECONDS


def _channel(transport: str, wanted: int) -> int:
    """The camera may choose another one than asked for."""
    for each in transport.split(";"):
        name, _, value = each.strip().partition("=")
        if name == "interleaved" and (first := rtsp_wire.number(value.split("-")[0])) is not None:
            return first
    return wanted
