"""A real disk of a few megabytes that can be filled: a tmpfs, which only root may mount."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MAY_MOUNT = os.geteuid() == 0
WHY_NOT = "only root may mount a small disk"


class CannotMount(Exception):
    """No tmpfs can be mounted here."""


@contextmanager
def small_disk(at: Path, *, megabytes: int = 8) -> Iterator[Path]:
    at.mkdir()
    size = f"size={megabytes}m"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(at)], capture_output=True, check=False
    )
    if mounted.returncode:
        raise CannotMount(mounted.stderr.decode().strip())
    try:
        yield at
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)


def fill(path: Path) -> Path:
    """Something else takes whatever is left."""
    with path.open("wb", buffering=0) as f:
        try:
            while True:
                f.write(bytes(4096))
        except OSError:
            return path
