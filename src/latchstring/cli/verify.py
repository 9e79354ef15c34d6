"""`latchstring verify`: check an evidence package, offline, in numbered steps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import click

from latchstring.base.clock import SystemClock
from latchstring.base.errors import LatchstringError
from latchstring.base.signing import Envelope
from latchstring.ledger.entry import DisclosureMade, decode
from latchstring.ledger.note import Verifier
from latchstring.protocol.record import ProvenEntry, RequestRecord, check_record
from latchstring.sealing.container import open_files
from latchstring.sealing.keys import CaseKey
from latchstring.sealing.manifest import peek_disclosure
from latchstring.sealing.public import PublicPart, read_public
from latchstring.sealing.verify import check_package

_WITHOUT_KEY = 5
"""How many steps of `sealing.verify` need no case key."""


@dataclass(frozen=True)
class Check:
    """A check that was made; only the last one can have failed."""

    n: int
    what: str
    error: LatchstringError | None = None

    def to_json(self) -> dict[str, Any]:
        return {"n": self.n, "what": self.what, "ok": self.error is None}


def checks(package: Path, *, vkey: str | None, now: datetime, identity: str | None = None) -> Iterator[Check]:
    """The package, then the request it answers, then with the case key the inside; up to the first fault."""
    n = 0
    try:
        for n, what in enumerate(_steps(package, vkey, now, identity), 1):
            yield Check(n, what)
    except LatchstringError as e:
        yield Check(n + 1, e.message, e)


def read_vkey(text_or_file: str | None) -> str | None:
    """A verifier key given as text or as the name of a file."""
    if text_or_file is None:
        return None
    text = text_or_file.strip()
    if "+" not in text or Path(text).is_file():
        try:
            text = Path(text).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as e:
            raise click.BadParameter(f"there is no verifier key in {text}", param_hint="--vkey") from e
    return Verifier.from_vkey(text).vkey


def read_case_key(path: Path) -> CaseKey:
    """A case key file; what is not text is refused like any other file that is none."""
    return CaseKey.read(path.read_text("utf-8", errors="replace"))


@click.command
@click.argument("package", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--vkey", metavar="KEY", help="The log's verifier key, as text or in a file. Pin it: get it elsewhere."
)
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The case key; with it the inside is checked too. Nothing is kept.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def verify(package: Path, vkey: str | None, key: Path | None, as_json: bool) -> None:
    """Check an evidence package, offline.

    PACKAGE is a folder or a .tar. Exit code 0: every check held; 1: one did not; 2: it could not be run.
    """
    pinned = read_vkey(vkey)
    identity = read_case_key(key).identity if key else None
    made: list[Check] = []
    for check in checks(package, vkey=pinned, now=SystemClock().now(), identity=identity):
        made.append(check)
        if not as_json:
            print_check(check)
    fault = made[-1].error
    if as_json:
        click.echo(json.dumps(_report(made), ensure_ascii=False, indent=2))
    elif fault is None:
        click.echo(f"\nAll {len(made)} checks held.")
        if pinned is None:
            say_unpinned()
    else:
        click.echo("\nThis package is not to be relied on.")
    if fault is not None:
        raise SystemExit(1)


def print_check(check: Check) -> None:
    mark = click.style("✗", fg="red") if check.error else click.style("✓", fg="green")
    click.echo(f"{check.n:3} {mark} {check.what}")


def say_unpinned() -> None:
    text = (
        "NOT PINNED: the log's key came with the package, so the log proves little. Give yours with --vkey."
    )
    click.secho(text, fg="yellow", err=True)


def _report(made: list[Check]) -> dict[str, Any]:
    fault = made[-1].error
    report: dict[str, Any] = {"ok": fault is None, "steps": [check.to_json() for check in made]}
    if fault is not None:
        report |= {"error": fault.message, "code": fault.code}
    return report


def _steps(package: Path, vkey: str | None, now: datetime, identity: str | None) -> Iterator[str]:
    of_package = check_package(package, vkey=vkey, now=now, identity=identity)
    for step in islice(of_package, _WITHOUT_KEY):
        yield step.what
    with open_files(package) as files:
        public = read_public(files)
    disclosure = peek_disclosure(public.disclosure)
    verifier = Verifier.from_vkey(vkey if vkey is not None else public.vkey)
    for judged in check_record(
        request_record(public), verifier=verifier, origin=disclosure.network, now=disclosure.created_at
    ):
        yield f"request, when answered: {judged.what}"
    for step in of_package:
        yield step.what


def request_record(public: PublicPart) -> RequestRecord:
    """The request as a hub has judged it, from the package's public part."""
    votes: dict[str, Envelope] = public.votes
    return RequestRecord(
        request=public.request,
        votes=tuple(votes.values()),
        policy=public.policy,
        entries=tuple(
            ProvenEntry(logged.entry, logged.proof)
            for logged in public.entries
            if not isinstance(decode(logged.entry), DisclosureMade)
        ),
    )
