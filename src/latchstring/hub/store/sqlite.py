"""The hub's one SQLite file: one writer at a time, any number of readers beside it.

Write-ahead log with `synchronous=FULL`: what a transaction wrote is on disk when `write()` returns.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from latchstring.base.errors import BadInput, Unavailable
from latchstring.hub.store.migrations import migrate
from latchstring.hub.store.spare import Spare

log = logging.getLogger(__name__)
BUSY_SECONDS = 10.0
CACHE_KB = 512
"""Of pages, for each connection. More fills for an hour, and a commit makes what a reader has worthless."""
CANNOT_START = "the hub's disk is full, so it cannot start; free some space, and start it again"


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
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = path
        self._writing = threading.RLock()
        self._idle: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._closed = False
        self._spare = Spare(path.with_suffix(".spare"))
        self._writer = self._open()

    def keep_spare(self) -> None:
        """Keep room back for a start on a full disk, if there is any to be had."""
        self._spare.keep()

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

    def _open(self) -> sqlite3.Connection:
        """The writer. On a full disk SQLite cannot even open its file, so it is given what was kept back."""
        try:
            return self._begin()
        except sqlite3.OperationalError as e:
            if not self._spare.is_needed():
                raise
            if not self._spare.give():
                raise StoreFull(CANNOT_START) from e
        log.warning("the disk is full: the hub starts in the room that it had kept back for this")
        return self._begin()

    def _begin(self) -> sqlite3.Connection:
        connection = self._connect()
        try:
            self._keep_private()
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _keep_private(self) -> None:
        """Logins of cameras are in the rows: only the hub's own user reads them.

        SQLite makes the files beside the store with the store's rights.
        """
        for path in (self.path, *(Path(f"{self.path}{end}") for end in ("-wal", "-shm"))):
            with suppress(OSError):  # not there, somebody else's, or on a disk that knows no rights
                path.chmod(0o600)

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
        connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        return connection
