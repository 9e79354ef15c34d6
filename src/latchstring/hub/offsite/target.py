"""The object store behind a target: put, get, list, delete, with errors in words."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from latchstring.hub.offsite.models import BadTarget, DiskAway, PlaceEmpty, Target, TargetTrouble
from latchstring.hub.offsite.reasons import reason

if TYPE_CHECKING:
    from obstore.store import ClientConfig

FOLDER = "latchstring"
HOUSEHOLD = f"{FOLDER}/household.json"
COPIES = f"{FOLDER}/copies/"
PATIENCE = timedelta(seconds=30)
PLAIN_HTTP = "allow_http"
"""The one option that is not the store's own: `true` for a store at home without TLS."""


class ObjectTarget:
    """One target, opened. Every method may raise `TargetTrouble`.

    A folder is made only with `is_new`: else it would be made where a disk was that is not plugged in.
    """

    def __init__(self, target: Target, *, is_new: bool = False) -> None:
        self.target = target
        self._store = _open(target, is_new=is_new)

    def must_be_there(self) -> None:
        """Raise unless what was put there first, when the place was chosen, can be found."""
        if self.get_bytes(HOUSEHOLD) is None:
            raise DiskAway if self.target.is_folder else PlaceEmpty

    def put_bytes(self, name: str, data: bytes) -> None:
        with _in_words():
            obstore.put(self._store, name, data)

    def put_file(self, name: str, path: Path) -> None:
        """Whole or not at all: that is what an object store promises."""
        with _in_words():
            obstore.put(self._store, name, path)

    def get_bytes(self, name: str) -> bytes | None:
        with _in_words():
            try:
                return bytes(obstore.get(self._store, name).bytes())
            except (NotFoundError, FileNotFoundError):
                return None

    def get_file(self, name: str, path: Path) -> None:
        with _in_words(), path.open("wb") as out:
            for chunk in obstore.get(self._store, name):
                out.write(chunk)

    def names(self) -> Iterator[str]:
        """Of every copy, in the store's order."""
        with _in_words():
            for batch in obstore.list(self._store, prefix=COPIES):
                for meta in batch:
                    yield meta["path"]

    def delete(self, name: str) -> None:
        """Gone already is gone too."""
        with _in_words():
            try:
                obstore.delete(self._store, name)
            except (NotFoundError, FileNotFoundError):
                return


def _open(target: Target, *, is_new: bool) -> ObjectStore:
    try:
        if target.is_folder:
            return LocalStore(_folder(target, is_new=is_new))
        client: ClientConfig = {"timeout": PATIENCE, "connect_timeout": PATIENCE}
        if target.options.get(PLAIN_HTTP, "").lower() == "true":
            client["allow_http"] = True
        chosen: Any = {name: value for name, value in target.options.items() if name != PLAIN_HTTP}
        opened: ObjectStore = from_url(
            target.url,
            config=chosen,
            client_options=client,
            retry_config={"max_retries": 2, "retry_timeout": PATIENCE},
        )
        return opened
    except (BaseError, OSError, ValueError, TypeError) as e:
        raise BadTarget(f"this place cannot be used: {reason(e)}") from e


def _folder(target: Target, *, is_new: bool) -> Path:
    folder = Path(unquote(urlsplit(target.url).path))
    if is_new:
        folder.mkdir(parents=True, exist_ok=True)
    elif not folder.is_dir():
        raise DiskAway
    return folder


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as e:
        raise TargetTrouble(f"the object store refuses: {reason(e)}") from e


def room_for(folder: Path, size_bytes: int) -> bool:
    """Whether a sealed copy of this size can be made on this disk before it is put."""
    return shutil.disk_usage(folder).free > 2 * size_bytes
