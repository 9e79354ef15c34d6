"""`latchstring analyse bias requests`: what agencies ask, counted by anybody out of the public log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from latchstring.cli.main import main
from latchstring.ledger import tiles
from latchstring.ledger.entry import DisclosureMade, RequestApproved, RequestSubmitted
from latchstring.ledger.storage import DirectoryStorage
from latchstring.testing.town import Town

AT = "2026-11-23T08:00:00Z"
CELLS = ["86195da4fffffff", "86195da5fffffff"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["analyse", "bias", "requests", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A log in which one agency has 12 of 20 requests approved and another 2 of 20; one was shared."""
    town = Town()
    for agency, approved in (("north-pd", 12), ("south-pd", 2)):
        for n in range(20):
            request = f"rq_{agency}_{n}"
            town.enter(
                RequestSubmitted(
                    at=AT, request=request, agency=agency, officer="o", offence="burglary", cells=CELLS,
                    policy_sha256="", case_commitment="", recipient="", statement_sha256="",
                )
            )  # fmt: skip
            if n < approved:
                town.enter(RequestApproved(at=AT, request=request, statement_sha256=""))
    town.enter(DisclosureMade(at=AT, request="rq_north-pd_0", disclosure_sha256="", receipt_sha256=""))
    storage = DirectoryStorage(tmp_path / "ledger")
    for path, data in town.storage.files.items():
        storage.put(path, data)
    (tmp_path / "ledger" / "vkey").write_text(town.signer.vkey + "\n")
    return tmp_path / "ledger"


def test_anybody_counts_the_same(folder: Path) -> None:
    """The counts of the log; a rate of a tenth beside one of six tenths is beyond chance."""
    found = json.loads(run(folder, "--reference", "north-pd", "--json").stdout)
    first = found["steps"][0]
    assert (first["from"], first["to"], first["group"]) == ("submitted", "approved", "south-pd")
    assert (first["share"], first["reference_share"]) == (0.1, 0.6)
    assert first["finding"] == "lower"
    assert "2 of 20" in run(folder, "--reference", "north-pd").stdout


def test_by_area_each_request_counts_in_every_cell_it_touches(folder: Path) -> None:
    said = run(folder, "--by", "cell", "--json")
    assert {step["group"] for step in json.loads(said.stdout)["steps"]} <= set(CELLS)
    assert "14 of 40" in run(folder, "--by", "cell").stdout


def test_a_log_that_was_changed_is_not_counted(folder: Path, tmp_path: Path) -> None:
    """One sentence, and no report."""
    bundle = folder / tiles.entries_path(0, int((folder / "checkpoint").read_text().splitlines()[1]))
    bundle.write_bytes(bundle.read_bytes().replace(b"north-pd", b"South-pd", 1))
    said = run(folder, "--html", tmp_path / "page.html", "--json")
    assert said.exit_code != 0
    assert said.stdout == ""
    assert "does not hash to what the tile above it says" in said.stderr
    assert not (tmp_path / "page.html").exists()


def test_a_folder_without_a_log(tmp_path: Path) -> None:
    """As `latchstring ledger verify` says it."""
    said = run(tmp_path)
    assert said.exit_code == 1
    assert "holds no ledger" in said.stderr
