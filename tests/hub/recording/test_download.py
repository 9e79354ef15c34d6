import io
from datetime import timedelta

import av
import pytest

from latchstring.base.time import TimeRange, from_micros
from latchstring.hub.recording import fmp4
from latchstring.hub.recording.clip import cut
from latchstring.hub.recording.download import Download
from latchstring.hub.recording.keyframes import keyframes
from latchstring.testing.recorded import CAMERA


@pytest.fixture
def late(store, recorded):
    """A clip of the last two of four GOPs: cut late in its run."""
    return cut(store, CAMERA, TimeRange(recorded[2].during.start, recorded[3].during.end))


def read(data):
    """What a player makes of it: length in seconds, and each frame's time and bytes."""
    with av.open(io.BytesIO(data)) as file:
        stream = file.streams.video[0]
        packets = [(float(p.pts * p.time_base), bytes(p)) for p in file.demux(stream) if p.size]
        return float(stream.duration * stream.time_base), packets


def test_a_download_starts_at_0(late):
    """However late in its run the clip was cut; the frames are those of the clip, byte for byte."""
    length, frames = read(b"".join(Download(late).chunks()))
    _, of_clip = read(late.data)
    assert of_clip[0][0] > 1
    assert frames[0][0] == 0
    assert length == pytest.approx((late.end - late.start).total_seconds(), abs=0.01)
    assert [frame for _, frame in frames] == [frame for _, frame in of_clip]
    assert [at for at, _ in frames] == pytest.approx([at - of_clip[0][0] for at, _ in of_clip])


def test_its_size_is_known_before(late):
    """Chunk by chunk, so that a part of it can be sent."""
    download = Download(late)
    assert [len(chunk) for chunk in download.chunks()] == download.chunk_sizes()
    assert sum(download.chunk_sizes()) == download.size_bytes


def test_the_index_leads_to_every_gop(late):
    """`sidx` names each GOP's size and length (ISO/IEC 14496-12, 8.16.3)."""
    download = Download(late)
    head = download.chunk(0)
    references = head[head.index(b"sidx") - 4 + 40 :]
    sizes = [int.from_bytes(references[at : at + 4], "big") for at in range(0, len(references), 12)]
    assert sizes == [gop.size_bytes for gop in late.gops]


def test_a_download_is_not_taken_for_the_recording(late):
    """The recording's GOPs are sealed; the download's are not, and neither changes the other."""
    before = late.data
    download = Download(late)
    assert list(fmp4.whole_gops(before, len(late.init)))
    assert list(fmp4.whole_gops(b"".join(download.chunks()), len(download.chunk(0)))) == []
    assert late.data == before


def test_in_a_hurry_only_keyframes_are_sent(late):
    """One for each GOP, at the time it was filmed, and each lasts until the next."""
    fast = b"".join(keyframes(late))
    with av.open(io.BytesIO(fast)) as file:
        pictures = [packet for packet in file.demux(video=0) if packet.size]
    assert [picture.is_keyframe for picture in pictures] == [True, True]
    assert [p.pts for p in pictures] == [gop.media_start for gop in late.gops]
    assert pictures[0].pts + pictures[0].duration == pictures[1].pts
    assert len(fast) < late.size_bytes


def test_the_first_clip_of_a_run_is_downloaded_as_well(store, recorded):
    """The allowed twin: there is nothing to move."""
    clip = cut(store, CAMERA, recorded[0].during)
    length, frames = read(b"".join(Download(clip).chunks()))
    assert (frames[0][0], round(length)) == (0, 1)
    assert from_micros(recorded[0].start_us) + timedelta(seconds=1) == clip.end
