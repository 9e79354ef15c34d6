"""Where a log's hashes and entries lie, and how they are written (c2sp.org/tlog-tiles v0.1.0).

A tile holds up to 256 hashes of one level. Level 0 are leaf hashes; a hash of level n + 1 is the root of a
full tile of level n. A partial tile has its width in its name. Entries lie in bundles,
cut like the tiles of level 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from latchstring.base.errors import BadInput, VerificationError
from latchstring.ledger.entry import MAX_ENTRY_BYTES
from latchstring.ledger.merkle import HASH_BYTES

WIDTH = 256
LEVEL_BITS = 8
CHECKPOINT_PATH = "checkpoint"


class EntryTooLarge(BadInput):
    """An entry of the ledger has at most 65,535 bytes."""


class BadTile(VerificationError):
    """This is not a tile or an entry bundle of the expected width."""


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    return f"tile/{level}/{_name(index, width)}"


def entries_path(index: int, width: int = WIDTH) -> str:
    return f"tile/entries/{_name(index, width)}"


def width_at(level: int, size: int) -> int:
    """How many hashes the partial tile at the right edge of `level` has; 0 where there is none."""
    return (size >> (LEVEL_BITS * level)) % WIDTH


def levels(size: int) -> int:
    """How many levels have a tile, full or partial, in a log of `size`."""
    return -(-size.bit_length() // LEVEL_BITS)


def tiles_at(level: int, size: int) -> Iterator[tuple[int, int]]:
    """Each tile of `level` in a log of `size`, as (index, width); a level without hashes has none."""
    hashes = size >> (LEVEL_BITS * level)
    for index in range(hashes // WIDTH):
        yield index, WIDTH
    if hashes % WIDTH:
        yield hashes // WIDTH, hashes % WIDTH


def encode_tile(hashes: Sequence[bytes]) -> bytes:
    return b"".join(hashes)


def decode_tile(data: bytes, width: int) -> list[bytes]:
    if len(data) != width * HASH_BYTES:
        raise BadTile(f"a tile of {width} hashes has {width * HASH_BYTES} bytes, this one has {len(data)}")
    return [data[i : i + HASH_BYTES] for i in range(0, width * HASH_BYTES, HASH_BYTES)]


def encode_entries(entries: Sequence[bytes]) -> bytes:
    """An entry bundle: each entry after its length as a big-endian uint16."""
    if any(len(entry) > MAX_ENTRY_BYTES for entry in entries):
        raise EntryTooLarge
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def decode_entries(data: bytes, width: int) -> list[bytes]:
    entries: list[bytes] = []
    at = 0
    while at < len(data) and len(entries) < width:
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        if at > len(data) or start > len(data):
            raise BadTile("the entry bundle ends inside an entry")
        entries.append(data[start:at])
    if at != len(data) or len(entries) < width:
        raise BadTile(f"the entry bundle does not hold exactly {width} entries")
    return entries


def _name(index: int, width: int) -> str:
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    name = "/".join(reversed(groups))
    return name if width == WIDTH else f"{name}.p/{width}"
