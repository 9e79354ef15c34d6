"""The `latchstring` command. A subcommand is imported when it is run, so that each starts fast."""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple

import click

from latchstring import __version__
from latchstring.base import log
from latchstring.base.errors import BadInput, LatchstringError


class _Where(NamedTuple):
    """A module and the name of the click command in it, with its line in `--help`."""

    module: str
    name: str
    help: str


_COMMANDS = {
    "hub": _Where("latchstring.cli.hub", "hub", "Run the recorder of one home, or set it up."),
    "network": _Where("latchstring.cli.network", "network", "Run the network, or look after it."),
    "agency": _Where("latchstring.cli.agency", "agency", "Make a case key; open a package with it."),
    "verify": _Where("latchstring.cli.verify", "verify", "Check an evidence package, offline."),
    "ledger": _Where("latchstring.cli.ledger", "ledger", "Check the public log."),
}


class _Commands(click.Group):
    """Finds commands by name and turns our errors into one sentence."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if (where := _COMMANDS.get(cmd_name)) is None:
            return None
        command = getattr(importlib.import_module(where.module), where.name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, where.help) for name, where in _COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except LatchstringError as e:
            click.echo(f"Error: {log.redact(e.message)}", err=True)
            cause = e.__cause__
            while ctx.params.get("verbose") and cause is not None:
                click.echo(f"  because {type(cause).__name__}: {log.redact(str(cause))}", err=True)
                cause = cause.__cause__
            ctx.exit(2 if isinstance(e, BadInput) else 1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--verbose", is_flag=True, help="Show what caused an error.")
@click.version_option(__version__, message="latchstring %(version)s")
def main(verbose: bool) -> None:
    """A neighbourhood camera network whose door opens only from the inside."""


if __name__ == "__main__":
    main()
