"""Go's own transparency-log library agrees with us: on what holds, and on what does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from latchstring.base.signing import SigningKey
from latchstring.ledger import log
from latchstring.ledger.checkpoint import Checkpoint
from latchstring.ledger.note import Signer
from latchstring.ledger.storage import DirectoryStorage
from latchstring.testing.go_verifier import GoDisagrees, verify_with_go

pytestmark = pytest.mark.slow  # the first run builds the program

ORIGIN = "latchstring.test/ledger"
SIZE = 66_000


@pytest.fixture
def folder(tmp_path: Path, signer: Signer) -> Path:
    """A log of three levels, grown in two steps."""
    storage = DirectoryStorage(tmp_path)
    entries = [b"entry %d" % i for i in range(SIZE)]
    checkpoint = log.integrate(storage, old=Checkpoint.empty(ORIGIN), entries=entries[:65_000])
    checkpoint = log.integrate(storage, old=checkpoint, entries=entries[65_000:])
    log.publish(storage, checkpoint, signer)
    return tmp_path


def flip(file: Path, at: int) -> None:
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(data)


def test_go_accepts_our_log(folder: Path, signer: Signer) -> None:
    verify_with_go(folder, signer.vkey)


def test_go_refuses_a_flipped_entry_byte(folder: Path, signer: Signer) -> None:
    flip(folder / "tile/entries/200", 100)
    with pytest.raises(GoDisagrees, match="does not hash to its leaf"):
        verify_with_go(folder, signer.vkey)


@pytest.mark.parametrize("tile", ["tile/0/200", "tile/0/257.p/208", "tile/1/000", "tile/2/000.p/1"])
def test_go_refuses_a_flipped_tile_byte(folder: Path, signer: Signer, tile: str) -> None:
    """In tiles of every level, full and partial."""
    flip(folder / tile, 5)
    with pytest.raises(GoDisagrees):
        verify_with_go(folder, signer.vkey)


def test_go_refuses_a_wrong_key(folder: Path) -> None:
    stranger = Signer(ORIGIN, SigningKey(b"x" * 32))
    with pytest.raises(GoDisagrees):
        verify_with_go(folder, stranger.vkey)


def test_go_opens_the_checkpoint_with_the_fixed_key(tmp_path: Path) -> None:
    """The known answer in tests/vectors, and the reference tree below it."""
    vectors = Path(__file__).parents[1] / "vectors"
    known = json.loads((vectors / "notes.json").read_text())["checkpoint"]
    leaves = [bytes.fromhex(leaf) for leaf in json.loads((vectors / "rfc6962.json").read_text())["leaves"]]
    storage = DirectoryStorage(tmp_path)
    log.integrate(storage, old=Checkpoint.empty(known["origin"]), entries=leaves)
    storage.put("checkpoint", known["note"].encode())
    verify_with_go(tmp_path, known["vkey"])
