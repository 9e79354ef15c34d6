"""Paint parts of a picture over. Solid, because blurred or coarse pixels can be worked back from many frames.

Everything is done in blocks of 2 x 2 pixels, the size of one colour sample (4:2:0), and a block that a region
only touches is painted whole, with those around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import av
import numpy as np
from numpy.typing import NDArray

from latchstring.hub.cameras.regions import Corner, Region

Blocks = NDArray[np.bool_]
Yuv = NDArray[np.uint8]
_FULL_RANGE = 2  # AVCOL_RANGE_JPEG
_NO_COLOUR = 128
_PLAIN = ("yuv420p", "yuvj420p")


@dataclass(frozen=True, kw_only=True)
class Box:
    """An upright rectangle in pixels: [left, right) x [top, bottom)."""

    left: float
    top: float
    right: float
    bottom: float

    def grown(self, share: float) -> Box:
        """By this share of its size, to each side."""
        wide, high = (self.right - self.left) * share, (self.bottom - self.top) * share
        return Box(
            left=self.left - wide, top=self.top - high, right=self.right + wide, bottom=self.bottom + high
        )

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def around(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(
            left=min(self.left, other.left),
            top=min(self.top, other.top),
            right=max(self.right, other.right),
            bottom=max(self.bottom, other.bottom),
        )


class Brush:
    """Covers the same regions in pictures of one size, and boxes where there are some."""

    def __init__(self, regions: Iterable[Region], width: int, height: int) -> None:
        self._columns, self._rows = width // 2, height // 2
        self._blocks = np.zeros((self._rows, self._columns), np.bool_)
        for region in regions:
            self._blocks |= touched(region.corners, self._columns, self._rows)

    def covered(self, boxes: Sequence[Box] = ()) -> Blocks:
        """Which blocks are painted."""
        if not boxes:
            return self._blocks
        blocks = self._blocks.copy()
        for box in boxes:
            left, top = max(int(box.left // 2), 0), max(int(box.top // 2), 0)
            blocks[top : int(-(-box.bottom // 2)), left : int(-(-box.right // 2))] = True
        return blocks

    def paint(self, picture: av.VideoFrame, boxes: Sequence[Box] = ()) -> av.VideoFrame:
        """A painted copy. The picture itself is left alone: the decoder may still need it."""
        if picture.format.name not in _PLAIN:
            picture = picture.reformat(format="yuv420p")
        yuv = cast(Yuv, picture.to_ndarray())
        blocks, high = self.covered(boxes), 2 * self._rows
        luma = blocks.repeat(2, axis=0).repeat(2, axis=1)
        np.copyto(yuv[:high], black(picture), where=luma)
        np.copyto(yuv[high:].reshape(2, self._rows, self._columns), _NO_COLOUR, where=blocks)
        painted = av.VideoFrame.from_ndarray(yuv, format=picture.format.name)
        painted.color_range = picture.color_range
        painted.colorspace = picture.colorspace
        return painted


def black(picture: av.VideoFrame) -> int:
    """The brightness of black: 0, or 16 where the picture keeps to television's range."""
    return 0 if picture.format.name == "yuvj420p" or picture.color_range == _FULL_RANGE else 16


def touched(corners: Sequence[Corner], columns: int, rows: int) -> Blocks:
    """The blocks that a polygon touches, and those beside them. Where it crosses itself, all of it counts."""
    points = [(x * columns, y * rows) for x, y in corners]
    sides = list(pairwise([*points, points[0]]))
    blocks = _inside(sides, columns, rows)
    for (x0, y0), (x1, y1) in sides:
        steps = int(2 * max(abs(x1 - x0), abs(y1 - y0))) + 2
        xs, ys = np.linspace(x0, x1, steps), np.linspace(y0, y1, steps)
        blocks[np.clip(ys, 0, rows - 1).astype(int), np.clip(xs, 0, columns - 1).astype(int)] = True
    grown = np.pad(blocks, 1)
    grown[1:-1] |= grown[:-2] | grown[2:]
    grown[:, 1:-1] |= grown[:, :-2] | grown[:, 2:]
    return grown[1:-1, 1:-1]


def _inside(sides: Sequence[tuple[Corner, Corner]], columns: int, rows: int) -> Blocks:
    """Whether the polygon winds around the middle of each block."""
    xs, ys = np.arange(columns)[None, :] + 0.5, np.arange(rows)[:, None] + 0.5
    winding = np.zeros((rows, columns), np.int16)
    for (x0, y0), (x1, y1) in sides:
        if y0 == y1:
            continue
        turn = 1 if y1 > y0 else -1
        left_of_it = turn * ((xs - x0) * (y1 - y0) - (ys - y0) * (x1 - x0)) < 0
        beside = (ys >= min(y0, y1)) & (ys < max(y0, y1)) & left_of_it
        winding += np.where(beside, turn, 0).astype(np.int16)
    blocks: Blocks = winding != 0
    return blocks
