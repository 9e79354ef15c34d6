"""Files that are whole or absent, and folders that one process owns."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from latchstring.base.errors import Conflict


class FolderInUse(Conflict):
    """Another process is using this data folder."""


def write_whole(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write a file so that after a crash it is the old one or the new one, never half of it."""
    write_together({path: data}, mode=mode)


def write_together(files: Mapping[Path, bytes], *, mode: int = 0o644) -> None:
    """Write each file whole; where one finds no room, none is written."""
    temporary = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in files}
    try:
        for path, data in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            fd = os.open(temporary[path], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
            with os.fdopen(fd, "wb") as f:
                f.write(data)
                f.flush()
                os.fsync(f.fileno())
        for path in files:
            temporary[path].replace(path)
    except BaseException:
        for each in temporary.values():
            if each.is_file():
                each.unlink()
        raise
    for folder in {path.parent for path in files}:
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make a new or renamed name in `folder` survive a power cut."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def hand_over(folder: Path) -> None:
    """What root wrote in a folder goes to whom the folder belongs to; who is not root wrote as themselves."""
    if os.geteuid() == 0:
        owner = folder.stat()
        for path in folder.rglob("*"):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


class FolderLock:
    """Held while a process owns a data folder: a second one is told so; the kernel lets go after a kill.

    A folder that is not there yet is made with `mode`.
    """

    def __init__(self, folder: Path, *, mode: int = 0o700) -> None:
        self._path = folder / "lock"
        self._mode = mode
        self._fd: int | None = None

    def __enter__(self) -> FolderLock:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=self._mode)
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            raise FolderInUse(
                f"{self._path.parent} is in use by another process; "
                "stop it, or give this one its own --data folder"
            ) from None
        self._fd = fd
        return self

    def __exit__(
        self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
