"""Sums over neighbourhoods are what their plain definitions say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as pictures

from latchstring.hub.motion.arithmetic import blur, bounds, crowded, means, near, share_around, with_margin

SHAPES = pictures.array_shapes(min_dims=2, max_dims=2, min_side=3, max_side=24)
BITS = pictures.arrays(np.bool_, SHAPES)


def around(values, row, column, reach):
    """What lies within `reach` of a pixel."""
    return values[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1]


def pixels(values):
    return np.ndindex(values.shape)


@given(pictures.arrays(np.uint8, SHAPES))
def test_blur_adds_nine(luma):
    """Of bright pictures too: nothing overflows."""
    sums = blur(luma)
    assert sums.shape == (luma.shape[0] - 2, luma.shape[1] - 2)
    assert all(sums[r, c] == around(luma, r + 1, c + 1, 1).astype(int).sum() for r, c in pixels(sums))


@given(BITS, st.integers(1, 9))
def test_crowded_are_those_in_company(bits, least):
    """The border has no nine around it."""
    found = crowded(bits, least)
    for r, c in pixels(bits):
        inside = 0 < r < bits.shape[0] - 1 and 0 < c < bits.shape[1] - 1
        assert found[r, c] == (inside and bits[r, c] and around(bits, r, c, 1).sum() >= least)


@given(BITS, st.sampled_from([1, 2, 4, 8]))
def test_near_is_within_reach(bits, reach):
    """Also over the border of a picture smaller than the reach."""
    found = near(bits, reach)
    assert all(found[r, c] == around(bits, r, c, reach).any() for r, c in pixels(bits))


@given(BITS, st.sampled_from([1, 2, 4]))
def test_share_is_of_what_there_is(bits, reach):
    """The part is looked at alone, and counts as a part of the whole picture."""
    part = (slice(1, bits.shape[0]), slice(0, bits.shape[1] - 1))
    rest = bits.copy()
    rest[0], rest[:, -1] = False, False
    found = share_around(bits[part], reach, of=bits.shape, part=part)
    expected = [
        [around(rest, r, c, reach).mean() for c in range(part[1].stop)] for r in range(1, part[0].stop)
    ]
    assert found == pytest.approx(np.array(expected), abs=1e-6)


@given(st.integers(1, 3), st.integers(9, 20), st.integers(9, 20), st.randoms(use_true_random=False))
def test_means_are_of_full_neighbourhoods(several, rows, columns, random):
    """Of one picture and of several, none of which reaches into the next."""
    values = np.array([random.random() for _ in range(several * rows * columns)], np.float32)
    values = values.reshape(several, rows, columns)
    found = means(values, 4)
    assert found.shape == (several, rows - 8, columns - 8)
    for n, r, c in pixels(found):
        assert found[n, r, c] == pytest.approx(around(values[n], r + 4, c + 4, 4).mean(), rel=1e-5)
    assert np.array_equal(means(values[0], 4), found[0])


@given(BITS.filter(np.any), st.integers(0, 4))
def test_bounds_hold_all_bits(bits, margin):
    """No more than the margin beyond the outermost."""
    down, across = bounds(bits, margin)
    rows, columns = np.nonzero(bits)
    assert (down.start, down.stop) == (
        max(0, rows.min() - margin),
        min(bits.shape[0], rows.max() + margin + 1),
    )
    assert (across.start, across.stop) == (
        max(0, columns.min() - margin),
        min(bits.shape[1], columns.max() + margin + 1),
    )


@given(pictures.arrays(np.int16, SHAPES), st.integers(1, 6))
def test_beyond_the_border_is_the_border_again(values, margin):
    """As padding with the edge would make it."""
    part = (slice(1, values.shape[0]), slice(0, values.shape[1] - 1))
    padded = np.pad(values, margin, mode="edge")
    expected = padded[1:, : -1 or None][: values.shape[0] - 1 + 2 * margin]
    assert np.array_equal(with_margin(values, part, margin), expected)
