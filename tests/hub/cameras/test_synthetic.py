import itertools
from datetime import timedelta

import pytest

from latchstring.base.clock import SystemClock
from latchstring.hub.cameras import font
from latchstring.hub.cameras.decode import Decoder
from latchstring.hub.cameras.errors import BadCameraUrl
from latchstring.hub.cameras.opener import CameraOpener
from latchstring.hub.cameras.synthetic import Painter, Scene
from latchstring.testing.films import BEGAN


def test_it_is_real_h264():
    """The packets decode to pictures of the size that the address asks for."""
    source = CameraOpener(SystemClock()).open("synthetic:?width=320&height=240&fps=30")
    decoder = Decoder(source.info.extradata)
    packets = list(itertools.islice(source.packets(), 4))
    pictures = [p for packet in packets for p in decoder.frames(packet.data, packet.pts)]
    pictures += decoder.rest()
    source.close()
    assert [(p.width, p.height) for p in pictures] == [(320, 240)] * 4
    assert pictures[0].key_frame


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("colour=red", "no parameter 'colour'"),
        ("width=99999", "'width' of synthetic: must be from 64 to 3840"),
        ("fps=ten", "'fps'"),
        ("width=101", "must be even"),
    ],
)
def test_a_wrong_parameter_is_named(query, says):
    """The refusal says which parameter, and what it may be."""
    with pytest.raises(BadCameraUrl, match=says):
        Scene.from_query(query)


def test_somebody_crosses_the_porch_unless_it_is_quiet():
    """`quiet=1` shows the same porch with nobody on it."""
    scene = Scene(seed=0)
    quiet = Painter(Scene(seed=0, quiet=1)).paint(6, BEGAN)
    assert (Painter(scene).paint(6, BEGAN) != quiet).mean() > 0.01
    assert (Painter(scene).paint(1, BEGAN) == quiet).all()


def test_the_time_of_day_is_burned_in():
    """A later second shows other digits in the corner, and nothing else of the picture changes."""
    scene = Scene(seed=0, width=640, height=360)
    now, later = (Painter(scene).paint(1, BEGAN + timedelta(seconds=n)) for n in (0, 1))
    high, wide = font.draw("2026-11-23 08:00:00.0Z", 2).shape
    changed = (now != later).nonzero()
    assert changed[0].size
    assert changed[0].max() < 4 + high
    assert changed[1].max() < 4 + wide
    bright = now[4 : 4 + high, 4 : 4 + wide] == 235
    shown = BEGAN.strftime("%Y-%m-%d %H:%M:%S.") + f"{BEGAN.microsecond // 100_000}Z"
    assert (bright == font.draw(shown, 2)).all()
