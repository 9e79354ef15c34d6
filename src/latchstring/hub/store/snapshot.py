"""The rows as of one instant, in a file beside them for as long as somebody reads it.

Who makes one holds a lock on it, which the kernel lets go after a kill: what nobody holds is left over.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from latchstring.hub.store.sqlite import looking

_PREFIX, _SUFFIX = ".backup-", ".db"


@contextmanager
def snapshot(store: Path) -> Iterator[IO[bytes]]:
    """A copy of the store, to be read; the hub may run."""
    tidy(store.parent)
    with _held(store.parent) as copy:
        with looking(store) as rows, closing(sqlite3.connect(copy.name)) as into:
            rows.backup(into)
        with Path(copy.name).open("rb") as source:
            yield source


def tidy(folder: Path) -> None:
    """Delete copies whose maker was killed."""
    with _one_at_a_time(folder):
        for left in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
            with suppress(FileNotFoundError, BlockingIOError), left.open("rb") as f:
                fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
                left.with_name(f"{left.name}-journal").unlink(missing_ok=True)
                left.unlink()


@contextmanager
def _held(folder: Path) -> Iterator[IO[bytes]]:
    with ExitStack() as made:
        with _one_at_a_time(folder):  # or it would be taken for left over before it is held
            copy = made.enter_context(NamedTemporaryFile(dir=folder, prefix=_PREFIX, suffix=_SUFFIX))
            fcntl.flock(copy, fcntl.LOCK_EX)
        yield copy


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    fd = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)
