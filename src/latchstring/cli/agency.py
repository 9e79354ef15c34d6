"""`latchstring agency`: make a case key; open a package with it."""

from __future__ import annotations

import os
from pathlib import Path

import click

from latchstring.base.clock import SystemClock
from latchstring.base.errors import Unavailable
from latchstring.base.files import sync_folder
from latchstring.cli.verify import checks, print_check, read_case_key, read_vkey, say_unpinned
from latchstring.sealing.keys import CaseKey, KeyExists
from latchstring.sealing.unseal import AlreadyThere, open_package


class CannotWrite(Unavailable):
    """The files could not be written; nothing was left behind."""


@click.group
def agency() -> None:
    """Make a case key; open a package with it."""


@agency.command
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the key here, for your eyes only."
)
def keygen(out: Path | None) -> None:
    """Make the key of a case.

    Its public half goes into the request; whoever holds the file can open what is given. `age` reads it too.
    """
    key = CaseKey.generate()
    text = key.to_text(SystemClock().now())
    if out is None:
        click.echo(text, nl=False)
        return
    _write_new(out, text.encode())
    click.echo(f"The case key is in {out}. Its public key, for the request:\n{key.recipient}")


@agency.command("open")
@click.argument("package", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--key", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The case key."
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="A new folder for what is inside."
)
@click.option(
    "--vkey", metavar="KEY", help="The log's verifier key, as text or in a file. Pin it: get it elsewhere."
)
def open_(package: Path, key: Path, out: Path, vkey: str | None) -> None:
    """Check a package and open it into a new folder.

    A package that is unsigned, changed or not in the public log is not opened. The folder appears whole or
    not at all.
    """
    pinned, case_key = read_vkey(vkey), read_case_key(key)
    if out.exists():
        raise AlreadyThere(f"{out} is there already; name a new folder")
    for check in checks(package, vkey=pinned, now=SystemClock().now()):
        print_check(check)
        if check.error:
            click.echo("\nIt was not opened.", err=True)
            raise SystemExit(1)
    try:
        opened = open_package(package, case_key.identity, out)
    except OSError as e:
        raise CannotWrite(f"{out} could not be written ({e.strerror or e}); nothing was left behind") from e
    click.echo(f"\nOpened into {opened}:")
    for clip in sorted((opened / "data" / "original").iterdir()):
        click.echo(f"  {clip}  ({clip.stat().st_size} bytes)")
    if pinned is None:
        say_unpinned()


def _write_new(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read and that was not there before."""
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyExists(f"{path} is there already and is not overwritten; name another file") from None
    except OSError as e:
        raise CannotWrite(f"{path} could not be written ({e.strerror})") from e
    with os.fdopen(fd, "wb") as f:
        f.write(data)
        f.flush()
        os.fsync(f.fileno())
    sync_folder(path.parent)
