"""`latchstring ledger`: check the public log, from a folder or over the web."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from latchstring.base import canonical
from latchstring.cli.log_source import open_log, verifier_of
from latchstring.ledger.note import Verifier
from latchstring.ledger.verify import LogError, LogReport, Progress, verify_log

_PROGRESS_FROM = 10_000


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
    with open_log(where) as source:
        verifier = verifier_of(vkey, source.vkey)
        try:
            report = verify_log(source.reader, verifier, progress=None if as_json else _progress())
        except LogError as e:
            _tell_failure(e, as_json)
            sys.exit(1)
    _tell_success(report, verifier, pinned=vkey is not None, as_json=as_json)


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
