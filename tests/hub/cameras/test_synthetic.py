import itertools

import pytest

from latchstring.base.clock import SystemClock
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
