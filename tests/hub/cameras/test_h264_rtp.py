"""Pictures out of packets: whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from latchstring.hub.cameras import h264, rtp
from latchstring.hub.cameras.errors import CameraError
from latchstring.hub.cameras.h264_rtp import Interleaved, Picture, Pictures, parameter_sets
from latchstring.testing import rtp_packets
from latchstring.testing.rtp_packets import packets, together

SPS, PPS = b"\x67\x42\xc0\x1e" + b"\x9a" * 6, b"\x68\xce\x3c\x80"
STEP = 3000


def keyframe(slices: int = 1) -> list[bytes]:
    """Its slices' first macroblock is 0 in the first alone."""
    return [
        SPS,
        PPS,
        *(bytes([0x65, 0x88 if n == 0 else 0x41]) + bytes([n + 1]) * 700 for n in range(slices)),
    ]


def delta(content: int, slices: int = 1) -> list[bytes]:
    return [bytes([0x41, 0x9A if n == 0 else 0x41]) + bytes([content]) * 450 for n in range(slices)]


def annex_b(units: Iterable[bytes]) -> bytes:
    return b"".join(h264.START_CODE + unit for unit in units)


FILM = [keyframe(), delta(1), delta(2), keyframe(), delta(3), delta(4)]


def sent(film: list[list[bytes]], *, markers: str = "last", first_stamp: int = 0) -> list[bytes]:
    out: list[bytes] = []
    for n, units in enumerate(film):
        out += packets(units, number=65530 + len(out), stamp=first_stamp + n * STEP, markers=markers)
    return out


def new(channel: int = 0) -> Pictures:
    return Pictures(channel, 96, lambda: 0.0)


def taken(came: Iterable[bytes], *, pictures: Pictures | None = None) -> list[Picture]:
    pictures = pictures or new()
    found: list[Picture] = []
    for packet in came:
        read = rtp.read(memoryview(packet))
        if read is not None:
            pictures.take(read)
            found += pictures.whole()
    return found


def test_pictures_come_whole() -> None:
    """Through the end of 16 bits of sequence numbers, and bit for bit. The last one needs nobody after it."""
    found = taken(sent(FILM))
    assert [picture.data for picture in found] == [annex_b(units) for units in FILM]
    assert [picture.stamp for picture in found] == [n * STEP for n in range(len(FILM))]
    assert [picture.is_keyframe for picture in found] == [True, False, False, True, False, False]


def test_a_picture_has_come_when_its_last_piece_has() -> None:
    """Nothing is held back: it is handed over with that very packet."""
    pictures, came = new(), sent(FILM)
    last = [n for n, packet in enumerate(came) if packet[1] & 0x80]
    taken(came[: last[0] + 1], pictures=pictures)  # the first keyframe shows what the marker is worth
    assert len(taken(came[last[0] + 1 : last[1] + 1], pictures=pictures)) == 2
    for start, end in pairwise(last[1:]):
        assert len(taken(came[start + 1 : end + 1], pictures=pictures)) == 1


@pytest.mark.parametrize("markers", ["each", "none"])
@pytest.mark.parametrize("slices", [1, 3])
def test_markers_that_lie_cost_nothing_but_a_moment(markers: str, slices: int) -> None:
    """Set after each slice, or never: the time stamp decides."""
    film = [keyframe(slices), *(delta(n, slices) for n in range(5)), keyframe(slices), delta(9, slices)]
    found = taken(sent([*film, delta(10)], markers=markers))
    assert [picture.data for picture in found][: len(film)] == [annex_b(units) for units in film]


def test_parameter_sets_with_another_time_belong_to_the_keyframe() -> None:
    """Some cameras stamp them like the picture before, and mark them."""
    sets = list(packets([SPS, PPS], number=0, stamp=0, markers="each"))
    rest = list(packets(keyframe()[2:], number=2, stamp=STEP))
    later = list(packets(delta(1), number=2 + len(rest), stamp=2 * STEP))
    assert taken([*sets, *rest, *later])[0].data == annex_b(keyframe())


def test_small_units_may_share_a_packet() -> None:
    shared = rtp_packets.head(0, 0) + together([SPS, PPS])
    rest = packets(keyframe()[2:], number=1, stamp=0)
    later = packets(delta(1), number=5, stamp=STEP)
    assert taken([shared, *rest, *later])[0].data == annex_b(keyframe())


@pytest.mark.parametrize("missing", range(len(sent(FILM))))
def test_of_a_picture_that_lost_a_piece_nothing_is_handed_on(missing: int) -> None:
    """Whichever packet is lost: all that comes is whole. After a lost keyframe the next one comes first."""
    came = sent(FILM)
    del came[missing]
    whole = [annex_b(units) for units in FILM]
    no_sets = [annex_b(units[1:]) for units in FILM] + [annex_b([PPS, *FILM[0][2:]])]
    only_slices = [annex_b(units[:1] + units[2:]) for units in FILM]
    found = taken(came)
    assert len(found) >= 3
    assert all(picture.data in [*whole, *no_sets, *only_slices] for picture in found)
    lost = {rtp_stamp(came_stamp) for came_stamp in sent(FILM)[missing : missing + 1]}
    if 3 * STEP in lost and 3 * STEP not in {picture.stamp for picture in found}:
        assert max(picture.stamp for picture in found) < 3 * STEP


def rtp_stamp(packet: bytes) -> int:
    return int.from_bytes(packet[4:8], "big")


