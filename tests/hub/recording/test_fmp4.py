import io

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.recording import fmp4
from latchstring.hub.recording.assembler import WholeGop
from latchstring.hub.recording.models import Fragment, Run
from latchstring.testing.films import coded
from latchstring.testing.recorded import SMALL, data_of, made_of


def file_of(made):
    run = next(m for m in made if isinstance(m, Run))
    return run.init + data_of(*(m for m in made if isinstance(m, WholeGop)))


@pytest.mark.parametrize("b_frames", [0, 2])
def test_what_is_written_is_read_frame_for_frame(b_frames):
    """libav reads the same pictures in the same order at the same times, with B-frames too."""
    scene = Scene(width=96, height=64, fps=10, gop_seconds=1, b_frames=b_frames, seed=0)
    extradata, frames = coded(scene, 3)
    with av.open(io.BytesIO(file_of(made_of(scene, 3)))) as file:
        pictures = list(file.decode(video=0))
    context = av.CodecContext.create("h264", "r")
    context.extradata = extradata or None
    direct = [p for frame in frames for p in context.decode(frame)] + context.decode(None)
    assert len(pictures) == 30
    assert all(np.array_equal(a.to_ndarray(), b.to_ndarray()) for a, b in zip(pictures, direct, strict=True))
    assert [p.pts - pictures[0].pts for p in pictures] == [9000 * n for n in range(30)]


def test_a_gop_on_disk_is_the_fragments_that_were_sent():
    """Live viewers and the disk have the same bytes: the fragments, then the seal."""
    made = made_of(SMALL, 2)
    sent, whole = b"", []
    for m in made:
        if isinstance(m, Fragment):
            sent += m.data
        elif isinstance(m, WholeGop):
            whole.append((sent + m.seal, data_of(m)))
            sent = b""
    # The keyframe that ends a GOP comes after it.
    assert len(whole) == 2
    assert all(a == b for a, b in whole)


def test_the_init_segment_is_read_back():
    """Everything that a run needs stands in its init segment."""
    run = next(m for m in made_of(SMALL, 1) if isinstance(m, Run))
    track, init = fmp4.read_init(run.init + b"what follows")
    assert (track, init) == (run.track, run.init)


def test_gops_are_found_again_with_their_times(gops):
    """prft and seal hold all that the index needs, exact to the microsecond."""
    init = gops[0].run.init
    found = list(fmp4.whole_gops(init + data_of(*gops), len(init)))
    assert [(f.start_us, f.end_us, f.frames, f.media_start) for f in found] == [
        (g.gop.start_us, g.gop.end_us, g.gop.frames, g.gop.media_start) for g in gops
    ]


def test_one_altered_byte_ends_what_is_whole(gops):
    """The seal's checksum covers the GOP, so zeros after a power cut are not taken for pictures."""
    data = bytearray(data_of(*gops[:2]))
    data[len(data_of(gops[0])) + 200] ^= 1
    assert len(list(fmp4.whole_gops(bytes(data), 0))) == 1


@given(st.integers(0, 4_102_444_800_000_000))
def test_utc_survives_the_ntp_form(us):
    """Each microsecond up to the year 2100 comes back exactly; NTP's first era ends in 2036."""
    head = fmp4.open_gop(us, 0)
    body = head + fmp4.fragment(1, 0, b"x", duration=1, offset=0, is_keyframe=True)
    sealed = body + fmp4.seal_gop([body], frames=1, duration=1, end_us=us + 1)
    [found] = fmp4.whole_gops(sealed, 0)
    assert found.start_us == us


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    """No file makes the reader fall over."""
    assert list(fmp4.whole_gops(data, 0)) == []
    with pytest.raises(fmp4.BadSegment):
        fmp4.read_init(data)
