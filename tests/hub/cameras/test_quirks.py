"""Habits of real cameras; none costs a picture."""

from __future__ import annotations

import itertools
from contextlib import closing
from typing import get_args

import pytest

from latchstring.base.clock import SystemClock
from latchstring.hub.cameras import h264
from latchstring.hub.cameras.opener import CameraOpener
from latchstring.hub.cameras.synthetic import Scene
from latchstring.testing.films import packets
from latchstring.testing.quirky_camera import STEP, Quirk, QuirkyCamera


@pytest.fixture(scope="module")
def film() -> list[list[bytes]]:
    """Pictures as NAL units; keyframes begin with their parameter sets."""
    _, film = packets(Scene(width=96, height=64, fps=10, gop_seconds=1), 2)
    return [h264.split(packet.data, None) for packet in film]


@pytest.mark.parametrize("quirk", get_args(Quirk))
def test_each_picture_comes(film: list[list[bytes]], quirk: Quirk) -> None:
    """Whole, in order, and in time, across the end of 32 bits; the camera is told when it was enough."""
    camera = QuirkyCamera(film, quirk)
    with camera as url:
        with closing(CameraOpener(SystemClock()).open(url)) as source:
            came = list(itertools.islice(source.packets(), len(film)))
        assert [h264.split(packet.data, None) for packet in came] == film
        assert [packet.dts for packet in came] == [n * STEP for n in range(len(film))]
        sets, _ = h264.read_extradata(source.info.extradata)
        assert (sets is None) == (quirk == "no parameter sets")
    assert any(line.startswith("TEARDOWN") for line in camera.heard)
    assert not any("secret" in line for line in camera.heard)
    assert not any(
        "backchannel" in line for line in camera.heard
    )  # asked for, it blocks buttons of doorbells
