"""Sound out of packets: every access unit, with the time of its first sample."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.hub.cameras import rtp, sound_rtp
from latchstring.hub.cameras.models import AAC_FRAME, SoundPacket
from latchstring.hub.cameras.sdp import Format
from latchstring.testing.rtp_packets import head

HBR = {"mode": "AAC-hbr", "sizelength": "13", "indexlength": "3", "indexdeltalength": "3", "config": "1408"}
AAC = Format(payload=97, name="MPEG4-GENERIC", rate=16_000, parameters=HBR)
MULAW = Format(payload=0, name="PCMU", rate=8000)


def units(*sizes: int) -> bytes:
    """Heads of access units (RFC 3640, 3.2.1)."""
    return (16 * len(sizes)).to_bytes(2, "big") + b"".join((size << 3).to_bytes(2, "big") for size in sizes)


def taken(told: Format, *packets: tuple[int, bytes]) -> list[SoundPacket]:
    sound = sound_rtp.info(told)
    assert sound is not None
    take = sound_rtp.reader(told, sound)
    out: list[SoundPacket] = []
    for number, (stamp, body) in enumerate(packets):
        packet = rtp.read(memoryview(head(number, stamp) + body))
        assert packet is not None
        out += take(packet, float(number))
    return out


def test_several_units_in_one_packet() -> None:
    found = taken(AAC, (7, units(3, 2) + b"abcde"), (7 + 2 * AAC_FRAME, units(1) + b"f"))
    assert [(packet.data, packet.pts) for packet in found] == [
        (b"abc", 0),
        (b"de", AAC_FRAME),
        (b"f", 2 * AAC_FRAME),
    ]


def test_one_unit_in_several_packets() -> None:
    """It has come with its last piece; one that lost a piece is left out."""
    whole = taken(AAC, (0, units(6) + b"abc"), (0, units(6) + b"def"))
    assert [(packet.data, packet.arrived) for packet in whole] == [(b"abcdef", 1.0)]
    assert [p.data for p in taken(AAC, (0, units(6) + b"abc"), (9, units(2) + b"xy"))] == [b"xy"]


def test_samples_are_passed_on() -> None:
    found = taken(MULAW, (0, b"a" * 160), (160, b"b" * 160))
    assert [(len(packet.data), packet.pts) for packet in found] == [(160, 0), (160, 160)]


@pytest.mark.parametrize(
    "told",
    [
        Format(payload=97, name="OPUS", rate=48_000, channels=2),
        Format(payload=97, name="MPEG4-GENERIC", rate=16_000),
        Format(payload=97, name="MPEG4-GENERIC", rate=16_000, parameters=HBR | {"config": "xy"}),
        Format(payload=97, name="MPEG4-GENERIC", rate=16_000, parameters=HBR | {"sizelength": "99"}),
        Format(payload=0, name="PCMU", rate=0),
    ],
)
def test_what_is_not_known_is_not_taken(told: Format) -> None:
    assert sound_rtp.info(told) is None


@given(st.lists(st.tuples(st.integers(0, 3), st.binary(max_size=60)), max_size=10))
def test_any_bytes_are_sound_or_nothing(packets: list[tuple[int, bytes]]) -> None:
    """Never an error, and never more than came."""
    found = taken(AAC, *packets)
    assert sum(len(packet.data) for packet in found) <= sum(len(body) for _, body in packets)
