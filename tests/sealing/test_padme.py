"""Lengths say little."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.sealing.padme import padded

lengths = st.integers(0, 1 << 45)


@given(lengths)
def test_padding_never_cuts_and_costs_at_most_twelve_percent(length):
    """What is padded still fits, and pays little for it."""
    assert length <= padded(length) <= length * 1.12


@given(lengths)
def test_few_lengths_remain(length):
    """The result has at most log2(log2(n)) + 1 leading bits that say anything: Padmé's promise."""
    result = padded(length)
    if length >= 2:
        significant = result.bit_length() - (result & -result).bit_length() + 1
        assert significant <= math.floor(math.log2(length.bit_length() - 1 or 1)) + 2
    assert padded(result) == result


@given(lengths, lengths)
def test_order_is_kept(a, b):
    """A longer file is never padded to a shorter one."""
    assert (padded(a) <= padded(b)) or a > b


@given(st.integers(1, 1 << 36))
def test_whole_tar_blocks_stay_whole(blocks):
    """A padded tar still ends on a block."""
    assert padded(blocks * 512) % 512 == 0


@pytest.mark.parametrize(
    ("length", "expected"),
    [(0, 0), (1, 1), (8, 8), (9, 10), (100, 104), (1000, 1024), (1 << 20, 1 << 20), ((1 << 20) + 1, 1081344)],
)
def test_known_answers(length, expected):
    """Values of the paper's algorithm, worked out by hand."""
    assert padded(length) == expected
