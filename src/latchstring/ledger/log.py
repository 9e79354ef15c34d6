"""Growing a log: entries in, bundles and tiles out, and the next checkpoint to sign.

Only the right edge is read and written. Everything is durable before the checkpoint is returned, and what is
written depends only on the old checkpoint and the entries: after a crash the same call writes the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from latchstring.base.errors import VerificationError
from latchstring.ledger import tiles
from latchstring.ledger.checkpoint import Checkpoint, sign_checkpoint
from latchstring.ledger.merkle import EMPTY_ROOT, leaf_hash, root_of
from latchstring.ledger.note import Signer
from latchstring.ledger.storage import NotStored, Reader, Storage
from latchstring.ledger.tiles import WIDTH

Edge = list[list[bytes]]
"""The hashes of the partial tile of each level, from the leaves up; a level without one has an empty row."""


class EdgeDamaged(VerificationError):
    """The stored ledger does not fit its last checkpoint; nothing was added. Restore it from a copy."""


def integrate(storage: Storage, *, old: Checkpoint, entries: Sequence[bytes]) -> Checkpoint:
    """Add `entries` behind `old` and return the new state, which is not yet signed or published."""
    if not entries:
        return old
    edge, tail = _read_edge(storage, old)
    _write_bundles(storage, old.size, [*tail, *entries])
    edge = _write_tiles(storage, old.size, edge, [leaf_hash(entry) for entry in entries])
    return Checkpoint(old.origin, old.size + len(entries), _root_of_edge(edge))


def publish(storage: Storage, checkpoint: Checkpoint, signer: Signer) -> str:
    """Sign the checkpoint and write it where readers look for it; returns the signed text."""
    text = sign_checkpoint(checkpoint, signer)
    storage.put(tiles.CHECKPOINT_PATH, text.encode())
    return text


def read_tile(reader: Reader, level: int, index: int, width: int) -> list[bytes]:
    """The hashes of a tile; where a partial one has been cleared away, the start of the full one."""
    try:
        return tiles.decode_tile(reader.get(tiles.tile_path(level, index, width)), width)
    except NotStored:
        if width == WIDTH:
            raise
    return tiles.decode_tile(reader.get(tiles.tile_path(level, index)), WIDTH)[:width]


def read_entries(reader: Reader, index: int, width: int) -> list[bytes]:
    """The entries of a bundle; where a partial one has been cleared away, the start of the full one."""
    try:
        return tiles.decode_entries(reader.get(tiles.entries_path(index, width)), width)
    except NotStored:
        if width == WIDTH:
            raise
    return tiles.decode_entries(reader.get(tiles.entries_path(index)), WIDTH)[:width]


def _read_edge(storage: Storage, old: Checkpoint) -> tuple[Edge, list[bytes]]:
    """The edge and the entries of the last, partial bundle, once they hash to the old root."""
    try:
        edge = [_read_row(storage, level, old.size) for level in range(tiles.levels(old.size))]
        width = tiles.width_at(0, old.size)
        tail = read_entries(storage, old.size // WIDTH, width) if width else []
    except (NotStored, tiles.BadTile) as e:
        raise EdgeDamaged(f"{EdgeDamaged.__doc__} ({e.message})") from e
    if _root_of_edge(edge) != old.root or [leaf_hash(entry) for entry in tail] != (edge[0] if edge else []):
        raise EdgeDamaged
    return edge, tail


def _read_row(storage: Storage, level: int, size: int) -> list[bytes]:
    width = tiles.width_at(level, size)
    index = size >> (tiles.LEVEL_BITS * (level + 1))
    return read_tile(storage, level, index, width) if width else []


def _write_bundles(storage: Storage, old_size: int, entries: Sequence[bytes]) -> None:
    """Write the bundles that hold `entries`, of which the first opens the bundle where `old_size` ends."""
    bundles = [entries[i : i + WIDTH] for i in range(0, len(entries), WIDTH)]
    encoded = [tiles.encode_entries(bundle) for bundle in bundles]
    for index, (bundle, data) in enumerate(zip(bundles, encoded, strict=True), start=old_size // WIDTH):
        storage.put(tiles.entries_path(index, len(bundle)), data)


def _write_tiles(storage: Storage, old_size: int, edge: Edge, hashes: list[bytes]) -> Edge:
    """Add `hashes` to level 0, carry the roots of tiles that become full upward, and return the new edge."""
    edge = [*edge]
    level = 0
    while hashes:
        row = [*edge[level], *hashes] if level < len(edge) else hashes
        index = old_size >> (tiles.LEVEL_BITS * (level + 1))
        hashes = []
        for i in range(0, len(row), WIDTH):
            tile = row[i : i + WIDTH]
            storage.put(tiles.tile_path(level, index + i // WIDTH, len(tile)), tiles.encode_tile(tile))
            if len(tile) == WIDTH:
                hashes.append(root_of(tile))
        edge[level : level + 1] = [row[len(row) - len(row) % WIDTH :]]
        level += 1
    return edge


def _root_of_edge(edge: Edge) -> bytes:
    """The root of the tree: a row holds full subtrees, all rows below it make one smaller last subtree."""
    root: list[bytes] = []
    for row in edge:
        if row or root:
            root = [root_of([*row, *root])]
    return root[0] if root else EMPTY_ROOT
