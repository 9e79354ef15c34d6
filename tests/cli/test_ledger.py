"""`latchstring ledger verify`: from a folder or an address, for people and for programs."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from latchstring.cli.main import main
from latchstring.ledger import tiles
from latchstring.ledger.storage import DirectoryStorage
from latchstring.testing.town import Town, key


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["ledger", "verify", *arguments])


@pytest.fixture
def town() -> Town:
    town = Town()
    town.approve(town.request())
    return town


@pytest.fixture
def folder(town: Town, tmp_path: Path) -> Path:
    """The town's ledger as files, with its key beside it."""
    storage = DirectoryStorage(tmp_path / "ledger")
    for path, data in town.storage.files.items():
        storage.put(path, data)
    (tmp_path / "ledger" / "vkey").write_text(town.signer.vkey + "\n")
    (tmp_path / "ledger.vkey").write_text(town.signer.vkey + "\n")
    return tmp_path / "ledger"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    """The same files, served."""
    handler = functools.partial(_Quiet, directory=str(folder.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_honest_folder(folder: Path, town: Town) -> None:
    """Exit 0, the entries counted by kind, and a word that the key was not pinned."""
    result = run(str(folder))
    assert result.exit_code == 0
    assert "The log latchstring.test/ledger holds together." in result.output
    assert "2  vote-cast" in result.output
    assert "It was not pinned." in result.output
    assert town.signer.vkey in result.output


def test_a_pinned_key_as_text_or_file(folder: Path, town: Town, tmp_path: Path) -> None:
    file = tmp_path / "known.vkey"
    file.write_text(town.signer.vkey)
    for vkey in (town.signer.vkey, str(file)):
        result = run(str(folder), "--vkey", vkey)
        assert result.exit_code == 0
        assert "pinned" not in result.output


def test_for_programs(folder: Path, town: Town) -> None:
    """One JSON object, with what was checked."""
    answer = json.loads(run(str(folder), "--json").output)
    assert answer["ok"] is True
    assert (answer["origin"], answer["size"]) == (town.origin, town.checkpoint.size)
    assert answer["kinds"]["key-enrolled"] == 4
    assert answer["pinned"] is False


@pytest.mark.parametrize("below", ["", "/", "/ledger", "/ledger/"])
def test_over_http(address: str, town: Town, below: str) -> None:
    """The network's address or the ledger's own."""
    answer = json.loads(run(address + below, "--json").output)
    assert answer["ok"] is True
    assert answer["size"] == town.checkpoint.size


def test_a_changed_entry_is_named_with_its_step(folder: Path, town: Town) -> None:
    bundle = folder / tiles.entries_path(0, town.checkpoint.size)
    bundle.write_bytes(bundle.read_bytes().replace(b"burglary", b"homicide"))
    result = run(str(folder))
    assert result.exit_code == 1
    assert "The log does not hold together, at step 3 of 5: entry 6 does not hash" in result.output
    answer = json.loads(run(str(folder), "--json").output)
    assert (answer["ok"], answer["step"], answer["error"]) == (False, 3, "entry_changed")


def test_a_wrong_key_is_step_1(folder: Path) -> None:
    stranger = Town("latchstring.test/ledger")
    stranger.signer = type(stranger.signer)(stranger.origin, key("stranger"))
    result = run(str(folder), "--vkey", stranger.signer.vkey)
    assert result.exit_code == 1
    assert "step 1 of 5" in result.output


def test_what_makes_no_sense(folder: Path, tmp_path: Path, address: str) -> None:
    """A mistyped key is exit 2; no ledger, or nobody there, is exit 1; each in one sentence."""
    (folder / "vkey").unlink()
    for arguments, code, said in [
        ((str(folder),), 2, "give it with --vkey"),
        ((str(folder), "--vkey", "nonsense"), 2, "not a verifier key"),
        ((str(tmp_path / "nowhere"),), 1, "holds no ledger"),
        ((f"{address}/nowhere",), 1, "serves no ledger"),
        (("http://127.0.0.1:9",), 1, "does not answer"),
    ]:
        result = run(*arguments)
        assert result.exit_code == code, result.output
        assert said in result.output
        assert "Traceback" not in result.output
