"""Tiles and entry bundles: what is written is read, and anything else is refused."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.ledger import tiles
from latchstring.ledger.tiles import BadTile, EntryTooLarge


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=20))
def test_entries_round_trip(entries: list[bytes]) -> None:
    assert tiles.decode_entries(tiles.encode_entries(entries), len(entries)) == entries


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=20), st.data())
def test_cut_or_lengthened_bundle_is_refused(entries: list[bytes], data: st.DataObject) -> None:
    encoded = tiles.encode_entries(entries)
    cut = data.draw(st.integers(0, len(encoded) - 1))
    for spoiled in (encoded[:cut], encoded + b"\x00", encoded + b"\x00\x00"):
        with pytest.raises(BadTile):
            tiles.decode_entries(spoiled, len(entries))


@given(st.binary(max_size=200), st.integers(1, 256))
def test_any_bytes_are_read_or_refused(data: bytes, width: int) -> None:
    """Nothing but BadTile comes out, and what is read encodes to the same bytes."""
    with contextlib.suppress(BadTile):
        assert tiles.encode_entries(tiles.decode_entries(data, width)) == data


def test_largest_entry_fits_and_a_larger_one_does_not() -> None:
    largest = bytes(65_535)
    assert tiles.decode_entries(tiles.encode_entries([largest]), 1) == [largest]
    with pytest.raises(EntryTooLarge):
        tiles.encode_entries([largest + b"x"])


def test_a_tile_has_exactly_its_width() -> None:
    hashes = [bytes([i]) * 32 for i in range(5)]
    data = tiles.encode_tile(hashes)
    assert tiles.decode_tile(data, 5) == hashes
    for width, spoiled in [(4, data), (6, data), (5, data[:-1]), (5, data + b"x")]:
        with pytest.raises(BadTile):
            tiles.decode_tile(spoiled, width)


@given(st.integers(0, 2**40))
def test_the_tiles_of_a_level_hold_all_its_hashes(size: int) -> None:
    """The number of levels is the least that holds everything; each level's last tile is its edge."""
    assert (size >> (8 * tiles.levels(size))) == 0
    for level in range(tiles.levels(size)):
        hashes = size >> (8 * level)
        assert hashes > 0
        assert tiles.width_at(level, size) == hashes % 256
