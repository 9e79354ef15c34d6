"""`latchstring verify`: anybody can check a package, offline."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from latchstring.base.signing import SigningKey
from latchstring.cli.main import main
from latchstring.sealing.keys import CaseKey
from latchstring.sealing.outer import build_outer_bag
from latchstring.testing.forgery import flip, replace_files, resigned
from latchstring.testing.packages import NOW, PaperNetwork, make_package


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A valid package; read only."""
    return make_package(tmp_path_factory.mktemp("made"))


def _run(*arguments: object):
    return CliRunner().invoke(main, ["verify", *(str(a) for a in arguments)])


@pytest.fixture
def files(made, tmp_path):
    """The verifier key and the case key as files."""
    (tmp_path / "vkey").write_text(made.vkey + "\n")
    (tmp_path / "key").write_text(made.approved.case_key.to_text(NOW))
    return tmp_path


def test_valid_package_holds_in_numbered_lines(made, files):
    """People read one line a check; the exit code says the rest."""
    result = _run(made.folder, "--vkey", files / "vkey", "--key", files / "key")
    assert result.exit_code == 0, result.output
    lines = [line for line in result.output.splitlines() if "✓" in line]
    assert [int(line.split()[0]) for line in lines] == list(range(1, len(lines) + 1))
    assert f"All {len(lines)} checks held." in result.output
    assert "✗" not in result.output
    assert "the chain of custody holds" in lines[-1]


def test_json_is_for_programs(made, files):
    """The same checks, in the form that other programs read."""
    result = _run(made.folder, "--vkey", made.vkey, "--json")
    report = json.loads(result.output)
    assert result.exit_code == 0
    assert report["ok"] is True
    assert all(step.keys() == {"n", "what", "ok"} and step["ok"] for step in report["steps"])
    assert any("Enough reviewers are for it." in step["what"] for step in report["steps"])
    assert "error" not in report


def test_tar_is_as_good_as_a_folder(made, tmp_path):
    """What is downloaded needs no unpacking."""
    (tmp_path / "package.tar").write_bytes(b"".join(build_outer_bag(made.parts)))
    assert _run(tmp_path / "package.tar", "--vkey", made.vkey).exit_code == 0


def test_failed_check_is_the_last_line_and_exit_code_1(tmp_path):
    """The failing check is named; nothing after it is claimed."""
    made = make_package(tmp_path)
    flip(made.folder / "public/policy.toml", 77)
    human = _run(made.folder, "--vkey", made.vkey)
    assert human.exit_code == 1
    assert "  1 ✗ public/policy.toml is not the file" in human.output
    report = json.loads(_run(made.folder, "--vkey", made.vkey, "--json").output)
    assert report["ok"] is False
    assert report["steps"][-1]["ok"] is False
    assert report["code"] == "file_changed"
    assert "public/policy.toml" in report["error"]


def test_request_without_its_officers_signature_is_found_out(tmp_path):
    """The package may be whole and logged, and still answer a request nobody with a key has signed."""
    made = make_package(tmp_path / "made")
    forged = resigned(made.parts.request, {}, SigningKey.generate())
    folder = replace_files(made.folder, {"public/request.dsse.json": forged.encode()})
    report = json.loads(_run(folder, "--vkey", made.vkey, "--json").output)
    assert report["ok"] is False
    assert report["code"] == "unknown_officer_key"
    assert [step["ok"] for step in report["steps"]] == [True] * (len(report["steps"]) - 1) + [False]
    assert len(report["steps"]) > 5


def test_request_with_one_vote_of_two_is_found_out(tmp_path):
    """A network that approves without a quorum is caught by whoever checks."""
    network = PaperNetwork()
    approved = network.approve()
    alone = replace(
        approved,
        votes=approved.votes[:1],
        indexes=(approved.indexes[0], *approved.indexes[1:2], approved.indexes[3]),
    )
    made = make_package(tmp_path / "made", network=network, approved=alone)
    report = json.loads(_run(made.folder, "--vkey", made.vkey, "--json").output)
    assert report["code"] == "no_quorum"


def test_bad_arguments_are_exit_code_2(made, tmp_path):
    """What was asked wrongly is not blamed on the package."""
    (tmp_path / "text").write_text("hello")
    assert _run(tmp_path / "nothing").exit_code == 2
    assert _run(made.folder, "--vkey", tmp_path / "nothing").exit_code == 2
    assert _run(made.folder, "--vkey", "a+b+c").exit_code == 2
    assert _run(made.folder, "--key", tmp_path / "text").exit_code == 2


def test_case_key_that_does_not_fit_is_a_failed_check(made, tmp_path):
    """The outside holds; the inside cannot be looked at with this key."""
    (tmp_path / "key").write_text(CaseKey.generate().identity)
    result = _run(made.folder, "--vkey", made.vkey, "--key", tmp_path / "key")
    assert result.exit_code == 1
    assert "sealed to another key" in result.output


def test_what_is_no_package_fails_the_first_check(tmp_path):
    """A text file is neither a folder nor a tar."""
    (tmp_path / "text").write_text("hello")
    result = _run(tmp_path / "text")
    assert result.exit_code == 1
    assert "  1 ✗ text is neither" in result.output
