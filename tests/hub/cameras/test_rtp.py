"""RTP heads of every length, and times beyond 32 bits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.hub.cameras import rtp

PLAIN = bytes.fromhex("80e0000100000002aabbccdd")


@pytest.mark.parametrize(
    ("packet", "body"),
    [
        (PLAIN + b"pic", b"pic"),
        (b"\x82" + PLAIN[1:] + b"\0" * 8 + b"pic", b"pic"),  # two contributors
        (b"\x90" + PLAIN[1:] + b"\xbe\xde\0\x01" + b"\0" * 4 + b"pic", b"pic"),  # an extension
        (b"\xa0" + PLAIN[1:] + b"pic" + b"\0\0\x03", b"pic"),  # padding
        (b"\xb1" + PLAIN[1:] + b"\0" * 4 + b"\xbe\xde\0\0" + b"pic\x01", b"pic"),  # all of it
    ],
)
def test_the_body_is_found(packet: bytes, body: bytes) -> None:
    found = rtp.read(memoryview(packet))
    assert found is not None
    assert (found.payload, found.marker, found.number, found.stamp) == (96, True, 1, 2)
    assert found.body == body


@pytest.mark.parametrize(
    "packet", [b"", PLAIN[:11], b"\x40" + PLAIN[1:], b"\x8f" + PLAIN[1:], b"\xa0" + PLAIN[1:]]
)
def test_what_is_longer_than_it_is_is_no_rtp(packet: bytes) -> None:
    assert rtp.read(memoryview(packet)) is None


@given(st.binary(max_size=90))
def test_any_bytes_are_read_or_refused(packet: bytes) -> None:
    found = rtp.read(memoryview(packet))
    assert found is None or len(found.body) <= len(packet) - 12


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(-(2**31), 2**31 - 1), max_size=20))
def test_time_goes_on_where_stamps_begin_again(first: int, steps: list[int]) -> None:
    ticks, stamp, total = rtp.Ticks(), first, 0
    assert ticks.at(first) == 0
    for step in steps:
        stamp, total = (stamp + step) % 2**32, total + step
        assert ticks.at(stamp) == total
