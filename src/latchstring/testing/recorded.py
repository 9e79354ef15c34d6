"""What the hub's recorder makes of a small film, without camera, thread or disk."""

from __future__ import annotations

from latchstring.base.ids import CameraId
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.recording.assembler import Assembler, WholeGop
from latchstring.hub.recording.models import Fragment, Run
from latchstring.testing.clock import FakeClock
from latchstring.testing.films import packets

CAMERA = CameraId("cam_aaaaaaaaaaaaaaaaaaaaaaaaaa")
SMALL = Scene(width=96, height=64, fps=5, gop_seconds=1, seed=0)


def made_of(
    scene: Scene, seconds: float, *, clock: FakeClock | None = None
) -> list[Run | Fragment | WholeGop]:
    """Everything, in order."""
    clock = clock or FakeClock()
    info, film = packets(scene, seconds, arrived=clock.monotonic())
    assembler = Assembler(CAMERA, info, clock)
    made = [m for packet in film for m in assembler.feed(packet)]
    return [*made, *assembler.finish()]


def gops_of(scene: Scene, seconds: float, *, clock: FakeClock | None = None) -> list[WholeGop]:
    """Its whole GOPs."""
    return [m for m in made_of(scene, seconds, clock=clock) if isinstance(m, WholeGop)]
