"""Merkle trees over SHA-256 as in RFC 6962, 2.1: hashing, and the checks of both kinds of proof."""

from __future__ import annotations

from collections.abc import Sequence

from latchstring.base.canonical import sha256
from latchstring.base.errors import VerificationError

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"")


class BadInclusion(VerificationError):
    """The inclusion proof does not lead from this entry to this root."""


class BadConsistency(VerificationError):
    """The consistency proof does not show that the larger log begins with the smaller one."""


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry)


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; also over the roots of full subtrees of one size and a smaller last one."""
    row = list(leaf_hashes)
    if not row:
        return EMPTY_ROOT
    while len(row) > 1:
        paired = [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]
        if len(row) % 2:
            paired.append(row[-1])
        row = paired
    return row[0]


def inclusion_path(index: int, size: int) -> list[tuple[int, int]]:
    """The subtrees [start, end) whose roots prove entry `index` in a tree of `size`, leaf's sibling first."""
    if not 0 <= index < size:
        raise BadInclusion(f"there is no entry {index} in a log of {size}")
    start, end = 0, size
    path = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return path[::-1]


def consistency_path(old_size: int, new_size: int) -> list[tuple[int, int]]:
    """The subtrees [start, end) whose roots prove that a tree of `new_size` begins with one of `old_size`."""
    if not 0 <= old_size <= new_size:
        raise BadConsistency(f"a log of {new_size} cannot begin with one of {old_size}")
    if old_size in (0, new_size):
        return []
    start, end = 0, new_size
    path = []
    while end != old_size:
        middle = start + _split(end - start)
        if old_size <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    if start:
        path.append((start, end))
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the entry with leaf hash `leaf` stands at `index` of the tree (RFC 9162, 2.1.3.2)."""
    path = inclusion_path(index, size)
    _check_length(proof, path, BadInclusion)
    running = leaf
    for (start, _), sibling in zip(path, proof, strict=True):
        running = node_hash(running, sibling) if index < start else node_hash(sibling, running)
    if running != root:
        raise BadInclusion


def verify_consistency(
    old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Check that the tree of `new_size` begins with the whole tree of `old_size` (RFC 9162, 2.1.4.2)."""
    path = consistency_path(old_size, new_size)
    _check_length(proof, path, BadConsistency)
    if old_size == 0:
        if old_root != EMPTY_ROOT:
            raise BadConsistency("the root of the empty log is wrong")
        return
    steps = list(zip(path, proof, strict=True))
    running_old = running_new = old_root
    if steps and steps[0][0][1] == old_size:
        (_, first), *steps = steps
        running_old = running_new = first
    for (start, _), sibling in steps:
        if start >= old_size:
            running_new = node_hash(running_new, sibling)
        else:
            running_old, running_new = node_hash(sibling, running_old), node_hash(sibling, running_new)
    if running_old != old_root or running_new != new_root:
        raise BadConsistency


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _check_length(
    proof: Sequence[bytes], path: Sequence[tuple[int, int]], error: type[VerificationError]
) -> None:
    if len(proof) != len(path):
        raise error(f"the proof has {len(proof)} hashes; {len(path)} are needed")
    if any(len(h) != HASH_BYTES for h in proof):
        raise error("a hash of the proof does not have 32 bytes")
