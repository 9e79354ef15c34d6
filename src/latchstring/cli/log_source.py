"""Where a public log is read from: a folder, or an address on the web."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from latchstring.base.errors import BadInput, NotFound, Unavailable
from latchstring.ledger.note import Verifier
from latchstring.ledger.storage import DirectoryStorage, NotStored, Reader
from latchstring.ledger.tiles import CHECKPOINT_PATH

MAX_FILE_BYTES = 64 * 1024 * 1024
"""An entry bundle has at most 16 MiB; more than this is not a ledger's file."""


class NoLedger(NotFound):
    """There is no ledger here: a ledger has a file named `checkpoint`."""


class NoVerifierKey(BadInput):
    """The log's verifier key is not here; give it with --vkey."""


class LedgerUnreachable(Unavailable):
    """The ledger's address does not answer."""


@dataclass(frozen=True)
class Source:
    """A ledger, and the key that came along with it."""

    reader: Reader
    vkey: str | None


class _WebReader:
    """Reads a ledger below a web address."""

    def __init__(self, client: httpx.Client, prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def get(self, path: str) -> bytes:
        return _fetch(self._client, f"{self._prefix}/{path}")


def _fetch(client: httpx.Client, url: str) -> bytes:
    try:
        with client.stream("GET", url) as response:
            if response.status_code == httpx.codes.NOT_FOUND:
                raise NotStored(f"{url} is not there")
            response.raise_for_status()
            data = bytearray()
            for piece in response.iter_bytes():
                data += piece
                if len(data) > MAX_FILE_BYTES:
                    raise LedgerUnreachable(f"{url} is larger than any file of a ledger")
            return bytes(data)
    except (httpx.HTTPError, httpx.InvalidURL) as e:
        raise LedgerUnreachable(f"{url} does not answer: {e}") from e


@contextmanager
def open_log(where: str) -> Iterator[Source]:
    """The ledger in a folder, at an address, or of the network at an address."""
    if not where.startswith(("http://", "https://")):
        yield _open_folder(Path(where))
        return
    with httpx.Client(timeout=30, follow_redirects=False) as client:
        yield _open_address(client, where.rstrip("/"))


def _open_folder(folder: Path) -> Source:
    if not (folder / CHECKPOINT_PATH).is_file():
        raise NoLedger(f"{folder} holds no ledger: there is no file {CHECKPOINT_PATH!r} in it")
    beside = folder / "vkey"
    return Source(DirectoryStorage(folder), beside.read_text() if beside.is_file() else None)


def _open_address(client: httpx.Client, base: str) -> Source:
    """A ledger at this address, or of the network at this address."""
    for prefix in (base, f"{base}/ledger"):
        try:
            _fetch(client, f"{prefix}/{CHECKPOINT_PATH}")
        except NotStored:
            continue
        return Source(_WebReader(client, prefix), _fetch_vkey(client, prefix))
    raise NoLedger(f"{base} serves no ledger: neither there nor below /ledger is a {CHECKPOINT_PATH!r}")


def _fetch_vkey(client: httpx.Client, prefix: str) -> str | None:
    try:
        return _fetch(client, f"{prefix}.vkey").decode(errors="replace")
    except NotStored:
        return None


def verifier_of(given: str | None, found: str | None) -> Verifier:
    """From the key that was given, as text or a file, or else from the one that came along."""
    text = given if given is not None else found
    if text is None:
        raise NoVerifierKey
    if given is not None and "+" not in given and Path(given).is_file():
        text = Path(given).read_text()
    return Verifier.from_vkey(text)
