import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.hub.cameras import h264
from latchstring.hub.cameras.errors import BrokenVideo
from latchstring.hub.cameras.synthetic import Scene
from latchstring.testing.films import packets

nal = st.binary(min_size=1, max_size=40).map(lambda b: b.replace(b"\x00", b"\x01"))


@given(st.lists(nal, min_size=1, max_size=6), st.sampled_from([b"\x00\x00\x01", b"\x00\x00\x00\x01"]))
def test_units_survive_both_framings_bit_for_bit(units, start_code):
    """Start codes and length prefixes are framing; the NAL units between them never change."""
    annex_b = b"".join(start_code + unit for unit in units)
    assert h264.split(annex_b, None) == units
    assert h264.split(h264.join(units), 4) == units


@given(st.lists(st.tuples(nal, st.integers(0, 3)), min_size=1, max_size=6))
def test_known_places_are_those_that_would_be_found(units):
    """Zeros behind a unit belong to no unit, whoever looks for it."""
    data, starts = b"", []
    for unit, zeros in units:
        data += h264.START_CODE
        starts.append(len(data))
        data += unit + bytes(zeros)
    assert h264.split_at(data, starts) == h264.split_annex_b(data)


def test_sei_is_kept():
    """A signature that the camera put into SEI stays where it was, byte for byte."""
    sei = bytes([0x06, 5, 16]) + bytes(range(1, 17)) + b"\x80"
    packet = b"\x00\x00\x00\x01" + sei + b"\x00\x00\x01\x65\x88\x84"
    assert sei in h264.join(h264.split(packet, None))


@pytest.mark.parametrize(
    ("data", "length_size"),
    [(b"", None), (b"no start code here", None), (b"\x00\x00\x00\x09abc", 4), (b"\x00\x00\x00\x00", 4)],
)
def test_what_holds_no_unit_is_broken(data, length_size):
    """Garbage is refused with a sentence, not with a crash."""
    with pytest.raises(BrokenVideo):
        h264.split(data, length_size)


@pytest.mark.parametrize(("width", "height"), [(640, 360), (1920, 1080), (322, 242), (64, 64)])
def test_the_picture_size_is_read(width, height):
    """Cropped sizes too: 1080 is no multiple of 16."""
    assert parameter_sets(Scene(width=width, height=height)).size == (width, height)


def test_the_decoder_record_is_read_back():
    """What stands in the init segment gives the same parameter sets again."""
    sets = parameter_sets(Scene())
    assert h264.read_extradata(sets.avcc()) == (sets, 4)
    assert sets.codec.startswith("avc1.64")


def parameter_sets(scene):
    _, [first, *_] = packets(scene, 0.2)
    return h264.parameter_sets(h264.split(first.data, None))


@given(st.binary(max_size=60))
def test_any_extradata_is_read_or_refused(data):
    """No bytes of a camera make the reader fall over."""
    try:
        sets, _ = h264.read_extradata(data)
        if sets is not None:
            _ = sets.size
    except BrokenVideo:
        pass


def test_repeated_parameter_sets_count_once():
    """Sent twice in one packet they are still the same stream, so no new run starts."""
    sps, pps = b"\x67\x64\x00\x0a\x01", b"\x68\xce\x01"
    assert h264.parameter_sets([sps, pps, sps, pps]) == h264.parameter_sets([sps, pps])