@pytest.mark.parametrize("kind", [25, 26, 27, 29])
def test_interleaved_pictures_are_refused_by_name(kind: int) -> None:
    with pytest.raises(Interleaved, match="interleaves"):
        taken([rtp_packets.head(0, 0) + bytes([kind]) + b"\0" * 20])


def eaten(came: list[bytes]) -> tuple[list[Picture], float]:
    """The pictures when pieces are taken on the wire wherever they can be, and the share that could."""
    pictures = new(channel=2)
    wire = b"".join(b"$\x02" + len(packet).to_bytes(2, "big") + packet for packet in came)
    view, at, bytes_eaten = memoryview(wire), 0, 0
    while at < len(wire):
        end = pictures.eat(view, at, len(wire))
        bytes_eaten, at = bytes_eaten + end - at, end
        if at == len(wire):
            break
        size = int.from_bytes(wire[at + 2 : at + 4], "big")
        packet = rtp.read(view[at + 4 : at + 4 + size])
        assert packet is not None
        pictures.take(packet)
        at += 4 + size
    return pictures.whole(), bytes_eaten / len(wire)


@pytest.mark.parametrize("slices", [1, 3])
def test_what_is_read_at_once_is_what_is_read_by_packet(slices: int) -> None:
    """On the wire, all but parameter sets; with the same result, and it is known where each unit begins."""
    film = [keyframe(slices), delta(1, slices), delta(2, slices), keyframe(slices), delta(3, slices)]
    found, share = eaten(sent(film))
    assert [picture.data for picture in found] == [annex_b(units) for units in film]
    assert [h264.split_at(picture.data, picture.starts) for picture in found] == film
    assert share > 0.9


@pytest.mark.parametrize("slices", [1, 3])
@pytest.mark.parametrize("markers", ["last", "each", "none"])
def test_what_is_lost_is_lost_alike(slices: int, markers: str) -> None:
    """Whichever packet is missing, and wherever the camera sets its markers."""
    film = [keyframe(slices), delta(1, slices), delta(2, slices), keyframe(slices), delta(3, slices)]
    came = sent(film, markers=markers)
    for missing in range(len(came)):
        rest = came[:missing] + came[missing + 1 :]
        by_packet = [(picture.data, picture.starts) for picture in taken(rest)]
        assert [(picture.data, picture.starts) for picture in eaten(rest)[0]] == by_packet


UNITS = st.one_of(
    st.sampled_from([SPS, PPS, b"\x06\x01", b"\x09\xf0"]),
    st.builds(
        lambda name, first, size: bytes([name, first]) + b"x" * size,
        st.sampled_from([0x41, 0x61, 0x65]),
        st.sampled_from([0x9A, 0x88, 0x41]),
        st.integers(0, 450),
    ),
)


@given(
    st.lists(st.lists(UNITS, min_size=1, max_size=4), min_size=1, max_size=6),
    st.sampled_from(["last", "each", "none"]),
    st.lists(st.tuples(st.sampled_from(["lost", "twice", "late"]), st.integers(0, 40)), max_size=4),
)
@example([[SPS, *delta(1), PPS], delta(2), delta(3)], "last", [("lost", 7), ("lost", 7), ("lost", 7)])
def test_whatever_comes_is_read_alike(film, markers, mishaps) -> None:
    """Slices large and small in any order, and packets that are lost, come twice or change places."""
    came = sent([keyframe(), *film], markers=markers)
    for what, at in mishaps:
        at %= len(came)
        if what == "twice":
            came.insert(at, came[at])
        else:
            packet = came.pop(at)
            if what == "late":
                came.insert(at + 1, packet)
        if not came:
            return
    assert eaten(came)[0] == taken(came)


@pytest.mark.parametrize("markers", ["last", "none"])
def test_a_picture_arrived_with_its_last_piece(markers: str) -> None:
    """Not with the first of the next one, where it is the time stamp that ends it."""
    now = -1.0
    pictures, came = Pictures(0, 96, lambda: now), sent(FILM, markers=markers)
    found = []
    for packet in came:
        now += 1
        found += taken([packet], pictures=pictures)
    last = [n for n, (a, b) in enumerate(pairwise([*came, b""])) if rtp_stamp(a) != rtp_stamp(b)]
    assert [picture.arrived for picture in found] == last[: len(found)]
    assert len(found) >= len(FILM) - 1


@given(st.lists(st.binary(max_size=40), max_size=30))
def test_any_packets_are_taken_or_refused(bodies: list[bytes]) -> None:
    """Never another error, and never more than came."""
    came = [rtp_packets.head(n, n // 3, marker=n % 3 == 2) + body for n, body in enumerate(bodies)]
    try:
        found = taken(came)
    except CameraError:
        return
    assert sum(len(picture.data) for picture in found) <= sum(map(len, bodies)) + 4 * 40 * len(bodies)


@given(st.binary(max_size=120), st.integers(0, 130), st.integers(0, 130))
def test_any_bytes_are_eaten_or_left(data: bytes, at: int, end: int) -> None:
    """It never stops before it began, or beyond what is there."""
    pictures = new()
    taken([rtp_packets.head(0, 0) + b"\x7c\x85" + b"\x88" * 9], pictures=pictures)
    end = min(end, len(data))
    at = min(at, end)
    assert at <= pictures.eat(memoryview(data), at, end) <= end


@pytest.mark.parametrize("text", ["", "Z0LAHg==", "!!!,???", "aM48gA==,aM48gA==", "Z0I=,aM48gA=="])
def test_parameter_sets_that_cannot_be_read_are_left_out(text: str) -> None:
    """They come with the pictures, too."""
    assert parameter_sets(text) == b""
