"""Go's transparency-log library agrees that a package's entries are in the log."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from latchstring.base.signing import SigningKey
from latchstring.ledger.note import Signer
from latchstring.testing.forgery import flip
from latchstring.testing.go_verifier import build
from latchstring.testing.packages import ORIGIN

pytestmark = pytest.mark.slow  # the first run builds the program


def _check(package: Path, vkey: str) -> subprocess.CompletedProcess[str]:
    program = build(Path(__file__).parent / "go" / "main.go")
    entries = sorted((package / "public/entries").glob("*.json"))
    return subprocess.run([program, vkey, *entries], capture_output=True, text=True, check=False)


def test_go_finds_every_entry_in_the_log(made):
    """A stranger's program, given the package and the log's key, sees what we say."""
    done = _check(made.folder, made.vkey)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(made.parts.entries)


@pytest.mark.parametrize(
    "file", ["10-disclosure-made.json", "10-disclosure-made.tlog-proof", "07-vote-cast.json"]
)
def test_go_refuses_a_flipped_bit(package, file):
    """In an entry or in a proof."""
    flip(package.folder / "public/entries" / file, 400)
    done = _check(package.folder, package.vkey)
    assert done.returncode == 1
    assert file.partition(".")[0] in done.stderr


def test_go_refuses_another_logs_key(made):
    """The same name with another key is another log."""
    assert _check(made.folder, Signer(ORIGIN, SigningKey.generate()).vkey).returncode == 1
