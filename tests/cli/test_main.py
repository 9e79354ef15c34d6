"""The `latchstring` command itself: help, versions and errors in one sentence."""

from __future__ import annotations

import errno
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from latchstring.base.errors import BadInput, Conflict, LatchstringError
from latchstring.cli import main as cli


class FolderBusy(Conflict):
    """Somebody else is using this folder."""


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch):
    """`latchstring hub`, made to raise a given error."""

    def make(error: Exception) -> None:
        @click.command()
        def hub() -> None:
            try:
                raise OSError("rtsp://admin:secret@camera is gone")
            except OSError as e:
                raise error from e

        monkeypatch.setattr(cli._Commands, "get_command", lambda self, ctx, name: hub)

    return make


def test_help_names_every_command_and_imports_none() -> None:
    """`latchstring --help` stays fast: it loads neither the video library nor a web framework."""
    code = (
        "import sys; from latchstring.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'av', 'fastapi', 'psycopg'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert all(name in out for name in ("hub", "network", "agency", "verify", "ledger"))
    assert out.rstrip().endswith("[]")


def test_version() -> None:
    assert CliRunner().invoke(cli.main, ["--version"]).output.startswith("latchstring ")


@pytest.mark.parametrize(("error", "code"), [(FolderBusy(), 1), (BadInput("write it differently"), 2)])
def test_an_error_is_one_sentence_and_an_exit_code(failing, error: LatchstringError, code: int) -> None:
    """People see what was wrong, not a traceback; programs see 2 where the input has to change."""
    failing(error)
    result = CliRunner().invoke(cli.main, ["hub"])
    assert result.exit_code == code
    assert result.stderr == f"Error: {error.message}\n"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the system says: No space left on device"),
        (PermissionError(errno.EACCES, "Permission denied", "hub.db"), "hub.db: Permission denied"),
    ],
)
def test_what_the_system_refuses_is_a_sentence_too(failing, error: OSError, said: str) -> None:
    """A full disk behind `> FILE` is met only when the answer is written."""
    failing(error)
    result = CliRunner().invoke(cli.main, ["hub"])
    assert (result.exit_code, result.stderr) == (1, f"Error: {said}\n")


def test_verbose_adds_the_cause_without_a_password(failing) -> None:
    failing(FolderBusy())
    result = CliRunner().invoke(cli.main, ["--verbose", "hub"])
    assert "because OSError: rtsp://***@camera is gone" in result.stderr
    assert "secret" not in result.stderr


def test_an_unknown_command_is_a_usage_error() -> None:
    assert CliRunner().invoke(cli.main, ["hubb"]).exit_code == 2
