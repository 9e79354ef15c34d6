"""Room on the disk that is kept back, so that a hub can start where there is no other left."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

SPARE_BYTES = 512 * 1024
"""What SQLite needs to open its file, and to write down what was deleted."""
FULL_BYTES = 64 * 1024
PLENTY_BYTES = 4 * SPARE_BYTES


class Spare:
    """A file beside the rows that holds nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self) -> None:
        """Have it, if there is plenty of room; called again and again."""
        if self._path.exists() or self._free_bytes() < PLENTY_BYTES:
            return
        with suppress(OSError):
            kept = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.posix_fallocate(kept, 0, SPARE_BYTES)
            except OSError:
                self._path.unlink()  # an empty one would be taken for room
                raise
            finally:
                os.close(kept)

    def is_needed(self) -> bool:
        """Whether the disk is as good as full."""
        return self._free_bytes() < FULL_BYTES

    def give(self) -> bool:
        """Its room is for others now; whether there was any."""
        try:
            self._path.unlink()
        except FileNotFoundError:
            return False
        return True

    def _free_bytes(self) -> int:
        return shutil.disk_usage(self._path.parent).free
