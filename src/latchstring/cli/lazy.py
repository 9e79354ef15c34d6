"""Commands that are imported when they are run, so that each starts fast."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import click


class Where(NamedTuple):
    """A module and the name of the click command in it, with its line in `--help`."""

    module: str
    name: str
    help: str


class LazyGroup(click.Group):
    """Finds commands by name."""

    def __init__(self, *args: Any, commands_at: Mapping[str, Where], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._commands_at = commands_at

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(self._commands_at)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if (where := self._commands_at.get(cmd_name)) is None:
            return None
        command = getattr(importlib.import_module(where.module), where.name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, where.help) for name, where in self._commands_at.items()])
