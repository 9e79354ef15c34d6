"""A package that came the whole way, and what a forger on its way could do to it."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from latchstring.cli.verify import checks
from latchstring.sealing.container import unpack
from latchstring.testing.forgery import flip, rebag
from latchstring.testing.waiting import until

PLACES = (
    "bagit.txt",
    "manifest-sha512.txt",
    "data/sealed.age",
    "public/disclosure.dsse.json",
    "public/receipt.dsse.json",
    "public/device.pub",
    "public/request.dsse.json",
    "public/votes/1.dsse.json",
    "public/policy.toml",
    "public/ledger.vkey",
    "public/entries/06-request-submitted.json",
    "public/entries/06-request-submitted.tlog-proof",
)


@pytest.fixture
def package(town, move_in, tmp_path) -> Path:
    """The outer bag of a disclosure that really was made."""
    home = move_in()
    asked = town.ask()
    home.wait_for(asked.id)
    home.share(asked.id)
    [made] = until(lambda: town.staff.officer.disclosures(asked.id), "the disclosure")
    town.network.wait_for_kind("disclosure-made", asked.id)
    tar = tmp_path / "package.tar"
    tar.write_bytes(town.staff.officer.package(made["id"]))
    unpack(tar, tmp_path / "unpacked")
    [bag] = (tmp_path / "unpacked").iterdir()
    return bag


def test_each_change_is_caught(town, package, tmp_path):
    """The package holds; with one bit flipped anywhere it does not, though the forger mends the manifests."""
    vkey = town.network.verifier.vkey
    assert _faults(package, vkey) == []
    entry = next((package / "public" / "entries").glob("*-request-submitted.json")).stem
    for place in PLACES:
        name = place.replace("06-request-submitted", entry)
        for mended in (False, True):
            changed = tmp_path / "changed"
            shutil.copytree(package, changed)
            flip(changed / name, 8 * ((changed / name).stat().st_size // 2) + 1)
            if mended:
                rebag(changed)
            mends_itself = mended and name in ("bagit.txt", "manifest-sha512.txt")  # written anew
            assert bool(_faults(changed, vkey)) is not mends_itself, (name, mended)
            shutil.rmtree(changed)


def _faults(package: Path, vkey: str) -> list[str]:
    return [check.what for check in checks(package, vkey=vkey, now=datetime.now(UTC)) if check.error]
