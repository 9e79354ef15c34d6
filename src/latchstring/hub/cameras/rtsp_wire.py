"""RTSP as it stands on the wire (RFC 2326): answers, and media between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from latchstring.hub.cameras.errors import CameraHungUp, NotVideo

MOST_LINE, MOST_LINES, MOST_BODY = 4096, 100, 1 << 20


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Header names are in small letters; one that comes twice holds both, in order."""

    status: int
    headers: Mapping[str, tuple[str, ...]]
    body: bytes = b""

    def header(self, name: str) -> str:
        """Its first value, or nothing."""
        return self.headers.get(name, ("",))[0]


@dataclass(frozen=True)
class Media:
    """An RTP or RTCP packet on a channel of the connection (RFC 2326, 10.12)."""

    channel: int
    data: bytes


@dataclass(frozen=True)
class Asked:
    """The camera asks us something; nothing that it could ask matters here."""

    method: str


def request(method: str, uri: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {uri} RTSP/1.0", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def media(channel: int, data: bytes) -> bytes:
    return b"$" + bytes([channel]) + len(data).to_bytes(2, "big") + data


def read(stream: BinaryIO) -> Answer | Media | Asked:
    """The next one, or `CameraHungUp` at the end and `NotVideo` at what is no RTSP."""
    first = _exactly(stream, 1)
    while first in (b"\r", b"\n"):
        first = _exactly(stream, 1)
    if first == b"$":
        channel, length = _exactly(stream, 1)[0], int.from_bytes(_exactly(stream, 2), "big")
        return Media(channel, _exactly(stream, length))
    words = (first.decode("latin-1") + _line(stream)).split(" ", 2)
    headers: dict[str, tuple[str, ...]] = {}
    for _ in range(MOST_LINES):
        name, _, value = _line(stream).partition(":")
        if not name:
            break
        key = name.strip().lower()
        headers[key] = (*headers.get(key, ()), value.strip())
    else:
        raise NotVideo
    body = _exactly(stream, _length(headers))
    if words[0].startswith("RTSP/") and len(words) > 1 and words[1].isdigit():
        return Answer(status=int(words[1]), headers=headers, body=body)
    if words[-1].startswith("RTSP/"):
        return Asked(words[0])
    raise NotVideo


def _length(headers: Mapping[str, tuple[str, ...]]) -> int:
    text = headers.get("content-length", ("0",))[0]
    if not text.isdigit() or int(text) > MOST_BODY:
        raise NotVideo
    return int(text)


def _line(stream: BinaryIO) -> str:
    line = stream.readline(MOST_LINE)
    if not line:
        raise CameraHungUp
    if not line.endswith(b"\n"):
        raise NotVideo
    return line.decode("utf-8", "replace").rstrip("\r\n")


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise CameraHungUp
    return data
