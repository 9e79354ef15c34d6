"""A ledger's files in memory."""

from __future__ import annotations

from latchstring.ledger.storage import NotStored


class MemoryStorage:
    """Works like the real storages; tests may look into `files` and change them."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def get(self, path: str) -> bytes:
        try:
            return self.files[path]
        except KeyError as e:
            raise NotStored(f"{path} is not in memory") from e

    def put(self, path: str, data: bytes) -> None:
        self.files[path] = data
