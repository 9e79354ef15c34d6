"""The `latchstring` command. A subcommand is imported when it is run, so that each starts fast."""

from __future__ import annotations

import errno
from typing import Any, NoReturn

import click
from click.exceptions import NoArgsIsHelpError

from latchstring import __version__
from latchstring.base import log
from latchstring.base.errors import BadInput, LatchstringError
from latchstring.cli.lazy import LazyGroup, Where

_COMMANDS = {
    "hub": Where("latchstring.cli.hub", "hub", "Run the recorder of one home, or set it up."),
    "network": Where("latchstring.cli.network", "network", "Run the network, or look after it."),
    "agency": Where("latchstring.cli.agency", "agency", "Make a case key; open a package with it."),
    "verify": Where("latchstring.cli.verify", "verify", "Check an evidence package, offline."),
    "ledger": Where("latchstring.cli.ledger", "ledger", "Check the public log."),
    "analyse": Where("latchstring.cli.analyse", "analyse", "Map incidents; judge effects; audit decisions."),
}


class _Commands(LazyGroup):
    """Turns our errors, and those of how a command was typed, into one sentence."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except NoArgsIsHelpError:
            raise
        except click.UsageError as e:
            _refuse(e, ctx)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except NoArgsIsHelpError:
            raise
        except click.UsageError as e:
            _refuse(e, ctx)
        except LatchstringError as e:
            click.echo(f"Error: {log.redact(e.message)}", err=True)
            cause = e.__cause__
            while ctx.params.get("verbose") and cause is not None:
                click.echo(f"  because {type(cause).__name__}: {log.redact(str(cause))}", err=True)
                cause = cause.__cause__
            ctx.exit(2 if isinstance(e, BadInput) else 1)
        except OSError as e:
            if e.errno == errno.EPIPE:  # who reads has enough, and click ends quietly
                raise
            click.echo(f"Error: {log.redact(_said_by_the_system(e))}", err=True)
            ctx.exit(1)


def _said_by_the_system(error: OSError) -> str:
    """A full disk, a file that may not be read, and what else no command has a sentence of its own for."""
    what = error.strerror or str(error)
    return f"{error.filename}: {what}" if error.filename is not None else f"the system says: {what}"


def _refuse(error: click.UsageError, ctx: click.Context) -> NoReturn:
    """Without the lines of usage that click puts around the sentence."""
    click.echo(f"Error: {log.redact(' '.join(error.format_message().split()))}", err=True)
    ctx.exit(2)


@click.group(cls=_Commands, commands_at=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--verbose", is_flag=True, help="Show what caused an error.")
@click.version_option(__version__, message="latchstring %(version)s")
def main(verbose: bool) -> None:
    """A neighbourhood camera network whose door opens only from the inside."""


if __name__ == "__main__":
    main()
