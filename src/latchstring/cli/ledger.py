"""`latchstring ledger`: check the public log, from a folder or over the web."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import httpx

from latchstring.base import canonical
from latchstring.base.errors import BadInput, NotFound, Unavailable
from latchstring.ledger.note import Verifier
from latchstring.ledger.storage import DirectoryStorage, NotStored, Reader
from latchstring.ledger.tiles import CHECKPOINT_PATH
from latchstring.ledger.verify import LogError, LogReport, Progress, verify_log

MAX_FILE_BYTES = 64 * 1024 * 1024
"""An entry bundle has at most 16 MiB; more than this is not a ledger's file."""

_PROGRESS_FROM = 10_000


class NoLedger(NotFound):
    """There is no ledger here: a ledger has a file named `checkpoint`."""


class NoVerifierKey(BadInput):
    """The log's verifier key is not here; give it with --vkey."""


class LedgerUnreachable(Unavailable):
    """The ledger's address does not answer."""


@dataclass(frozen=True)
class _Source:
    """A ledger, and the key that came along with it."""

    reader: Reader
    vkey: str | None


@click.group()
def ledger() -> None:
    """Check the public log."""


@ledger.command()
@click.argument("where", metavar="URL_OR_DIRECTORY")
@click.option("--vkey", metavar="TEXT_OR_FILE", help="The log's verifier key, as you know it from elsewhere.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
def verify(where: str, vkey: str | None, as_json: bool) -> None:
    """Derive every hash of a ledger again, from its entries to the signed root.

    Exit code 0 when everything holds, 1 when something does not, 2 when the question makes no sense.
    """
    with _open(where) as source:
        verifier = _verifier(vkey, source.vkey)
        try:
            report = verify_log(source.reader, verifier, progress=None if as_json else _progress())
        except LogError as e:
            _tell_failure(e, as_json)
            sys.exit(1)
    _tell_success(report, verifier, pinned=vkey is not None, as_json=as_json)


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
def _open(where: str) -> Iterator[_Source]:
    if not where.startswith(("http://", "https://")):
        yield _open_folder(Path(where))
        return
    with httpx.Client(timeout=30, follow_redirects=False) as client:
        yield _open_address(client, where.rstrip("/"))


def _open_folder(folder: Path) -> _Source:
    if not (folder / CHECKPOINT_PATH).is_file():
        raise NoLedger(f"{folder} holds no ledger: there is no file {CHECKPOINT_PATH!r} in it")
    beside = folder / "vkey"
    return _Source(DirectoryStorage(folder), beside.read_text() if beside.is_file() else None)


def _open_address(client: httpx.Client, base: str) -> _Source:
    """A ledger at this address, or of the network at this address."""
    for prefix in (base, f"{base}/ledger"):
        try:
            _fetch(client, f"{prefix}/{CHECKPOINT_PATH}")
        except NotStored:
            continue
        return _Source(_WebReader(client, prefix), _fetch_vkey(client, prefix))
    raise NoLedger(f"{base} serves no ledger: neither there nor below /ledger is a {CHECKPOINT_PATH!r}")


def _fetch_vkey(client: httpx.Client, prefix: str) -> str | None:
    try:
        return _fetch(client, f"{prefix}.vkey").decode(errors="replace")
    except NotStored:
        return None


def _verifier(given: str | None, found: str | None) -> Verifier:
    text = given if given is not None else found
    if text is None:
        raise NoVerifierKey
    if given is not None and "+" not in given and Path(given).is_file():
        text = Path(given).read_text()
    return Verifier.from_vkey(text)


def _progress() -> Progress:
    """Tell on a terminal how far a large log is checked."""

    def tell(done: int, total: int) -> None:
        if total >= _PROGRESS_FROM and sys.stderr.isatty():
            click.echo(f"\r{done:,} of {total:,} entries checked", nl=done == total, err=True)

    return tell


def _tell_success(report: LogReport, verifier: Verifier, *, pinned: bool, as_json: bool) -> None:
    if as_json:
        answer = {
            "ok": True,
            "origin": report.origin,
            "size": report.size,
            "root": canonical.to_base64(report.root),
            "kinds": report.kinds,
            "vkey": verifier.vkey,
            "pinned": pinned,
        }
        click.echo(json.dumps(answer))
        return
    click.echo(f"The log {report.origin} holds together.")
    click.echo(f"  entries  {report.size:,}")
    click.echo(f"  root     {canonical.to_base64(report.root)}")
    for kind, count in report.kinds.items():
        click.echo(f"  {count:>7,}  {kind}")
    if not pinned:
        click.echo(f"The key came from the same place as the log: {verifier.vkey}")
        click.echo("It was not pinned. Compare it with the one you know, or give that with --vkey.")


def _tell_failure(e: LogError, as_json: bool) -> None:
    if as_json:
        answer: dict[str, Any] = {"ok": False, "step": e.step, "error": e.code, "message": e.message}
        click.echo(json.dumps(answer))
        return
    click.echo(f"The log does not hold together, at step {e.step} of 5: {e.message}", err=True)
