"""A real file system that is soon full."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from latchstring.base.errors import Unavailable


class MayNotMount(Unavailable):
    """Mounting a small file system needs root, and a machine that lets root do it."""


@contextmanager
def tiny_disk(folder: Path, *, megabytes: int = 8) -> Iterator[Path]:
    """Mount it on `folder`, which may exist."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        raise MayNotMount
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """A file that takes all the room there is; remove it, and there is room again."""
    stat = os.statvfs(disk)
    ballast = disk / "ballast"
    ballast.write_bytes(b"x" * (stat.f_bavail * stat.f_frsize))
    return ballast
