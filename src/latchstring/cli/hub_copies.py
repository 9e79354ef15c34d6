"""`latchstring hub restore-copies`: a new hub from the recovery code and the sealed copies."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from latchstring.base.clock import SystemClock
from latchstring.base.files import FolderLock, hand_over
from latchstring.cli.files import first_line
from latchstring.hub.offsite.models import Target
from latchstring.hub.offsite.restore import restore
from latchstring.hub.settings import HubSettings
from latchstring.hub.store import Store
from latchstring.sealing.recovery import RecoveryCode

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("restore-copies")
@click.argument("url")
@click.option(
    "--option", "options", multiple=True, metavar="NAME=VALUE", help="Of the object store; repeat it."
)
@click.option("--code-file", type=_FILE, required=True, help="The recovery code, in its first line.")
@click.option("--password-file", type=_FILE, required=True, help="A password for the owner of the new hub.")
@click.pass_obj
def restore_copies(
    settings: HubSettings, url: str, options: tuple[str, ...], code_file: Path, password_file: Path
) -> None:
    """Bring back what was copied away from home to URL, into the data folder of a hub that is not running.

    Safe to repeat. Exit code 1: something there could not be used; the rest is back.
    """
    target = Target(url=url, options=dict(_pair(option) for option in options))
    code, password = RecoveryCode.read(first_line(code_file)), first_line(password_file)
    with FolderLock(settings.data):
        store = Store(settings.data / "hub.db")
        try:
            back = restore(store, target, code, password=password, now=SystemClock().now(), tell=_tell)
        finally:
            store.close()
            hand_over(settings.data)
    click.echo(f"{back.copies} copies are back: {back.events} events, {back.gops} GOPs that were not here.")
    for name in back.bad:
        click.echo(f"{name} is no copy of this household, or it was changed.", err=True)
    if back.bad:
        raise SystemExit(1)


def _tell(done: int, of: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{done} of {of}", nl=done == of, err=True)


def _pair(option: str) -> tuple[str, str]:
    name, sign, value = option.partition("=")
    if not sign or not name:
        raise click.UsageError(f"an option is written NAME=VALUE, not {option.split('=')[0]!r}")
    return name, value
