import itertools

import pytest

from latchstring.base.clock import SystemClock
from latchstring.hub.cameras.errors import BadCameraUrl, NotVideo, UnsupportedCodec
from latchstring.hub.cameras.opener import CameraOpener
from latchstring.hub.cameras.synthetic import Scene
from latchstring.testing.films import film


@pytest.fixture
def opener():
    return CameraOpener(SystemClock())


def test_a_file_is_played_at_its_pace_and_over_again(opener, tmp_path):
    """Media time runs on over the seam, each frame arrives at its time, and none is lost."""
    film(tmp_path / "short.mp4", Scene(width=128, height=96, fps=30), 0.5)
    source = opener.open(f"file:{tmp_path}/short.mp4")
    packets = list(itertools.islice(source.packets(), 31))
    source.close()
    ticks = source.info.timescale
    media = [(p.dts - packets[0].dts) / ticks for p in packets]
    assert media == pytest.approx([n / 30 for n in range(31)])
    arrived = packets[-1].arrived - packets[0].arrived
    assert arrived >= 0.99


def test_b_frames_keep_their_order(opener, tmp_path):
    """Decode times rise, presentation times do not."""
    film(tmp_path / "b.mp4", Scene(width=128, height=96, fps=30, b_frames=2), 0.5)
    source = opener.open(f"file:{tmp_path}/b.mp4")
    packets = list(itertools.islice(source.packets(), 15))
    source.close()
    assert [p.dts for p in packets] == sorted(p.dts for p in packets)
    assert [p.pts for p in packets] != sorted(p.pts for p in packets)


def test_hevc_is_named_and_refused(opener, tmp_path):
    """The owner reads which codec it is and what to set."""
    film(tmp_path / "hevc.mp4", Scene(width=128, height=96), 0.3, codec="libx265")
    with pytest.raises(UnsupportedCodec, match=r"HEVC \(H.265\).*set this stream to H.264"):
        opener.open(f"file:{tmp_path}/hevc.mp4")


def test_other_files_are_refused(opener, tmp_path):
    """A missing file, a folder and a text each get their own sentence."""
    (tmp_path / "notes.txt").write_text("no video at all " * 100)
    with pytest.raises(NotVideo, match=r"not a video file"):
        opener.open(f"file:{tmp_path}/notes.txt")
    with pytest.raises(BadCameraUrl, match="there is no video file"):
        opener.open(f"file:{tmp_path}/missing.mp4")
    with pytest.raises(BadCameraUrl, match="is a folder"):
        opener.open(f"file:{tmp_path}")
