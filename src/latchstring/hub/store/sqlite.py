"""The hub's one SQLite file: one writer at a time, any number of readers beside it.

Write-ahead log with `synchronous=FULL`: what a transaction wrote is on disk when `write()` returns.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from latchstring.base.errors import BadInput, Unavailable
from latchstring.hub.store.migrations import migrate

BUSY_SECONDS = 10.0


class StoreClosed(Unavailable):
    """The hub is shutting down."""


class StoreFull(Unavailable):
    """The hub's disk is full, so nothing was changed; free some space, and try again."""


class NoHubHere(BadInput):
    """There is no hub in this folder; name its data folder with --data."""


@contextmanager
def looking(path: Path) -> Iterator[sqlite3.Connection]:
    """The rows of a hub that may run: nothing is written, and no migration is made."""
    if not path.is_file():
        raise NoHubHere(f"there is no hub in {path.parent}; name its data folder with --data")
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS, isolation_level=None
    )
    connection.row_factory = sqlite3.Row
    try:
        yield connection
    finally:
        connection.close()


class Store:
    """Rows of cameras, recordings, events and the home. Use from any thread; `close()` at the end."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._writing = threading.RLock()
        self._idle: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._closed = False
        self._writer = self._connect()
        try:
            self._writer.execute("PRAGMA journal_mode = WAL")
            self._writer.execute("PRAGMA synchronous = FULL")
            migrate(self._writer)
        except BaseException:
            self._writer.close()
            raise

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction, alone; committed at the end of the block, undone by an exception."""
        with self._writing:
            if self._closed:
                raise StoreClosed
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException as e:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                if getattr(e, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
                    raise StoreFull from e
                raise

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A read-only view of one instant; never waits for the writer."""
        connection = self._borrow()
        try:
            connection.execute("BEGIN")
            yield connection
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self._give_back(connection)

    def close(self) -> None:
        """Close the file. Readers still at work close theirs when they are done."""
        with self._writing, self._guard:
            self._closed = True
            while self._idle:
                self._idle.pop().close()
            self._writer.close()

    def _borrow(self) -> sqlite3.Connection:
        with self._guard:
            if self._closed:
                raise StoreClosed
            if self._idle:
                return self._idle.pop()
        connection = self._connect()
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._guard:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        return connection
