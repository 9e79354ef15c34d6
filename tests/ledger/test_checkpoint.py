"""Checkpoints: only one that the log's key signed for this very log opens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base.signing import SigningKey
from latchstring.ledger.checkpoint import (
    BadCheckpoint,
    Checkpoint,
    WrongOrigin,
    open_checkpoint,
    sign_checkpoint,
    whole_number,
)
from latchstring.ledger.note import Signer, Verifier, sign_note

ROOT = "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg="
SIGNER = Signer("latchstring.test/ledger", SigningKey(bytes(range(32))))


@given(size=st.integers(1, 2**63 - 1), root=st.binary(min_size=32, max_size=32))
def test_round_trip(size: int, root: bytes) -> None:
    checkpoint = Checkpoint(SIGNER.name, size, root)
    assert open_checkpoint(sign_checkpoint(checkpoint, SIGNER), SIGNER.verifier) == checkpoint


def test_extension_lines_are_allowed(signer: Signer, verifier: Verifier) -> None:
    """A later version may say more; the three first lines mean the same."""
    note = sign_note(f"{signer.name}\n8\n{ROOT}\nmore\n", signer)
    assert open_checkpoint(note, verifier).size == 8


@pytest.mark.parametrize(
    "body",
    [
        f"ORIGIN\n08\n{ROOT}\n",
        f"ORIGIN\n-8\n{ROOT}\n",
        f"ORIGIN\n8 \n{ROOT}\n",
        f"ORIGIN\n٨\n{ROOT}\n",
        f"ORIGIN\n{2**63}\n{ROOT}\n",
        "ORIGIN\n8\nAAAA\n",
        "ORIGIN\n8\n????\n",
        f"ORIGIN\n0\n{ROOT}\n",
        "ORIGIN\n8\n",
        f"ORIGIN\n\n8\n{ROOT}\n",
        f"ORIGIN\n8\n{ROOT}\n\nmore\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(signer: Signer, verifier: Verifier, body: str) -> None:
    note = sign_note(body.replace("ORIGIN", signer.name), signer)
    with pytest.raises(BadCheckpoint):
        open_checkpoint(note, verifier)


def test_another_logs_checkpoint_is_refused_though_signed(signer: Signer, verifier: Verifier) -> None:
    note = sign_note(f"elsewhere.test/ledger\n8\n{ROOT}\n", signer)
    with pytest.raises(WrongOrigin):
        open_checkpoint(note, verifier)


def test_a_key_signs_for_its_own_log_only(signer: Signer) -> None:
    with pytest.raises(WrongOrigin):
        sign_checkpoint(Checkpoint.empty("elsewhere.test/ledger"), signer)


def test_numbers_are_written_one_way() -> None:
    assert [whole_number(text) for text in ("0", "1", "70000", str(2**63 - 1))] == [0, 1, 70000, 2**63 - 1]
