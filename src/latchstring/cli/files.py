"""Secrets that are given in files, so that no list of processes shows them."""

from __future__ import annotations

from pathlib import Path

from latchstring.base.errors import BadInput


class BadSecretFile(BadInput):
    """The file cannot be read."""


def first_line(path: Path) -> str:
    """Without the mark that some editors put before UTF-8, which nobody types when signing in."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except OSError as e:
        raise BadSecretFile(f"{path} cannot be read: {e.strerror}") from e
    except UnicodeDecodeError as e:
        raise BadSecretFile(f"{path} is not UTF-8 text; save it as UTF-8") from e
    return lines[0] if lines else ""
