"""Files that were recorded and of which nothing can be shown: kept apart, until their time is up."""

from __future__ import annotations

import re
from pathlib import Path

from latchstring.base.files import sync_folder
from latchstring.base.ids import CameraId
from latchstring.hub.recording.retention import StoredSegment
from latchstring.hub.recording.writer import ROTATE_AFTER

FOLDER = "aside"
"""Under the recordings folder, beside the cameras' own."""
NOT_INDEXED = 0
"""No row has this number."""
_NAME = re.compile(r"(?P<camera>cam_\w+)\.\d+-\d{5}(\.\d+)?\.mp4")
_LONGEST_US = ROTATE_AFTER.seconds * 1_000_000


def put(folder: Path, path: Path) -> None:
    """Move a segment file there. Nothing that lies there is written over."""
    camera, there = path.relative_to(folder).parts[0], folder / FOLDER
    there.mkdir(mode=0o700, exist_ok=True)
    to, others = there / f"{camera}.{path.name}", 0
    while to.exists():
        others += 1
        to = there / f"{camera}.{path.stem}.{others}.mp4"
    path.rename(to)
    sync_folder(there)


def is_there(folder: Path, name: str) -> bool:
    """Whether the segment file of this name was set aside."""
    camera, _, file = name.split("/")
    return (folder / FOLDER / f"{camera}.{file}").exists()


def files(folder: Path) -> list[StoredSegment]:
    """All of them, as if they were in the index; each ended when it was last written to."""
    there = folder / FOLDER
    if not there.is_dir():
        return []
    found = []
    for path in sorted(there.iterdir()):
        if (match := _NAME.fullmatch(path.name)) is None:
            continue
        seen = path.stat()
        end_us = seen.st_mtime_ns // 1000
        found.append(
            StoredSegment(
                id=NOT_INDEXED,
                camera=CameraId(match["camera"]),
                path=f"{FOLDER}/{path.name}",
                start_us=end_us - _LONGEST_US,
                end_us=end_us,
                size_bytes=seen.st_size,
            )
        )
    return found
