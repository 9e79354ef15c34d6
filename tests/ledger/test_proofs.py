"""Proofs made from tiles are those made from all leaves, travel as text, and hold offline."""

from __future__ import annotations

import contextlib
import random
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base.signing import SigningKey
from latchstring.ledger import log
from latchstring.ledger.checkpoint import Checkpoint, sign_checkpoint
from latchstring.ledger.merkle import (
    BadConsistency,
    BadInclusion,
    consistency_path,
    inclusion_path,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from latchstring.ledger.note import NoteForged, NoteUnsigned, Signer, Verifier
from latchstring.ledger.proofs import (
    BadProof,
    Proof,
    prove_consistency,
    prove_inclusion,
    verify_entry,
)
from latchstring.testing.storage import MemoryStorage

ORIGIN = "latchstring.test/ledger"
ENTRIES = [b"entry %d" % i for i in range(70_000)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
hashes = st.binary(min_size=32, max_size=32)


@cache
def log_of(size: int) -> tuple[MemoryStorage, Checkpoint]:
    storage = MemoryStorage()
    return storage, log.integrate(storage, old=Checkpoint.empty(ORIGIN), entries=ENTRIES[:size])


@given(data=st.data(), size=st.sampled_from([1, 2, 255, 256, 257, 511, 700, 1025]))
def test_inclusion_from_tiles(data: st.DataObject, size: int) -> None:
    """The same hashes as from all leaves."""
    index = data.draw(st.integers(0, size - 1))
    storage, checkpoint = log_of(size)
    proof = prove_inclusion(storage, index, "", size)
    assert list(proof.hashes) == [root_of(LEAVES[a:b]) for a, b in inclusion_path(index, size)]
    verify_inclusion(LEAVES[index], index, size, proof.hashes, checkpoint.root)


@given(data=st.data(), new=st.sampled_from([1, 2, 256, 257, 700, 1025]))
def test_consistency_from_tiles(data: st.DataObject, new: int) -> None:
    """The same hashes as from all leaves, for every smaller size."""
    old = data.draw(st.integers(0, new))
    storage, checkpoint = log_of(new)
    proof = prove_consistency(storage, old, new)
    assert proof == [root_of(LEAVES[a:b]) for a, b in consistency_path(old, new)]
    verify_consistency(old, new, proof, root_of(LEAVES[:old]), checkpoint.root)


def test_proofs_across_three_levels_of_tiles() -> None:
    """In a log of 70,000, at the borders of tiles and anywhere."""
    storage, checkpoint = log_of(70_000)
    at = [0, 255, 256, 65_535, 65_536, 69_999, *random.Random(6962).sample(range(70_000), 40)]
    for index in at:
        proof = prove_inclusion(storage, index, "", 70_000)
        verify_inclusion(LEAVES[index], index, 70_000, proof.hashes, checkpoint.root)
    for old in at[1:12]:
        proof_hashes = prove_consistency(storage, old, 70_000)
        verify_consistency(old, 70_000, proof_hashes, root_of(LEAVES[:old]), checkpoint.root)


def test_no_proof_of_what_is_not_there() -> None:
    storage, _ = log_of(10)
    with pytest.raises(BadInclusion):
        prove_inclusion(storage, 10, "", 10)
    with pytest.raises(BadConsistency):
        prove_consistency(storage, 11, 10)


@given(
    index=st.integers(0, 2**63 - 1),
    proof_hashes=st.lists(hashes, max_size=63),
    extra=st.binary(max_size=40),
)
def test_proof_file_round_trip(index: int, proof_hashes: list[bytes], extra: bytes) -> None:
    proof = Proof(index, tuple(proof_hashes), "origin\n1\nroot\n\n— name sig\n", extra)
    assert Proof.decode(proof.encode()) == proof


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v2\nindex 0\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n",
        "c2sp.org/tlog-proof@v1\nindex 01\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nindex -1\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\r\nindex 0\r\n\r\ncheckpoint\r\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n" + ("A" * 43 + "=\n") * 64 + "\ncheckpoint\n",
    ],
)
def test_what_is_no_proof_is_refused(text: str) -> None:
    with pytest.raises(BadProof):
        Proof.decode(text)


@given(st.text())
def test_any_text_is_refused_in_words(text: str) -> None:
    for spoiled in (text, f"c2sp.org/tlog-proof@v1\n{text}", f"c2sp.org/tlog-proof@v1\nindex {text}\n\n"):
        with contextlib.suppress(BadProof):
            Proof.decode(spoiled)


@pytest.fixture
def proven(signer: Signer) -> Proof:
    storage, checkpoint = log_of(700)
    return prove_inclusion(storage, 300, sign_checkpoint(checkpoint, signer), 700)


def test_entry_is_verified_offline(proven: Proof, verifier: Verifier) -> None:
    """Entry, proof and key suffice; as text or read."""
    assert verify_entry(ENTRIES[300], proven, verifier).size == 700
    assert verify_entry(ENTRIES[300], proven.encode(), verifier).size == 700


def test_another_entry_is_refused(proven: Proof, verifier: Verifier) -> None:
    with pytest.raises(BadInclusion):
        verify_entry(ENTRIES[301], proven, verifier)


def test_another_logs_key_is_refused(proven: Proof) -> None:
    with pytest.raises(NoteUnsigned):
        verify_entry(ENTRIES[300], proven, Verifier(ORIGIN, SigningKey(b"x" * 32).verify_key))


def test_changed_checkpoint_is_refused(proven: Proof, verifier: Verifier) -> None:
    changed = proven.checkpoint_text.replace("\n700\n", "\n701\n")
    with pytest.raises(NoteForged):
        verify_entry(ENTRIES[300], Proof(300, proven.hashes, changed), verifier)
