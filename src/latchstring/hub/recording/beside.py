"""What lies in the data folder beside the recordings: it takes room too, so it is counted and shown."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from latchstring.hub.recording import aside, index, thumbnails

Kind = Literal["rows", "thumbnails", "prepared", "originals", "leaving", "else"]

_KINDS: dict[str, Kind] = {
    thumbnails.FOLDER: "thumbnails",
    "redacted": "prepared",
    "originals": "originals",
    "outbox": "leaving",
    "copies": "leaving",
}


def sizes(data: Path) -> Mapping[Kind, int]:
    """Bytes of each kind; a folder that nobody thought of counts as `else`."""
    found: dict[Kind, int] = {}
    for entry in os.scandir(data):
        if entry.name == index.FOLDER:
            found["else"] = found.get("else", 0) + sum(
                each.size_bytes for each in aside.files(Path(entry.path))
            )
        else:
            kind = "rows" if entry.name.startswith("hub.db") else _KINDS.get(entry.name, "else")
            found[kind] = found.get(kind, 0) + _size(entry)
    return found


def _size(entry: os.DirEntry[str]) -> int:
    try:
        if entry.is_dir(follow_symlinks=False):
            return sum(_size(each) for each in os.scandir(entry.path))
        return entry.stat(follow_symlinks=False).st_size
    except (FileNotFoundError, PermissionError):  # deleted meanwhile; or somebody else's, as lost+found is
        return 0
