"""`latchstring hub`: run one home's recorder, or give it its owner without a browser."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import click

from latchstring.base import log
from latchstring.base.clock import SystemClock
from latchstring.base.errors import Conflict
from latchstring.base.files import FolderLock
from latchstring.base.settings import load
from latchstring.cli import hub_data
from latchstring.cli.files import first_line
from latchstring.cli.hub_copies import restore_copies
from latchstring.cli.hub_server import serve
from latchstring.hub.cameras.onvif import device
from latchstring.hub.cameras.onvif.choice import choose
from latchstring.hub.cameras.onvif.discovery import search
from latchstring.hub.cameras.onvif.families import family_of
from latchstring.hub.cameras.onvif.models import Login
from latchstring.hub.daemon import Hub
from latchstring.hub.events.film import events_in
from latchstring.hub.https.certificates import OwnersCertificate
from latchstring.hub.https.machine import reached
from latchstring.hub.owner import service as owner
from latchstring.hub.owner.models import Choices, NetworkAddress, parse_place
from latchstring.hub.settings import HubSettings
from latchstring.hub.store import Store
from latchstring.web.hub import qr
from latchstring.web.hub.plain import link

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


class PortTaken(Conflict):
    """Another program listens on this port; stop it, or choose another one with --port."""


@click.group(invoke_without_command=True)
@click.option("--data", type=_FOLDER, help="Where recordings, keys and the inbox are kept.")
@click.option("--config", type=_FILE, help="A settings file (TOML).")
@click.option("--host", help="The address to listen on; 0.0.0.0 for every device at home.")
@click.option("--port", type=int)
@click.option("--https-port", type=int)
@click.pass_context
def hub(
    ctx: click.Context,
    data: Path | None,
    config: Path | None,
    host: str | None,
    port: int | None,
    https_port: int | None,
) -> None:
    """Run the recorder of one home, until Ctrl-C."""
    settings = load(HubSettings, config, data=data, host=host, port=port, https_port=https_port)
    ctx.obj = settings
    if ctx.invoked_subcommand is None:
        log.set_up(form=settings.log_format)
        logging.getLogger("httpx").setLevel(logging.WARNING)  # it would note each call, and the cell in it
        _run(settings)


@hub.command()
@click.option("--password-file", type=_FILE, required=True, help="The owner's password, in its first line.")
@click.option("--home", help="LATITUDE,LONGITUDE. It never leaves the hub.")
@click.option("--network", "url", help="The network's address.")
@click.option("--vkey", help="Its ledger's verifier key, or a file that holds it.")
@click.pass_obj
def setup(
    settings: HubSettings, password_file: Path, home: str | None, url: str | None, vkey: str | None
) -> None:
    """Give a new hub its owner, and print the recovery code: once, so write it down."""
    if (url is None) != (vkey is None):
        raise click.UsageError("--network and --vkey go together")
    choices = Choices(
        home=parse_place(home) if home else None,
        network=NetworkAddress(url=url, vkey=_text_or_file(vkey)) if url and vkey else None,
    )
    password = first_line(password_file)
    with FolderLock(settings.data):
        store = Store(settings.data / "hub.db")
        try:
            code = owner.set_up(store, password=password, choices=choices, now=SystemClock().now())
        finally:
            store.close()
    click.echo(code.text)


@hub.group()
def cameras() -> None:
    """Find cameras on the home network, and ask what they are. Needs no running hub."""


@cameras.command()
@click.option("--json", "as_json", is_flag=True, help="For programs: a list of {address, name, model}.")
@click.pass_obj
def find(settings: HubSettings, as_json: bool) -> None:
    """Who answers on the home network within four seconds."""
    found = []
    for each in search(settings.camera_search):
        found.append({"address": each.address, "name": each.name, "model": each.model})
        if not as_json:
            click.echo(
                f"{each.name or 'A camera'}{f' ({each.model})' if each.model else ''} at {each.address}"
            )
    if as_json:
        click.echo(json.dumps(found))
    elif not found:
        click.echo("No camera answers. Switch ONVIF on in its settings, and be on the same network as it.")


@cameras.command()
@click.argument("address")
@click.option("--user", default="admin", show_default=True)
@click.option("--password-file", type=_FILE, required=True, help="The camera's password, in its first line.")
def ask(address: str, user: str, password_file: Path) -> None:
    """What the camera at ADDRESS is, which streams would be taken, and what to know about it."""
    login = Login(user=user, password=first_line(password_file))
    _, described = asyncio.run(device.ask(address, login, SystemClock()))
    chosen = choose(described, family_of(described.maker, described.model))
    click.echo(f"{described.maker} {described.model}, firmware {described.firmware}")
    for each in described.profiles:
        use = {chosen.main: "recorded", chosen.sub: "watched for motion"}.get(each, "not used")
        click.echo(f"{each.token:>12}  {each.codec or '?'} {each.width}x{each.height} {each.fps:g}/s  {use}")
    for advice in chosen.advice:
        click.echo(f"- {advice.words}")


@hub.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="For programs: a list of {start, end, score}.")
def events(file: Path, as_json: bool) -> None:
    """What moves in a video file, as the recorder would see it. Times are seconds from its start."""
    found = [
        {"start": e.start_us / 1e6, "end": e.end_us / 1e6, "score": round(e.score, 4)}
        for e in events_in(file)
    ]
    if as_json:
        click.echo(json.dumps(found))
    elif not found:
        click.echo("Nothing moves in this film.")
    else:
        click.echo("   start      end   most of the picture that moved")
        for each in found:
            click.echo(f"{each['start']:8.1f} {each['end']:8.1f}   {each['score']:.1%}")


def _run(settings: HubSettings) -> None:
    with ExitStack() as open_:
        listening = [open_.enter_context(_listen(settings.host, settings.port, "port"))]
        ports = {"port": listening[0].getsockname()[1]}
        if settings.serves_https:
            listening.append(open_.enter_context(_listen(settings.host, settings.https_port, "https_port")))
            ports["https_port"] = listening[1].getsockname()[1]
        running = open_.enter_context(Hub(replace(settings, **ports)))
        click.echo(_welcome(running))
        serve(running, *listening)
    click.echo("The hub has stopped.")


def _welcome(running: Hub) -> str:
    """Where the hub is, for people: an address that other devices can open, if they can."""
    settings, host = running.settings, running.settings.host
    if host in ("0.0.0.0", "::"):  # noqa: S104
        host = reached(settings.names).elsewhere or "localhost"
    plain = link("http", host, settings.port)
    secure = link("https", settings.names[0] if settings.names else host, settings.https_port)
    first = " It has no owner yet: open it there." if owner.needs_set_up(running.store) else ""
    if running.certificate is None:
        return f"The hub is at {plain} (Ctrl-C stops it).{first}"
    if isinstance(running.certificate, OwnersCertificate):
        return f"The hub is at {secure} (Ctrl-C stops it).{first}"
    lines = [
        f"The hub is at {plain} (Ctrl-C stops it).{first}",
        "Open it on each phone and computer: the page shows how to trust this hub, once, and leads on to",
        f"{link('https', host, settings.https_port)} from then on. Fingerprint to compare:",
        *(f"    {line}" for line in halves(running.certificate.authority.fingerprint)),
    ]
    if sys.stdout.isatty():
        lines.append(qr.text(plain))
    return "\n".join(lines)


def halves(fingerprint: str) -> tuple[str, str]:
    """In two lines, as people compare it."""
    return fingerprint[:47], fingerprint[48:]


def _listen(host: str, port: int, setting: str) -> socket.socket:
    """Taken before anything else, so that a port that is in use costs nothing."""
    try:
        [(family, kind, protocol, _, address), *_] = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        with ExitStack() as made:
            listener = made.enter_context(socket.socket(family, kind, protocol))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
            made.pop_all()
            return listener
    except OSError as e:
        option = setting.replace("_", "-")
        raise PortTaken(
            f"cannot listen on {host} port {port}: {e.strerror}; choose another --host or --{option}"
        ) from e


def _text_or_file(vkey: str) -> str:
    path = Path(vkey)
    return path.read_text("utf-8").strip() if "+" not in vkey and path.is_file() else vkey


for _command in (restore_copies, hub_data.check, hub_data.backup_command, hub_data.restore_command):
    hub.add_command(_command)
