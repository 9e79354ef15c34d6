"""What the hub's recorder makes of a small film, without camera, thread or disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import av
import numpy as np
from numpy.typing import NDArray

from latchstring.base.ids import CameraId
from latchstring.hub.cameras import h264
from latchstring.hub.cameras.models import Packet, SoundPacket
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.recording.assembler import Assembler, WholeGop
from latchstring.hub.recording.models import Fragment, Run
from latchstring.hub.recording.sound_track import SoundPiece
from latchstring.testing.clock import FakeClock
from latchstring.testing.films import humming, packets

CAMERA = CameraId("cam_aaaaaaaaaaaaaaaaaaaaaaaaaa")
SMALL = Scene(width=96, height=64, fps=5, gop_seconds=1, seed=0)


def made_of(
    scene: Scene,
    seconds: float,
    *,
    clock: FakeClock | None = None,
    camera: CameraId = CAMERA,
    tone_rate: int | None = None,
) -> list[Run | Fragment | WholeGop | SoundPiece]:
    """Everything, in order; with a tone of so many samples a second, where that is asked for."""
    clock = clock or FakeClock()
    info, pictures = packets(scene, seconds, arrived=clock.monotonic())
    film: list[Packet | SoundPacket] = list(pictures)
    if tone_rate is not None:
        info, film = humming(info, pictures, rate=tone_rate)
    assembler = Assembler(camera, info, clock)
    made = [m for packet in film for m in assembler.feed(packet)]
    return [*made, *assembler.finish()]


def gops_of_pictures(
    pictures: Sequence[NDArray[np.uint8]], *, fps: int, clock: FakeClock | None = None
) -> list[WholeGop]:
    """Whole GOPs of a film of these pictures, in RGB."""
    high, wide, _ = pictures[0].shape
    frames = [av.VideoFrame.from_ndarray(p, format="rgb24").reformat(format="yuv420p") for p in pictures]
    clock = clock or FakeClock()
    scene = Scene(width=wide, height=high, fps=fps, gop_seconds=1)
    info, film = packets(scene, 0, arrived=clock.monotonic(), pictures=frames)
    assembler = Assembler(CAMERA, info, clock)
    made = [m for packet in film for m in assembler.feed(packet)]
    return [m for m in [*made, *assembler.finish()] if isinstance(m, WholeGop)]


def gops_of(
    scene: Scene,
    seconds: float,
    *,
    clock: FakeClock | None = None,
    camera: CameraId = CAMERA,
    tone_rate: int | None = None,
) -> list[WholeGop]:
    """Its whole GOPs."""
    made = made_of(scene, seconds, clock=clock, camera=camera, tone_rate=tone_rate)
    return [m for m in made if isinstance(m, WholeGop)]


def said_once(scene: Scene = SMALL, *, begins_after: float = 0.0) -> list[WholeGop]:
    """Two GOPs of a camera that says how its pictures are decoded when it is called, and not again."""
    clock = FakeClock()
    clock.advance(begins_after)
    info, film = packets(scene, 2, arrived=clock.monotonic())
    sets = h264.parameter_sets(h264.split_annex_b(film[0].data))
    assert sets is not None
    assembler = Assembler(CAMERA, replace(info, extradata=sets.avcc()), clock)
    made: list[object] = []
    for packet in film:
        units = [u for u in h264.split_annex_b(packet.data) if u[0] & 0x1F not in (h264.SPS, h264.PPS)]
        made += assembler.feed(packet._replace(data=h264.join(units)))
    return [m for m in [*made, *assembler.finish()] if isinstance(m, WholeGop)]


def data_of(*gops: WholeGop) -> bytes:
    """As they lie on the disk, one after the other."""
    return b"".join(part for gop in gops for part in gop.parts)
