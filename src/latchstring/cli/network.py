"""`latchstring network`: run a network, or look after it."""

from __future__ import annotations

import logging
import signal
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from latchstring.base import log, settings
from latchstring.base.files import write_whole
from latchstring.network.settings import NetworkSettings

if TYPE_CHECKING:
    from latchstring.network.daemon import FirstOperator


@click.group(invoke_without_command=True)
@click.option("--data", type=click.Path(path_type=Path), help="Data folder; network-data by default.")
@click.option("--host", help="Address to listen on; 127.0.0.1 by default.")
@click.option("--port", type=int, help="Port to listen on; 8600 by default, 0 takes any free one.")
@click.option("--origin", help="Name of the ledger, fixed at the first start.")
@click.option("--title", help="What people call this network.")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="Settings as TOML.")
@click.option(
    "--operator-password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="At the first start, write the operator's one-time password here instead of printing it.",
)
@click.pass_context
def network(
    ctx: click.Context,
    data: Path | None,
    host: str | None,
    port: int | None,
    origin: str | None,
    title: str | None,
    config: Path | None,
    operator_password_file: Path | None,
) -> None:
    """Run a network until Ctrl-C, or look after one.

    Every option can stand in the settings file or in the environment as LATCHSTRING_NAME.
    """
    ctx.obj = settings.load(
        NetworkSettings, config, data=data, host=host, port=port, origin=origin, title=title
    )
    if ctx.invoked_subcommand is None:
        _run(ctx.obj, operator_password_file)


@network.command("add-operator")
@click.argument("name")
@click.pass_obj
def add_operator(known: NetworkSettings, name: str) -> None:
    """Make an operator's account and print its one-time password. The network must not be running."""
    from latchstring.network.accounts import service
    from latchstring.network.accounts.models import OPERATOR
    from latchstring.network.daemon import NetworkDaemon
    from latchstring.network.database.roles import Role

    daemon = NetworkDaemon(known)
    first: FirstOperator | None = None
    try:
        first = daemon.start()
        with daemon.database.transaction(Role.DOOR) as db:
            account, password = service.create(name, OPERATOR, None, now=daemon.clock.now(), db=db)
    finally:
        daemon.stop()
        _tell_first(first)
    click.echo(f"Operator {account.name!r}, one-time password: {password}")


@network.command("import-incidents")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", help="Column of the kind of incident.")
@click.option("--day", help="Column of the day.")
@click.option("--cell", help="Column of the H3 cell.")
@click.option("--longitude", help="Column of the longitude; it becomes a cell at once.")
@click.option("--latitude", help="Column of the latitude.")
@click.option("--source", help="Column of who found it: resident, visit or police.")
@click.option("--household", help="Column of a pseudonym of the household, never its address.")
@click.option("--date-order", type=click.Choice(["day-first", "month-first"]), help="How to read 01/02/2026.")
@click.pass_obj
def import_incidents(known: NetworkSettings, /, file: Path, **columns: Any) -> None:
    """Take in a CSV or Parquet table of what residents reported. The network must not be running."""
    from latchstring.network.daemon import NetworkDaemon
    from latchstring.network.database.roles import Role
    from latchstring.network.incidents import service
    from latchstring.network.incidents.table import IncidentColumns, read_incidents
    from latchstring.studies.cell_table import CellColumns
    from latchstring.studies.table import look

    look(file)  # before anything starts, and makes a network of a slip of the keyboard
    place = CellColumns(**{name: columns.pop(name) for name in ("cell", "longitude", "latitude")})
    daemon = NetworkDaemon(known)
    first: FirstOperator | None = None
    try:
        first = daemon.start()
        now = daemon.clock.now()
        incidents = read_incidents(
            file,
            IncidentColumns(place=place, **columns),
            key=daemon.household_key,
            today=service.latest_day(now),
        )
        with daemon.database.transaction(Role.DOOR) as db:
            taken = service.take_in(incidents, now=now, db=db)
    finally:
        daemon.stop()
        _tell_first(first)
    click.echo(
        f"{taken.new:,} new incidents; {taken.known:,} were known; "
        f"{taken.without_homes:,} lie where no homes are known and were left out."
    )


def _tell_first(operator: FirstOperator | None) -> None:
    """Also where the command failed after it: the password is told once, or never."""
    if operator is not None:
        click.echo(f"First start: {operator.name!r} has the one-time password {operator.password}")


def _run(known: NetworkSettings, password_file: Path | None) -> None:
    from latchstring.network.daemon import NetworkDaemon
    from latchstring.web.network.serve import NetworkServer

    log.set_up()
    for chatty in ("procrastinate", "psycopg.pool"):  # each job, each reconnection
        logging.getLogger(chatty).setLevel(logging.ERROR)
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask_to_stop)
    server = NetworkServer(NetworkDaemon(known))
    operator = server.start()
    try:
        if operator is not None and password_file is not None:
            write_whole(password_file, f"{operator.password}\n".encode(), mode=0o600)
        elif operator is not None:
            click.echo(
                f"First start. Sign in as {operator.name!r} with the one-time password {operator.password}"
            )
        click.echo(f"The network {server.network.origin} listens on {server.url}; Ctrl-C stops it.")
        stop.wait()
    finally:
        server.stop()
