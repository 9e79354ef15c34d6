"""What tests of `latchstring analyse` share; each says by its own `analyse` which part of it is typed."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def answer(analyse):
    """The one object that `--json` prints, and nothing else."""

    def run(*words, **subject):
        result = analyse(*words, "--json", **subject)
        assert result.exit_code == 0, result.stderr
        [line] = result.stdout.splitlines()
        return json.loads(line)

    return run


@pytest.fixture
def file(tmp_path):
    def write(*lines, name="table.csv"):
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return path

    return write
