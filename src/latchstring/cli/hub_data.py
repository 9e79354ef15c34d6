"""`latchstring hub check | backup | restore`: looking after a hub's data folder."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from latchstring.base.clock import SystemClock
from latchstring.base.files import FolderInUse, FolderLock
from latchstring.base.time import from_micros, to_text
from latchstring.hub.recording import aside, index
from latchstring.hub.recording import check as checks
from latchstring.hub.recording.check import REPAIRABLE, Finding, Kind
from latchstring.hub.recording.repair import believe_bytes, index_between, repair
from latchstring.hub.settings import HubSettings
from latchstring.hub.store import Store, backup, looking

STILL_WRITTEN_SECONDS = 120.0
"""A file that changed this short a time ago may be in the hands of a hub that runs."""


@click.command()
@click.option("--repair", "mend", is_flag=True, help="Mend what can be mended. The hub must be stopped.")
@click.option("--quick", is_flag=True, help="Compare lengths only; read no recording.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_context
def check(ctx: click.Context, mend: bool, quick: bool, as_json: bool) -> None:
    """Compare the index of recordings with the disk, and every GOP with its seal.

    Beside a hub that runs it only looks. Ends with 0 when everything is whole or was mended, else with 1.
    """
    data = ctx.obj.data
    with ExitStack() as held:
        with looking(data / "hub.db"):
            pass
        fresh_after = None if mend else _hold(held, data)
        if mend:
            held.enter_context(FolderLock(data))
        files, found = _look(data, fresh_after, seals=not quick)
        mended = _mend(data, found) if mend else frozenset()
    if as_json:
        click.echo(json.dumps(_document(files, found, mended)))
    else:
        for finding in found:
            click.echo(f"{finding}{'  (mended)' if finding in mended else ''}")
        click.echo(_sentence(files, found, mended, tried=mend))
    ctx.exit(0 if len(mended) == len(found) else 1)


@click.command(name="backup")
@click.argument("to", type=click.Path(path_type=Path), metavar="FOLDER|FILE.tar")
@click.pass_obj
def backup_command(settings: HubSettings, to: Path) -> None:
    """Copy the whole hub, while it runs: into a folder, or into one .tar file.

    Into the same folder again, only what is new is copied. Who has a backup has everything the hub has.
    """
    with looking(settings.data / "hub.db"):
        total = sum(size for _, size in backup.to_copy(settings.data))
    with ExitStack() as made:
        if to.suffix == ".tar":
            place: backup.Place = made.enter_context(backup.TarPlace(to))
        else:
            place = backup.FolderPlace(to)
        progress = made.enter_context(_progress("Copying", total))
        copied = backup.back_up(settings.data, place, now=SystemClock().now(), progress=progress)
    click.echo(f"{len(copied)} files, {_size(sum(f.size_bytes for f in copied))}, are in {to}.")


@click.command(name="restore")
@click.argument("source", type=click.Path(path_type=Path), metavar="FOLDER|FILE.tar")
@click.pass_obj
def restore_command(settings: HubSettings, source: Path) -> None:
    """Make a hub from a backup, in the folder that --data names. Every file is checked on the way."""
    with backup.opened(source) as made:
        total = sum(file.size_bytes for file in made.files())
    with _progress("Restoring", total) as progress:
        files = backup.restore(source, settings.data, progress=progress)
    with FolderLock(settings.data):
        store = Store(settings.data / "hub.db")
        try:
            report = repair(store)
        finally:
            store.close()
    click.echo(f"{len(files)} files were restored into {settings.data}; {report}.")


def _hold(held: ExitStack, data: Path) -> float | None:
    """Keep a hub from starting meanwhile; where one runs, answer from when on files may be its own."""
    try:
        held.enter_context(FolderLock(data))
    except FolderInUse:
        return time.time() - STILL_WRITTEN_SECONDS
    return None


def _look(data: Path, fresh_after: float | None, *, seals: bool) -> tuple[int, list[Finding]]:
    folder = data / index.FOLDER
    try:
        with looking(data / "hub.db") as db:
            found = list(checks.check_index(db))
            files = checks.files(db, folder, fresh_after=fresh_after)
            found += checks.set_aside(folder)
            total = sum(file.size_bytes or 0 for file in files)
            with _progress("Checking", total) as progress:
                for file in files:
                    found += checks.check_file(db, folder, file, seals=seals)
                    progress(file.size_bytes or 0)
    except sqlite3.DatabaseError as e:
        return 0, [Finding(kind="index-damaged", path="hub.db", message=str(e))]
    return len(files), found


def _mend(data: Path, found: list[Finding]) -> frozenset[Finding]:
    """What was found and is not found any more."""
    wrong = [finding for finding in found if finding.kind in REPAIRABLE]
    if not wrong or any(finding.kind == "index-damaged" for finding in found):
        return frozenset()
    store = Store(data / "hub.db")
    try:
        repair(store)
        here = {segment.path for segment in index.segments(store)}  # others were set aside, or are gone
        for path in _paths(wrong, "not-indexed") & here:
            index_between(store, path)
        believe_bytes(store, _paths(wrong, "row-differs") & here)
    finally:
        store.close()
    with looking(data / "hub.db") as db:
        folder, paths = data / index.FOLDER, {finding.path for finding in wrong}
        files = [file for file in checks.files(db, folder) if file.path in paths]
        left = {_place(each) for file in files for each in checks.check_file(db, folder, file)}
    return frozenset(
        finding
        for finding in wrong
        if _place(finding) not in left and not aside.is_there(folder, finding.path)
    )


def _paths(found: list[Finding], kind: Kind) -> set[str]:
    return {finding.path for finding in found if finding.kind == kind}


def _place(finding: Finding) -> tuple[Kind, str, int | None]:
    return finding.kind, finding.path, finding.start_us


def _document(files: int, found: list[Finding], mended: frozenset[Finding]) -> dict[str, object]:
    return {
        "ok": len(mended) == len(found),
        "files": files,
        "findings": [
            {
                "number": finding.number,
                "kind": finding.kind,
                "path": finding.path,
                "start": None if finding.start_us is None else to_text(from_micros(finding.start_us)),
                "message": finding.message,
                "mended": finding in mended,
            }
            for finding in found
        ],
    }


def _sentence(files: int, found: list[Finding], mended: frozenset[Finding], *, tried: bool) -> str:
    if not found:
        return f"{files} files were checked: all is whole."
    left = len(found) - len(mended)
    if not left:
        return f"{files} files were checked: {len(found)} findings, all mended."
    can = 0 if tried else sum(finding.kind in REPAIRABLE for finding in found)
    hint = f" {can} of them can be mended: stop the hub and add --repair." if can else ""
    return f"{files} files were checked: {left} findings are left.{hint}"


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal; nothing where a program reads."""
    with click.progressbar(length=max(total, 1), label=what, file=sys.stderr) as bar:
        yield bar.update


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
