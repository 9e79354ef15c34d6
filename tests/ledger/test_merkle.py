"""Hashing and both kinds of proof, against RFC 6962's own recursive definitions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base.canonical import sha256
from latchstring.ledger.merkle import (
    EMPTY_ROOT,
    BadConsistency,
    BadInclusion,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [leaf_hash(b"%d" % i) for i in range(130)]
sizes = st.integers(1, len(LEAVES))


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node_hash(naive_root(leaves[:k]), naive_root(leaves[k:]))


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2."""
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*naive_subproof(m, leaves[:k], whole), naive_root(leaves[k:])]
    return [*naive_subproof(m - k, leaves[k:], False), naive_root(leaves[:k])]


@given(size=st.integers(0, len(LEAVES)))
def test_root_is_that_of_the_recursion(size: int) -> None:
    assert root_of(LEAVES[:size]) == naive_root(LEAVES[:size])


def test_a_leaf_is_never_a_node() -> None:
    """Domain separation: the entry whose bytes are two hashes does not hash like their parent."""
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])
    assert root_of([]) == EMPTY_ROOT


@given(data=st.data(), size=sizes)
def test_inclusion_path_is_that_of_the_recursion_and_holds(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = [naive_root(LEAVES[a:b]) for a, b in inclusion_path(index, size)]
    assert proof == naive_path(index, LEAVES[:size])
    verify_inclusion(LEAVES[index], index, size, proof, naive_root(LEAVES[:size]))


@given(data=st.data(), size=st.integers(2, len(LEAVES)))
def test_inclusion_of_anything_else_is_refused(data: st.DataObject, size: int) -> None:
    """Another leaf, place, size, root, or a changed, missing or added hash."""
    index = data.draw(st.integers(0, size - 1))
    proof, root = naive_path(index, LEAVES[:size]), naive_root(LEAVES[:size])
    other = data.draw(st.integers(0, size - 1).filter(lambda i: i != index))
    place = data.draw(st.integers(0, len(proof) - 1))
    changed = [h if i != place else sha256(h) for i, h in enumerate(proof)]
    for leaf, i, n, hashes, r in [
        (LEAVES[other], index, size, proof, root),
        (LEAVES[index], other, size, proof, root),
        (LEAVES[index], index, size, changed, root),
        (LEAVES[index], index, size, proof[:-1], root),
        (LEAVES[index], index, size, [*proof, root], root),
        (LEAVES[index], index, size, [h[:-1] for h in proof], root),
        (LEAVES[index], index, size, proof, sha256(root)),
        (LEAVES[index], size, size, proof, root),
        (LEAVES[index], -1, size, proof, root),
    ]:
        with pytest.raises(BadInclusion):
            verify_inclusion(leaf, i, n, hashes, r)


def test_hashes_of_another_length_are_refused_as_such() -> None:
    with pytest.raises(BadInclusion, match="32 bytes"):
        verify_inclusion(LEAVES[0], 0, 2, [LEAVES[1] + b"x"], naive_root(LEAVES[:2]))
    with pytest.raises(BadConsistency, match="32 bytes"):
        verify_consistency(1, 2, [LEAVES[1][:-1]], LEAVES[0], naive_root(LEAVES[:2]))


@given(data=st.data(), new=sizes)
def test_consistency_path_is_that_of_the_recursion_and_holds(data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(1, new))
    proof = [naive_root(LEAVES[a:b]) for a, b in consistency_path(old, new)]
    assert proof == naive_subproof(old, LEAVES[:new], True)
    verify_consistency(old, new, proof, naive_root(LEAVES[:old]), naive_root(LEAVES[:new]))


@given(data=st.data(), new=st.integers(2, len(LEAVES)))
def test_consistency_of_another_history_is_refused(data: st.DataObject, new: int) -> None:
    """A changed entry in the old part, a changed root or a changed proof."""
    old = data.draw(st.integers(1, new - 1))
    proof = naive_subproof(old, LEAVES[:new], True)
    old_root, new_root = naive_root(LEAVES[:old]), naive_root(LEAVES[:new])
    rewritten = [*LEAVES[: old - 1], leaf_hash(b"rewritten"), *LEAVES[old:new]]
    place = data.draw(st.integers(0, len(proof) - 1))
    changed = [h if i != place else sha256(h) for i, h in enumerate(proof)]
    for hashes, before, after in [
        (naive_subproof(old, rewritten, True), old_root, naive_root(rewritten)),
        (proof, sha256(old_root), new_root),
        (proof, old_root, sha256(new_root)),
        (changed, old_root, new_root),
        (proof[:-1], old_root, new_root),
        ([*proof, new_root], old_root, new_root),
    ]:
        with pytest.raises(BadConsistency):
            verify_consistency(old, new, hashes, before, after)


def test_consistency_at_the_borders() -> None:
    """Every log continues the empty one and itself; none continues a larger one."""
    root = naive_root(LEAVES[:5])
    verify_consistency(0, 5, [], EMPTY_ROOT, root)
    verify_consistency(5, 5, [], root, root)
    for old, new, before, after in [(0, 5, root, root), (5, 5, root, sha256(root)), (6, 5, root, root)]:
        with pytest.raises(BadConsistency):
            verify_consistency(old, new, [], before, after)
