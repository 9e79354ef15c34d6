"""The ledger's key and origin are made once."""

from __future__ import annotations

import stat

import pytest

from latchstring.network.ledger.keys import OtherOrigin, signer


def test_the_key_is_made_at_the_first_start_and_found_at_the_next(tmp_path):
    """A later default does not rename the log."""
    first = signer(tmp_path, origin="", first_origin="localhost:8600/ledger")

    again = signer(tmp_path, origin="", first_origin="localhost:9999/ledger")

    assert again == first
    assert first.name == "localhost:8600/ledger"
    assert stat.S_IMODE((tmp_path / "ledger.key").stat().st_mode) == 0o600


def test_another_origin_is_refused_and_the_same_is_not(tmp_path):
    """A log cannot change its name without becoming another log."""
    signer(tmp_path, origin="a.example/log", first_origin="a.example/log")

    with pytest.raises(OtherOrigin, match=r"It is 'a\.example/log', not 'b\.example/log'"):
        signer(tmp_path, origin="b.example/log", first_origin="b.example/log")
    assert signer(tmp_path, origin="a.example/log", first_origin="x").name == "a.example/log"
