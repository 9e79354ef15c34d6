"""Real recordings with something to hide in them."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from latchstring.base.time import TimeRange
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.cameras.regions import Region
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.recording.assembler import WholeGop
from latchstring.hub.recording.clip import Clip, cut
from latchstring.hub.recording.writer import GopWriter
from latchstring.hub.store import Store
from latchstring.testing.recorded import CAMERA, gops_of

PORCH = Scene(width=160, height=120, fps=5, gop_seconds=1, every=6)
DOOR = Region(name="Door", corners=((0.6, 0.1), (0.95, 0.2), (0.9, 0.8), (0.65, 0.8)))


@pytest.fixture
def record(store: Store, now) -> Callable[..., Clip]:
    """Write a scene, or GOPs that were made before, into the store, and answer all of it as a clip."""
    with store.write() as db:
        camera_rows.add(CameraSettings(id=CAMERA, name="Porch", url="synthetic:"), now=now, db=db)

    def recorded(scene: Scene = PORCH, seconds: float = 4, *, made: Sequence[WholeGop] | None = None) -> Clip:
        writer = GopWriter(store)
        gops = [writer.write(gop) for gop in made or gops_of(scene, seconds)]
        writer.close()
        return cut(store, CAMERA, TimeRange(gops[0].during.start, gops[-1].during.end))

    return recorded


@pytest.fixture
def clip(record) -> Clip:
    """Four GOPs of somebody crossing a porch."""
    return record()


def frames(data: bytes | Path) -> list[NDArray[np.uint8]]:
    """Every picture, in RGB."""
    with av.open(io.BytesIO(data) if isinstance(data, bytes) else str(data)) as file:
        return [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]


def shown_at(data: bytes) -> list[int]:
    """When each picture is shown, in ticks, counted from the first."""
    with av.open(io.BytesIO(data)) as file:
        times = [frame.pts for frame in file.decode(video=0)]
    return [at - times[0] for at in times]
