"""`latchstring agency`: keys of cases, and opening what was given."""

from __future__ import annotations

import shutil
import stat
import subprocess

import pytest
from click.testing import CliRunner

from latchstring.cli.main import main
from latchstring.sealing.keys import CaseKey
from latchstring.testing.forgery import flip
from latchstring.testing.packages import NOW, make_package


@pytest.fixture
def case(tmp_path):
    """A package, its case key in a file, and the command line."""
    made = make_package(tmp_path)
    key = tmp_path / "case-key.txt"
    key.write_text(made.approved.case_key.to_text(NOW))
    return made, key


def _run(*arguments: object):
    return CliRunner().invoke(main, [str(a) for a in arguments])


def test_keygen_writes_a_key_for_its_owner_only_and_never_twice(tmp_path):
    """A case key is not lost by making another one."""
    path = tmp_path / "key.txt"
    first = _run("agency", "keygen", "--out", path)
    assert first.exit_code == 0
    assert CaseKey.read(path.read_text()).recipient in first.output
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_text()
    second = _run("agency", "keygen", "--out", path)
    assert second.exit_code == 1
    assert "not overwritten" in second.output
    assert path.read_text() == before


def test_keygen_without_a_file_prints_the_key():
    """For those who pipe it into their own safe."""
    result = _run("agency", "keygen")
    assert result.exit_code == 0
    assert CaseKey.read(result.output).recipient in result.output


@pytest.mark.skipif(shutil.which("age") is None, reason="Debian's age is not installed")
def test_key_opens_files_of_the_age_command(tmp_path):
    """The key file is age's own form."""
    path = tmp_path / "key.txt"
    _run("agency", "keygen", "--out", path)
    recipient = CaseKey.read(path.read_text()).recipient
    sealed = subprocess.run(["age", "-r", recipient], input=b"hello", capture_output=True, check=True).stdout
    opened = subprocess.run(["age", "-d", "-i", path], input=sealed, capture_output=True, check=True).stdout
    assert opened == b"hello"


def test_open_checks_and_then_shows_the_clips(case, tmp_path):
    """The officer gets the originals and reads what was checked."""
    made, key = case
    result = _run(
        "agency", "open", made.folder, "--key", key, "--out", tmp_path / "opened", "--vkey", made.vkey
    )
    assert result.exit_code == 0, result.output
    assert "the owner agreed to give 2 clips" in result.output
    assert "NOT PINNED" not in result.output
    assert (tmp_path / "opened/data/original/clip-1.mp4").read_bytes() == b"first clip" * 5000


def test_open_without_a_pinned_key_says_so_loudly(case, tmp_path):
    """It opens, but nobody is led to believe more than was shown."""
    made, key = case
    result = _run("agency", "open", made.folder, "--key", key, "--out", tmp_path / "opened")
    assert result.exit_code == 0
    assert "NOT PINNED" in result.output


def test_changed_package_is_not_opened(case, tmp_path):
    """A flipped bit is named, and no folder appears."""
    made, key = case
    flip(made.folder / "data/sealed.age", 12345)
    result = _run(
        "agency", "open", made.folder, "--key", key, "--out", tmp_path / "opened", "--vkey", made.vkey
    )
    assert result.exit_code == 1
    assert "✗ data/sealed.age is not the file" in result.output
    assert "not opened" in result.output
    assert not (tmp_path / "opened").exists()


def test_package_that_is_not_in_the_log_is_not_opened(case, tmp_path):
    """What is not public did not happen: an unlogged package stays shut, even with the right key."""
    made, key = case
    other = make_package(tmp_path / "elsewhere")
    result = _run(
        "agency", "open", made.folder, "--key", key, "--out", tmp_path / "opened", "--vkey", other.vkey
    )
    assert result.exit_code == 1
    assert "of the log" in result.output
    assert not (tmp_path / "opened").exists()


def test_key_of_another_case_is_told_apart(case, tmp_path):
    """A key that does not fit is said to be that, not a damaged file."""
    made, _ = case
    wrong = tmp_path / "wrong.txt"
    wrong.write_text(CaseKey.generate().to_text(NOW))
    result = _run("agency", "open", made.folder, "--key", wrong, "--out", tmp_path / "opened")
    assert result.exit_code == 1
    assert "sealed to another key" in result.output
    assert not (tmp_path / "opened").exists()


def test_bad_files_and_places_are_the_callers_to_mend(case, tmp_path):
    """No key in the file: 2. Something at the place already: 1, and it stays."""
    made, key = case
    (tmp_path / "empty").write_text("")
    bad_key = _run("agency", "open", made.folder, "--key", tmp_path / "empty", "--out", tmp_path / "opened")
    assert bad_key.exit_code == 2
    assert "AGE-SECRET-KEY-1" in bad_key.output
    assert (
        _run("agency", "open", made.folder, "--key", tmp_path / "none", "--out", tmp_path / "x").exit_code
        == 2
    )
    (tmp_path / "opened").mkdir()
    taken = _run("agency", "open", made.folder, "--key", key, "--out", tmp_path / "opened")
    assert taken.exit_code == 1
    assert "there already" in taken.output
