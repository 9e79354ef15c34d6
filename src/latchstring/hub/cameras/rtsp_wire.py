"""RTSP as it stands on the wire (RFC 2326): answers, and media between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from latchstring.hub.cameras.errors import NotVideo

MOST_LINE, MOST_HEAD, MOST_LINES, MOST_BODY = 1 << 12, 1 << 14, 100, 1 << 17
BUFFER_BYTES = 1 << 18
"""More than the longest message, and than the longest piece of media."""
LEAST_ROOM = 1 << 16
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_CR, _LF, _DOLLAR = b"\r\n$"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Header names are in small letters; one that comes twice holds both, in order."""

    status: int
    headers: Mapping[str, tuple[str, ...]]
    body: bytes = b""

    def header(self, name: str) -> str:
        """Its first value, or nothing."""
        return self.headers.get(name, ("",))[0]


class Media(NamedTuple):
    """An RTP or RTCP packet on a channel of the connection (RFC 2326, 10.12)."""

    channel: int
    data: memoryview


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The camera asks us something; it wants no more than an answer."""

    method: str
    number: str


def request(method: str, uri: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {uri} RTSP/1.0", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def answer(asked: Asked) -> bytes:
    return f"RTSP/1.0 200 OK\r\nCSeq: {asked.number}\r\n\r\n".encode()


def media(channel: int, data: bytes) -> bytes:
    return b"$" + bytes([channel]) + len(data).to_bytes(2, "big") + data


def number(text: str) -> int | None:
    """What a camera wrote as a number; None: it is none, or none of a size that means anything."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


Eat = Callable[[memoryview, int, int], int]
"""Takes whole pieces of media out of what lies between two places; answers where it stopped."""


class Wire:
    """Cuts what has come into messages, in one buffer that is used again and again. For one thread."""

    def __init__(self) -> None:
        self._buffer = bytearray(BUFFER_BYTES)
        self._view = memoryview(self._buffer)
        self._start = self._end = 0

    def room(self) -> memoryview:
        """Where to read to. Whatever `next` gave before is lost with it."""
        if self._start == self._end:
            self._start = self._end = 0
        elif BUFFER_BYTES - self._end < LEAST_ROOM:
            left = bytes(self._view[self._start : self._end])
            self._buffer[: len(left)] = left
            self._start, self._end = 0, len(left)
        if self._end == BUFFER_BYTES:
            raise NotVideo
        return self._view[self._end :]

    def came(self, size: int) -> None:
        """So many bytes were read to `room`."""
        self._end += size

    def offer(self, eat: Eat) -> None:
        """Let `eat` take what it knows, before `next` looks at the rest."""
        self._start = eat(self._view, self._start, self._end)

    def next(self) -> Answer | Media | Asked | None:
        """The next whole message; None: more must be read. `NotVideo` at what is no RTSP."""
        buffer, start, end = self._buffer, self._start, self._end
        while start < end and buffer[start] in (_CR, _LF):
            start += 1
        self._start = start
        if end - start < 4:
            return None
        if buffer[start] != _DOLLAR:
            return self._message()
        stop = start + 4 + (buffer[start + 2] << 8 | buffer[start + 3])
        if stop > end:
            return None
        self._start = stop
        return Media(buffer[start + 1], self._view[start + 4 : stop])

    def _message(self) -> Answer | Asked | None:
        come = bytes(self._view[self._start : self._end])
        first, mark, _ = come.partition(b"\n")
        if not first[:1].isalpha() or len(first) > MOST_LINE or (mark and b"RTSP/" not in first):
            raise NotVideo
        blank = _BLANK_LINE.search(come[: MOST_HEAD + 1])
        if blank is None:
            if len(come) > MOST_HEAD:
                raise NotVideo
            return None
        words, headers = _head(come[: blank.start()].decode("utf-8", "replace"))
        size = number(headers.get("content-length", ("0",))[0])
        if size is None or size > MOST_BODY:
            raise NotVideo
        if blank.end() + size > len(come):
            return None
        self._start += blank.end() + size
        body = come[blank.end() : blank.end() + size]
        if words[0].startswith("RTSP/") and len(words) > 1 and (status := number(words[1])) is not None:
            return Answer(status=status, headers=headers, body=body)
        if words[-1].startswith("RTSP/"):
            return Asked(method=words[0], number=headers.get("cseq", ("",))[0])
        raise NotVideo


def _head(text: str) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    first, *lines = text.split("\n")
    if len(lines) > MOST_LINES:
        raise NotVideo
    headers: dict[str, tuple[str, ...]] = {}
    for line in lines:
        name, _, value = line.partition(":")
        key = name.strip().lower()
        headers[key] = (*headers.get(key, ()), value.strip())
    return first.strip().split(" ", 2), headers
