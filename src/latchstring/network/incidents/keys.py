"""The secret under which households are remembered."""

from __future__ import annotations

import secrets
from pathlib import Path

from latchstring.base.files import write_whole


def household_key(folder: Path) -> bytes:
    """32 bytes, made at the first start, readable by their owner alone."""
    file = folder / "household.key"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(file, secrets.token_bytes(32), mode=0o600)
    return file.read_bytes()
