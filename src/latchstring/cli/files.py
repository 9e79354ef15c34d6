"""Secrets that are given in files, so that no list of processes shows them."""

from __future__ import annotations

from pathlib import Path

from latchstring.base.errors import BadInput


class BadSecretFile(BadInput):
    """The file cannot be read."""


def first_line(path: Path) -> str:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as e:
        raise BadSecretFile(f"{path} cannot be read: {e}") from e
    return lines[0] if lines else ""
