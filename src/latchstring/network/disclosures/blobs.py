"""Ciphertext at rest, named by its SHA-256: a folder by default, an object store by URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import obstore
from obstore.store import ObjectStore

from latchstring.base.errors import NotFound
from latchstring.base.files import sync_folder

_CHUNK_BYTES = 1024 * 1024


class NoCiphertext(NotFound):
    """The ciphertext is not here any more."""


class Blobs(Protocol):
    """Where whole ciphertexts are kept."""

    def take(self, sha256: str, file: Path) -> None:
        """Keep `file`, which disappears; once this returns, it survives a power cut."""
        ...

    def has(self, sha256: str) -> bool: ...

    def size(self, sha256: str) -> int:
        """Bytes."""
        ...

    def read(self, sha256: str) -> Iterator[bytes]: ...

    def delete(self, sha256: str) -> None: ...


class DirectoryBlobs:
    """Files in a folder on the same disk as the uploads, so that taking one is a rename."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, sha256: str, file: Path) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        file.replace(self._folder / sha256)
        sync_folder(self._folder)

    def has(self, sha256: str) -> bool:
        return (self._folder / sha256).is_file()

    def size(self, sha256: str) -> int:
        return (self._folder / sha256).stat().st_size

    def read(self, sha256: str) -> Iterator[bytes]:
        try:
            with (self._folder / sha256).open("rb") as f:
                while chunk := f.read(_CHUNK_BYTES):
                    yield chunk
        except FileNotFoundError as e:
            raise NoCiphertext from e

    def delete(self, sha256: str) -> None:
        (self._folder / sha256).unlink(missing_ok=True)


class ObjectBlobs:
    """Objects below `sealed/`."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def take(self, sha256: str, file: Path) -> None:
        obstore.put(self._store, f"sealed/{sha256}", file)
        file.unlink()

    def has(self, sha256: str) -> bool:
        try:
            obstore.head(self._store, f"sealed/{sha256}")
        except FileNotFoundError:
            return False
        return True

    def size(self, sha256: str) -> int:
        return obstore.head(self._store, f"sealed/{sha256}")["size"]

    def read(self, sha256: str) -> Iterator[bytes]:
        try:
            found = obstore.get(self._store, f"sealed/{sha256}")
        except FileNotFoundError as e:
            raise NoCiphertext from e
        for chunk in found.stream(min_chunk_size=_CHUNK_BYTES):
            yield bytes(chunk)

    def delete(self, sha256: str) -> None:
        with suppress(FileNotFoundError):
            obstore.delete(self._store, f"sealed/{sha256}")
