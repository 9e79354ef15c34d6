"""Checking a whole log from what is served: every entry, every tile, the root, and that it only ever grew.

The steps, each with its own error; nothing after a step that does not hold is looked at:
1. the checkpoint is signed by the log's key and names this log
2. each entry bundle is there and whole
3. each tile of level 0 holds the hashes of those entries
4. each tile above holds the roots of the tiles below it
5. all of it together hashes to the checkpoint's root
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from latchstring.base import canonical
from latchstring.base.errors import BadInput, NotFound, VerificationError
from latchstring.ledger import tiles
from latchstring.ledger.checkpoint import Checkpoint, WrongOrigin, open_checkpoint
from latchstring.ledger.log import read_entries, read_tile
from latchstring.ledger.merkle import BadConsistency, leaf_hash, root_of, verify_consistency
from latchstring.ledger.note import Verifier
from latchstring.ledger.proofs import prove_consistency
from latchstring.ledger.storage import Reader
from latchstring.ledger.tiles import WIDTH

UNREADABLE = "(unreadable)"
Progress = Callable[[int, int], None]
"""Called with the number of entries checked so far, and of all."""


class LogError(VerificationError):
    """The log does not hold together."""

    step: ClassVar[int]


class CheckpointRefused(LogError):
    """The checkpoint is missing, or not signed by the log's key."""

    step = 1


class EntriesMissing(LogError):
    """A bundle of entries is missing or cut off."""

    step = 2


class EntryChanged(LogError):
    """An entry does not hash to what the tile above it says: one of the two was changed."""

    step = 3


class TileChanged(LogError):
    """A tile does not fit the tiles below it."""

    step = 4


class RootDiffers(LogError):
    """All tiles fit each other, but not the signed root."""

    step = 5


class RolledBack(VerificationError):
    """The log is smaller than one that was already seen: entries were taken out."""


class SplitView(VerificationError):
    """The log is not a continuation of the one that was already seen: somebody is shown another history."""


@dataclass(frozen=True)
class LogReport:
    """What was checked: `kinds` counts the entries of each kind."""

    origin: str
    size: int
    root: bytes
    kinds: dict[str, int]


def verify_log(
    reader: Reader,
    verifier: Verifier,
    *,
    progress: Progress | None = None,
    hear: Callable[[bytes], None] = lambda _: None,
) -> LogReport:
    """Derive everything again from the entries, and compare each tile and the root with it.

    `hear` is called with each entry in order, and they are good only once this has answered.
    """
    checkpoint = read_checkpoint(reader, verifier)
    kinds: Counter[str] = Counter()
    roots = []
    for index, width in tiles.tiles_at(0, checkpoint.size):
        entries = _entries(reader, index, width)
        leaves = [leaf_hash(entry) for entry in entries]
        for i, (said, leaf) in enumerate(zip(_tile(reader, 0, index, width), leaves, strict=True)):
            if said != leaf:
                raise EntryChanged(f"entry {index * WIDTH + i} does not hash to what the tile above it says")
        for entry in entries:
            kinds[_kind(entry)] += 1
            hear(entry)
        roots.append(root_of(leaves))
        if progress:
            progress(index * WIDTH + width, checkpoint.size)
    _verify_upper_tiles(reader, roots, checkpoint.size)
    if root_of(roots) != checkpoint.root:
        raise RootDiffers
    return LogReport(checkpoint.origin, checkpoint.size, checkpoint.root, dict(sorted(kinds.items())))


def read_checkpoint(reader: Reader, verifier: Verifier) -> Checkpoint:
    """The log's present checkpoint, once its signature holds."""
    try:
        return open_checkpoint(reader.get(tiles.CHECKPOINT_PATH).decode(), verifier)
    except (NotFound, VerificationError) as e:
        raise CheckpointRefused(e.message) from e
    except UnicodeDecodeError as e:
        raise CheckpointRefused("the checkpoint is not UTF-8") from e


def verify_append_only(reader: Reader, verifier: Verifier, seen: Checkpoint) -> Checkpoint:
    """The log's present checkpoint, once it is shown to continue the one that was `seen`."""
    checkpoint = read_checkpoint(reader, verifier)
    verify_grown(reader, seen, checkpoint)
    return checkpoint


def verify_grown(reader: Reader, seen: Checkpoint, now: Checkpoint) -> None:
    """Check that `now` continues `seen`: the same log, not smaller, and beginning with the same entries."""
    if now.origin != seen.origin:
        raise WrongOrigin(f"the checkpoint is of {now.origin!r}; seen before was {seen.origin!r}")
    if now.size < seen.size:
        raise RolledBack(
            f"the log has {now.size} entries; {seen.size} were already seen: entries were taken out"
        )
    try:
        proof = prove_consistency(reader, seen.size, now.size)
        verify_consistency(seen.size, now.size, proof, seen.root, now.root)
    except (BadConsistency, tiles.BadTile) as e:
        raise SplitView from e


def _verify_upper_tiles(reader: Reader, below: list[bytes], size: int) -> None:
    """Check the tiles of level 1 and up; `below` are the roots of all tiles of level 0."""
    for level in range(1, tiles.levels(size)):
        roots = []
        for index, width in tiles.tiles_at(level, size):
            row = below[index * WIDTH : index * WIDTH + width]
            if _tile(reader, level, index, width) != row:
                raise TileChanged(f"{tiles.tile_path(level, index, width)} does not fit the tiles below it")
            roots.append(root_of(row))
        below = roots


def _entries(reader: Reader, index: int, width: int) -> list[bytes]:
    try:
        return read_entries(reader, index, width)
    except (NotFound, VerificationError) as e:
        raise EntriesMissing(f"{tiles.entries_path(index, width)}: {e.message}") from e


def _tile(reader: Reader, level: int, index: int, width: int) -> list[bytes]:
    try:
        return read_tile(reader, level, index, width)
    except (NotFound, VerificationError) as e:
        raise TileChanged(f"{tiles.tile_path(level, index, width)}: {e.message}") from e


def _kind(entry: bytes) -> str:
    try:
        return str(canonical.decode(entry).get("kind", UNREADABLE))
    except BadInput:
        return UNREADABLE
