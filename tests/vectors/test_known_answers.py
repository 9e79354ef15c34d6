"""Values that others published, or that were fixed once: whoever reimplements a format meets them again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from latchstring.base import canonical, signing
from latchstring.base.signing import Envelope, SigningKey, VerifyKey
from latchstring.ledger import log, merkle, tiles
from latchstring.ledger.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from latchstring.ledger.note import Signer, Verifier, open_note
from latchstring.ledger.proofs import Proof, prove_consistency, prove_inclusion
from latchstring.testing.storage import MemoryStorage


def vector(name: str) -> Any:
    return json.loads(Path(__file__).with_name(f"{name}.json").read_text())


RFC6962 = vector("rfc6962")
TILES = vector("tiles")
NOTES = vector("notes")
SIGNING = vector("signing")
LEAVES = [bytes.fromhex(leaf) for leaf in RFC6962["leaves"]]
ROOTS = [bytes.fromhex(root) for root in RFC6962["roots"]]


@pytest.fixture
def reference_log() -> MemoryStorage:
    storage = MemoryStorage()
    log.integrate(storage, old=Checkpoint.empty("reference"), entries=LEAVES)
    return storage


@pytest.mark.parametrize("size", range(9))
def test_roots_of_the_reference_tree(size: int) -> None:
    """Each root of Certificate Transparency's tree, at once and grown from every smaller size."""
    assert merkle.root_of([merkle.leaf_hash(leaf) for leaf in LEAVES[:size]]) == ROOTS[size]
    for first in range(size + 1):
        storage, empty = MemoryStorage(), Checkpoint.empty("reference")
        middle = log.integrate(storage, old=empty, entries=LEAVES[:first])
        assert log.integrate(storage, old=middle, entries=LEAVES[first:size]).root == ROOTS[size]


@pytest.mark.parametrize("case", RFC6962["inclusion"], ids=lambda c: f"{c['index']} of {c['size']}")
def test_inclusion_proofs_of_the_reference_tree(case: Any, reference_log: MemoryStorage) -> None:
    """Our proofs are the published ones, and they hold."""
    index, size = case["index"], case["size"]
    proof = tuple(bytes.fromhex(h) for h in case["proof"])
    storage = MemoryStorage()
    log.integrate(storage, old=Checkpoint.empty("reference"), entries=LEAVES[:size])

    assert prove_inclusion(storage, index, "", size) == Proof(index, proof, "")
    merkle.verify_inclusion(merkle.leaf_hash(LEAVES[index]), index, size, proof, ROOTS[size])


@pytest.mark.parametrize("case", RFC6962["consistency"], ids=lambda c: f"{c['old']} to {c['new']}")
def test_consistency_proofs_of_the_reference_tree(case: Any) -> None:
    """Our proofs are the published ones, and they hold."""
    old, new = case["old"], case["new"]
    proof = [bytes.fromhex(h) for h in case["proof"]]
    storage = MemoryStorage()
    log.integrate(storage, old=Checkpoint.empty("reference"), entries=LEAVES[:new])

    assert prove_consistency(storage, old, new) == proof
    merkle.verify_consistency(old, new, proof, ROOTS[old], ROOTS[new])


@pytest.mark.parametrize("case", TILES["names"], ids=lambda c: c["path"])
def test_tile_names(case: Any) -> None:
    """Groups of three digits, all but the last with an x; a partial tile says how wide it is."""
    assert tiles.tile_path(case["level"], case["index"], case["width"]) == case["path"]


@pytest.mark.parametrize("case", TILES["entries"], ids=lambda c: c["path"])
def test_entry_bundle_names(case: Any) -> None:
    assert tiles.entries_path(case["index"], case["width"]) == case["path"]


def test_layout_of_a_log_of_70000() -> None:
    """273 full tiles and one of 112; above them 1 and 17; above them one of 1; and nothing higher."""
    layout = TILES["layout"]
    size = layout["size"]
    assert tiles.levels(size) == len(layout["levels"])
    for level, expected in enumerate(layout["levels"]):
        found = list(tiles.tiles_at(level, size))
        assert [width for _, width in found].count(tiles.WIDTH) == expected["full"]
        assert tiles.width_at(level, size) == expected["partial"] == found[-1][1]
        assert tiles.tile_path(level, *found[-1]) == expected["path"]
    assert list(tiles.tiles_at(len(layout["levels"]), size)) == []


def test_note_of_the_specification() -> None:
    case = NOTES["example"]
    verifier = Verifier.from_vkey(case["vkey"])
    assert verifier.vkey == case["vkey"]
    assert open_note(case["note"], verifier) == case["text"]


def test_checkpoint_with_a_fixed_key() -> None:
    case = NOTES["checkpoint"]
    signer = Signer(case["origin"], SigningKey(bytes.fromhex(case["seed"])))
    checkpoint = Checkpoint(case["origin"], case["size"], bytes.fromhex(case["root"]))
    assert signer.vkey == case["vkey"]
    assert sign_checkpoint(checkpoint, signer) == case["note"]
    assert open_checkpoint(case["note"], Verifier.from_vkey(case["vkey"])) == checkpoint


@pytest.mark.parametrize("case", SIGNING["ed25519"]["cases"], ids=["empty", "one byte"])
def test_ed25519(case: Any) -> None:
    key = SigningKey(bytes.fromhex(case["seed"]))
    message, signature = bytes.fromhex(case["message"]), bytes.fromhex(case["signature"])
    assert key.verify_key == VerifyKey(bytes.fromhex(case["public_key"]))
    assert key.sign(message) == signature
    key.verify_key.verify(signature, message)


def test_dsse_pre_authentication_encoding() -> None:
    case = SIGNING["dsse"]
    encoded = signing.pre_authentication_encoding(case["payload_type"], case["payload"].encode())
    assert encoded == case["pae"].encode()


def test_dsse_envelope_form() -> None:
    """The envelope has the fields of the DSSE specification, the payload in base64."""
    case = SIGNING["dsse"]
    key = SigningKey(bytes.fromhex(SIGNING["ed25519"]["cases"][0]["seed"]))
    envelope = signing.sign(case["payload"].encode(), case["payload_type"], key)
    value = json.loads(envelope.encode())
    assert value == {
        "payload": case["payload_base64"],
        "payloadType": case["payload_type"],
        "signatures": [
            {"keyid": key.verify_key.fingerprint, "sig": canonical.to_base64(key.sign(case["pae"].encode()))}
        ],
    }
    assert Envelope.decode(envelope.encode()) == envelope


@pytest.mark.parametrize("case", SIGNING["canonical"]["cases"], ids=["numbers", "order"])
def test_canonical_json(case: Any) -> None:
    assert canonical.encode(canonical.decode(case["given"])) == case["canonical"].encode()
