"""A camera that speaks RTSP the way real ones do, with one habit of theirs at a time."""

from __future__ import annotations

import base64
import contextlib
import secrets
import socket
import threading
from collections.abc import Sequence
from typing import Literal

from latchstring.testing.rtp_packets import packets

Quirk = Literal[
    "none",
    "other channels",
    "no content base",
    "absolute control",
    "control with query",
    "session with options",
    "nonce for each request",
    "pictures before the answer",
    "two videos and metadata",
    "asks back",
    "unknown channels",
    "blank lines",
    "long heads",
    "no parameter sets",
    "unknown options",
]
STEP = 9000


class QuirkyCamera:
    """Serves its pictures (NAL units each) once to every caller, then keeps the line open."""

    def __init__(self, film: Sequence[Sequence[bytes]], quirk: Quirk = "none") -> None:
        self._film = film
        self._quirk = quirk
        self.heard: list[str] = []
        self._calls: list[socket.socket] = []

    def __enter__(self) -> str:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self._at = f"rtsp://127.0.0.1:{self._listener.getsockname()[1]}/live?stream=1"
        return self._at.replace("//", "//owner:secret@")

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for call in self._calls:
            call.close()
        self._thread.join(5)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                call, _ = self._listener.accept()
                self._calls.append(call)
                _Call(call, self._film, self._quirk, self._at, self.heard).answer()


class _Call:
    def __init__(
        self, call: socket.socket, film: Sequence[Sequence[bytes]], quirk: Quirk, at: str, heard: list[str]
    ) -> None:
        self._call = call
        self._film = film
        self._quirk = quirk
        self._at = at
        self._heard = heard
        self._nonce = ""

    def answer(self) -> None:
        with self._call.makefile("rb") as stream:
            while line := stream.readline().decode().strip():
                headers = {}
                while header := stream.readline().decode().strip():
                    name, _, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                method, uri, *_ = line.split(" ")
                self._heard.append(f"{method} {uri}")
                if (required := headers.get("require")) is not None:
                    self._heard.append(f"Require {required}")
                if not line.startswith("RTSP/"):
                    self._call.sendall(self._said(method, uri, headers))
                    if method == "TEARDOWN":
                        return

    def _said(self, method: str, uri: str, headers: dict[str, str]) -> bytes:
        number = headers["cseq"]
        if self._quirk == "nonce for each request" and f'nonce="{self._nonce}"' not in headers.get(
            "authorization", ""
        ):
            self._nonce = secrets.token_hex(8)
            asked = f'WWW-Authenticate: Digest realm="porch", nonce="{self._nonce}", stale=true'
            return _answer(number, asked, status="401 Unauthorized")
        if self._quirk == "nonce for each request":
            self._nonce = secrets.token_hex(8)  # of the next one
        match method:
            case "OPTIONS" if self._quirk == "unknown options":
                return _answer(number, status="501 Not Implemented")
            case "OPTIONS":
                return _answer(number, "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER")
            case "DESCRIBE":
                base = [] if self._quirk == "no content base" else [f"Content-Base: {self._at}/"]
                return _answer(number, *base, "Content-Type: application/sdp", body=self._description())
            case "SETUP" if uri != self._track():
                return _answer(number, status="404 Not Found")
            case "SETUP":
                options = ";timeout=60" if self._quirk == "session with options" else ""
                asked = headers["transport"].replace("0-1", "4-5" if self._channel == 4 else "0-1")
                return _answer(number, f"Transport: {asked};ssrc=00000001", f"Session: 12345{options}")
            case "PLAY" if self._quirk == "pictures before the answer":
                return self._pictures() + _answer(number)
            case "PLAY":
                return _answer(number, "Session: 12345", "RTP-Info: url=live") + self._pictures()
        return _answer(number)

    @property
    def _channel(self) -> int:
        return 4 if self._quirk == "other channels" else 0

    def _track(self) -> str:
        match self._quirk:
            case "absolute control":
                return "rtsp://192.168.1.20/video"
            case "control with query":
                return f"{self._at}/track?id=1"
        return f"{self._at}/trackID=1"

    def _description(self) -> str:
        sps, pps = (base64.b64encode(unit).decode() for unit in self._film[0][:2])
        sets = "" if self._quirk == "no parameter sets" else f";sprop-parameter-sets={sps},{pps}"
        control = self._track() if self._quirk == "absolute control" else self._track().removeprefix(self._at)
        video = [
            "m=video 0 RTP/AVP 98",
            "b=AS:3000",
            "a=rtpmap:98 H264/90000",
            f"a=fmtp:98 packetization-mode=1{sets}",
            f"a=control:{control.lstrip('/')}",
        ]
        lines = ["v=0", "o=- 0 0 IN IP4 0.0.0.0", "s=Porch", "t=0 0", "a=control:*", *video]
        if self._quirk == "two videos and metadata":
            lines += ["m=video 0 RTP/AVP 99", "a=rtpmap:99 H265/90000", "a=control:trackID=2"]
            lines += [
                "m=application 0 RTP/AVP 107",
                "a=rtpmap:107 vnd.onvif.metadata/90000",
                "a=control:trackID=3",
            ]
        return "\r\n".join([*lines, ""])

    def _pictures(self) -> bytes:
        out, number = b"", 0
        for n, units in enumerate(self._film):
            for packet in packets(units, number=number, stamp=2**32 - STEP + n * STEP, payload=98):
                number += 1
                out += self._noise(number) + _media(self._channel, self._long(packet))
        return out

    def _long(self, packet: bytes) -> bytes:
        """With a contributor, an extension and padding."""
        if self._quirk != "long heads":
            return packet
        return b"\xb1" + packet[1:12] + b"\0" * 4 + b"\xbe\xde\0\1" + b"\0" * 4 + packet[12:] + b"\0\0\3"

    def _noise(self, number: int) -> bytes:
        match self._quirk:
            case "asks back" if number % 5 == 1:
                return f"OPTIONS {self._at} RTSP/1.0\r\nCSeq: {number}\r\n\r\n".encode()
            case "unknown channels":
                return _media(9, b"x" * 30) + _media(1, b"\x80\xc8\0\6" + b"\0" * 24)
            case "blank lines":
                return b"\r\n\n"
        return b""


def _answer(number: str, *headers: str, status: str = "200 OK", body: str = "") -> bytes:
    lines = [f"RTSP/1.0 {status}", f"CSeq: {number}", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join([*lines, "", ""]) + body).encode()


def _media(channel: int, packet: bytes) -> bytes:
    return b"$" + bytes([channel]) + len(packet).to_bytes(2, "big") + packet
