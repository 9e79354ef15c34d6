"""What comes over a connection is cut into messages, however it is torn on its way."""

from __future__ import annotations

import contextlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.hub.cameras.errors import NotVideo
from latchstring.hub.cameras.rtsp_wire import BUFFER_BYTES, Answer, Asked, Media, Wire, media

ANSWER = b"RTSP/1.0 200 OK\r\nCSeq: 3\r\nContent-Length: 4\r\nA: 1\r\na: 2\r\n\r\nbody"
ASKED = b"OPTIONS rtsp://porch/ RTSP/1.0\nCSeq: 7\n\n"
STREAM = ANSWER + b"\r\n" + media(0, b"picture") + ASKED + media(3, b"") + media(1, bytes(65535))
SAID = [(200, b"body"), (0, b"picture"), ("OPTIONS", "7"), (3, b""), (1, bytes(65535))]


def cut(parts: list[bytes]) -> list[object]:
    wire, said = Wire(), []
    for part in parts:
        while part:
            room = wire.room()
            size = min(len(room), len(part))
            room[:size] = part[:size]
            wire.came(size)
            part = part[size:]
            while (each := wire.next()) is not None:
                said.append(told(each))
    return said


def told(each: Answer | Media | Asked) -> object:
    match each:
        case Answer():
            return each.status, each.body
        case Media():
            return each.channel, bytes(each.data)
    return each.method, each.number


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_it_is_cut_the_same_wherever_it_was_torn(places: list[int]) -> None:
    edges = [0, *sorted(places), len(STREAM)]
    assert cut([STREAM[a:b] for a, b in pairwise(edges)]) == SAID


def test_the_buffer_is_used_again_and_again() -> None:
    """Much more passes through it than it holds, and all of it is read."""
    pieces = [media(0, bytes([n]) * 40_000) for n in range(30)]
    assert len(pieces) * 40_000 > 4 * BUFFER_BYTES
    said = cut([b"".join(pieces)])
    assert said == [(0, bytes([n]) * 40_000) for n in range(30)]


def test_headers_that_come_twice_are_both_there() -> None:
    wire = Wire()
    wire.room()[: len(ANSWER)] = ANSWER
    wire.came(len(ANSWER))
    answer = wire.next()
    assert isinstance(answer, Answer)
    assert answer.headers["a"] == ("1", "2")


@pytest.mark.parametrize(
    "noise",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"\x00" * 9,
        b"R" * 5000,
        b"RTSP/1.0 200 OK\r\n" + b"a: b\r\n" * 9000,
        b"RTSP/1.0 200 OK\r\nContent-Length: 999999999\r\n\r\n",
        "RTSP/1.0 200 OK\r\nContent-Length: ²\r\n\r\n".encode(),
        b"RTSP/1.0 many\r\n\r\n",
    ],
)
def test_what_is_no_rtsp_is_refused(noise: bytes) -> None:
    with pytest.raises(NotVideo):
        cut([noise])


@given(
    st.lists(st.binary(max_size=300) | st.sampled_from([b"RTSP/1.0 ", b"\r\n\r\n", b"$\0\0\5"]), max_size=20)
)
def test_any_bytes_are_cut_or_refused(parts: list[bytes]) -> None:
    with contextlib.suppress(NotVideo):
        cut(parts)
