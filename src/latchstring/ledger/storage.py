"""Where a log's files are read and written."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import obstore
from obstore.store import ObjectStore

from latchstring.base.errors import NotFound
from latchstring.base.files import sync_folder, write_whole


class NotStored(NotFound):
    """This file of the ledger is not there."""


class Reader(Protocol):
    """Anything that a log can be read from: a folder, an object store, a web address."""

    def get(self, path: str) -> bytes:
        """The file at `path`, or `NotStored`."""
        ...


class Storage(Reader, Protocol):
    """Where a log is kept."""

    def put(self, path: str, data: bytes) -> None:
        """Write a file, whole or not at all; once this returns, it survives a power cut."""
        ...


class DirectoryStorage:
    """A folder; every file is synced to disk before `put` returns."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, path: str) -> bytes:
        try:
            return (self._folder / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as e:
            raise NotStored(f"{path} is not in the ledger's folder {self._folder}") from e

    def put(self, path: str, data: bytes) -> None:
        file = self._folder / path
        _make_durable_folder(file.parent)
        write_whole(file, data)


class ObjectStorage:
    """An object store below `prefix`; as durable as the store's own answer to a put."""

    def __init__(self, store: ObjectStore, prefix: str = "") -> None:
        self._store = store
        self._prefix = f"{prefix.rstrip('/')}/" if prefix else ""

    def get(self, path: str) -> bytes:
        try:
            return bytes(obstore.get(self._store, self._prefix + path).bytes())
        except FileNotFoundError as e:
            raise NotStored(f"{self._prefix}{path} is not in the object store") from e

    def put(self, path: str, data: bytes) -> None:
        obstore.put(self._store, self._prefix + path, data)


def _make_durable_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_durable_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)
