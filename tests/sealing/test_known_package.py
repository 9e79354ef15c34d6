"""A package that was made once is readable for ever."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import bagit
import pytest

from latchstring.sealing.unseal import open_package
from latchstring.sealing.verify import verify_package
from latchstring.testing.packages import NOW

VECTOR = Path(__file__).parents[1] / "vectors" / "package"
CLIPS = {"clip-1.mp4": bytes(range(256)) * 4, "clip-2.mp4": b"latchstring" * 100}


def test_package_of_version_1_verifies_and_opens(tmp_path):
    """Whatever changes in the program, this file keeps its meaning."""
    vkey, key = (VECTOR / "ledger.vkey").read_text(), (VECTOR / "case-key.txt").read_text()
    assert len(verify_package(VECTOR / "outer", vkey=vkey, now=NOW, identity=key)) == 8
    opened = open_package(VECTOR / "outer", key, tmp_path / "opened")
    assert {p.name: p.read_bytes() for p in (opened / "data/original").iterdir()} == CLIPS


@pytest.mark.skipif(
    not all(map(shutil.which, ("age", "tar", "sha512sum"))), reason="age, tar or sha512sum is not installed"
)
def test_package_opens_without_our_program(tmp_path):
    """tar, sha512sum and age are all that an officer, or the defence, needs."""
    outer = tmp_path / "outer"
    shutil.copytree(VECTOR / "outer", outer)
    _run(["sha512sum", "--check", "--quiet", "manifest-sha512.txt", "tagmanifest-sha512.txt"], outer)
    inner = tmp_path / "inner"
    inner.mkdir()
    _run(["age", "-d", "-i", VECTOR / "case-key.txt", "-o", "../inner.tar", "data/sealed.age"], outer)
    _run(["tar", "-xf", "../inner.tar"], inner)
    _run(["sha512sum", "--check", "--quiet", "manifest-sha512.txt", "tagmanifest-sha512.txt"], inner)
    bagit.Bag(str(inner)).validate()
    assert {p.name: p.read_bytes() for p in (inner / "data/original").iterdir()} == CLIPS


@pytest.mark.skipif(
    not all(map(shutil.which, ("bash", "jq", "xxd"))), reason="bash, jq or xxd is not installed"
)
def test_commands_of_the_readme_inside_do_what_they_say(tmp_path):
    """The commitment worked out by the README's own lines is the one in the receipt."""
    opened = open_package(VECTOR / "outer", (VECTOR / "case-key.txt").read_text(), tmp_path / "opened")
    lines = (opened / "data/verify/README.txt").read_text().splitlines()
    start = next(n for n, line in enumerate(lines) if line.lstrip().startswith("{ jq"))
    command = "\n".join(lines[start : start + 2])
    told = subprocess.run(["bash", "-c", command], cwd=opened, capture_output=True, check=True, text=True)
    salts = (opened / "data/consent/salts.json").read_text()
    salt = bytes.fromhex(salts.partition('"clip-1":"')[2][:64])
    expected = hashlib.sha256(salt + hashlib.sha256(CLIPS["clip-1.mp4"]).digest()).hexdigest()
    assert told.stdout.split()[0] == expected


def _run(command: list[object], folder: Path) -> None:
    subprocess.run([str(part) for part in command], cwd=folder, check=True, capture_output=True)
