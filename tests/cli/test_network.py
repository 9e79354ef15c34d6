"""`latchstring network`: what a slip of the keyboard must not do."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from latchstring.cli.main import main
from latchstring.network import daemon
from latchstring.testing.clock import FakeClock


@pytest.mark.parametrize("name", ["absent.csv", ".", "pipe", "empty.csv"])
def test_no_network_is_made_for_a_file_that_cannot_be_read(tmp_path, monkeypatch, name):
    """Starting one takes a while, and leaves a database and an operator behind."""
    monkeypatch.chdir(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty.csv").touch()
    result = CliRunner().invoke(main, ["network", "--data", "new", "import-incidents", name])
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert not (tmp_path / "new").exists()


class FirstStart:
    """A network that starts for the first time."""

    household_key = bytes(32)

    def __init__(self, _settings):
        self.clock = FakeClock(datetime(2026, 11, 26, tzinfo=UTC))

    def start(self):
        return daemon.FirstOperator("operator", "seven quiet otters")

    def stop(self):
        pass


def test_the_first_password_is_told_though_the_table_is_refused(tmp_path, monkeypatch):
    """It is made at the first start and kept nowhere; untold, nobody could ever sign in."""
    monkeypatch.setattr(daemon, "NetworkDaemon", FirstStart)
    (tmp_path / "incidents.csv").write_text("kind,day,cell\ntheft,2026-01-01,nowhere\n")
    line = ["network", "--data", str(tmp_path / "new"), "import-incidents", str(tmp_path / "incidents.csv")]
    result = CliRunner().invoke(main, line)
    assert result.exit_code == 2
    assert "seven quiet otters" in result.stdout
