"""Proofs that an entry is in a log, made from tiles and checked offline (c2sp.org/tlog-proof@v1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from latchstring.base import canonical
from latchstring.base.errors import BadInput, VerificationError
from latchstring.ledger import tiles
from latchstring.ledger.checkpoint import BadCheckpoint, Checkpoint, open_checkpoint, whole_number
from latchstring.ledger.log import read_tile
from latchstring.ledger.merkle import (
    HASH_BYTES,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_of,
    verify_inclusion,
)
from latchstring.ledger.note import Verifier
from latchstring.ledger.storage import Reader

HEADER = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 63

TileReader = Callable[[int, int, int], list[bytes]]


class BadProof(VerificationError):
    """This is not a proof file of the form c2sp.org/tlog-proof@v1."""


@dataclass(frozen=True)
class Proof:
    """That some entry stands at `index` of the log whose signed checkpoint goes with it."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint_text: str
    extra: bytes = b""

    def encode(self) -> str:
        extra = [f"extra {canonical.to_base64(self.extra)}"] if self.extra else []
        hashes = [canonical.to_base64(h) for h in self.hashes]
        return "\n".join([HEADER, *extra, f"index {self.index}", *hashes, "", self.checkpoint_text])

    @classmethod
    def decode(cls, text: str) -> Proof:
        head, blank, checkpoint_text = text.partition("\n\n")
        lines = head.split("\n")
        if lines.pop(0) != HEADER or not blank:
            raise BadProof
        try:
            extra = b""
            if lines and lines[0].startswith("extra "):
                extra = canonical.from_base64(lines.pop(0).removeprefix("extra "))
            if not lines or not lines[0].startswith("index "):
                raise BadProof("the proof does not say which index the entry has")
            index = whole_number(lines.pop(0).removeprefix("index "))
            hashes = tuple(canonical.from_base64(line) for line in lines)
        except (BadInput, BadCheckpoint) as e:
            raise BadProof(e.message) from e
        if len(hashes) > MAX_HASHES or any(len(h) != HASH_BYTES for h in hashes):
            raise BadProof("a proof has at most 63 hashes of 32 bytes each")
        return cls(index, hashes, checkpoint_text, extra)


def prove_inclusion(reader: Reader, index: int, checkpoint_text: str, size: int) -> Proof:
    """The proof of entry `index` under a checkpoint of `size`."""
    read = _remembering(reader)
    hashes = tuple(_subtree(read, start, end, size) for start, end in inclusion_path(index, size))
    return Proof(index, hashes, checkpoint_text)


def prove_consistency(reader: Reader, old_size: int, new_size: int) -> list[bytes]:
    """The hashes which show that the log of `new_size` begins with the one of `old_size`."""
    read = _remembering(reader)
    return [_subtree(read, start, end, new_size) for start, end in consistency_path(old_size, new_size)]


def verify_entry(entry: bytes, proof: Proof | str, verifier: Verifier) -> Checkpoint:
    """The signed checkpoint that covers `entry`, once signature and proof hold."""
    if isinstance(proof, str):
        proof = Proof.decode(proof)
    checkpoint = open_checkpoint(proof.checkpoint_text, verifier)
    verify_inclusion(leaf_hash(entry), proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return checkpoint


def _remembering(reader: Reader) -> TileReader:
    """Read each tile at most once."""
    seen: dict[tuple[int, int, int], list[bytes]] = {}

    def read(level: int, index: int, width: int) -> list[bytes]:
        key = (level, index, width)
        if key not in seen:
            seen[key] = read_tile(reader, level, index, width)
        return seen[key]

    return read


def _subtree(read: TileReader, start: int, end: int, size: int) -> bytes:
    """The root over the entries [start, end) of a log of `size`, from the highest tiles that lie inside."""
    roots: list[bytes] = []
    while start < end:
        span = _largest_at(start, end)
        level = (span.bit_length() - 1) // tiles.LEVEL_BITS
        count = span >> (tiles.LEVEL_BITS * level)
        first = start >> (tiles.LEVEL_BITS * level)
        index, offset = divmod(first, tiles.WIDTH)
        in_level = size >> (tiles.LEVEL_BITS * level)
        hashes = read(level, index, min(tiles.WIDTH, in_level - index * tiles.WIDTH))
        roots.append(root_of(hashes[offset : offset + count]))
        start += span
    root = roots.pop()
    while roots:
        root = node_hash(roots.pop(), root)
    return root


def _largest_at(start: int, end: int) -> int:
    """How many entries the largest full subtree has that begins at `start` and does not go past `end`."""
    fits = 1 << ((end - start).bit_length() - 1)
    return min(fits, start & -start) if start else fits
