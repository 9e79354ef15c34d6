"""Which pixels a region covers, and that they are gone."""

from __future__ import annotations

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon, box

from latchstring.hub.cameras.regions import BadRegion, Region
from latchstring.hub.redaction.paint import Box, Brush, black, touched

shares = st.floats(0, 1, allow_nan=False)
SQUARE = Region(name="Square", corners=((0.25, 0.25), (0.5, 0.25), (0.5, 0.5), (0.25, 0.5)))


@given(corners=st.lists(st.tuples(shares, shares), min_size=3, max_size=6))
def test_no_block_that_a_region_touches_is_left_out(corners):
    """However it is drawn: thin, crossing itself, along the edge."""
    columns, rows = 16, 12
    try:
        Region(name="", corners=tuple(corners))
    except BadRegion:
        return
    blocks = touched(corners, columns, rows)
    shape = Polygon([(x * columns, y * rows) for x, y in corners]).buffer(0)
    for row in range(rows):
        for column in range(columns):
            if shape.intersection(box(column, row, column + 1, row + 1)).area > 0:
                assert blocks[row, column], (column, row)


def test_a_region_covers_little_more_than_itself():
    """A block beyond its edge at most, so that what may be seen is seen."""
    blocks = Brush([SQUARE], 160, 120).covered()
    assert blocks[14:32, 19:42].all()
    blocks[14:32, 19:42] = False
    assert not blocks.any()


def test_a_sliver_is_covered_too():
    """Between two blocks' middles there is still something to see."""
    sliver = ((0.401, 0.1), (0.402, 0.1), (0.402, 0.9))
    assert touched(sliver, 80, 60)[8:52, 32].all()


def picture(form: str, width: int = 32, height: int = 16) -> av.VideoFrame:
    rgb = np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)
    return av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=form)


@pytest.mark.parametrize("form", ["yuv420p", "yuvj420p", "yuv422p", "yuv444p", "yuv420p10le"])
def test_what_is_covered_is_black_in_every_kind_of_picture(form):
    """In brightness and in colour; beside it the picture stays, and the original is not touched."""
    before = picture(form)
    kept = before.to_ndarray(format="rgb24").copy()
    brush = Brush([SQUARE], 32, 16)
    after = brush.paint(before)
    hidden = brush.covered().repeat(2, 0).repeat(2, 1)
    luma = np.frombuffer(memoryview(after.planes[0]), np.uint8).reshape(16, -1)[:, :32]
    assert (luma[hidden] == black(after)).all()
    rgb = after.to_ndarray(format="rgb24")
    assert rgb[2 * 3 : 2 * 3 + 2, 2 * 5 : 2 * 7].max() <= 2
    assert (before.to_ndarray(format="rgb24") == kept).all()
    outside = av.VideoFrame.from_ndarray(kept, format="rgb24").reformat(format=after.format.name)
    seen = np.frombuffer(memoryview(outside.planes[0]), np.uint8).reshape(16, -1)[:, :32]
    assert np.abs(luma[~hidden].astype(int) - seen[~hidden]).mean() < 3


def test_boxes_are_painted_where_they_are_and_only_this_once():
    brush = Brush([], 32, 16)
    assert not brush.covered().any()
    blocks = brush.covered([Box(left=-5, top=3, right=3.5, bottom=90)])
    assert blocks[1:, :2].all()
    assert not blocks[0].any()
    assert not blocks[:, 2:].any()
    assert not brush.covered().any()
