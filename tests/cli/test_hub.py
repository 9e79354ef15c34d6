"""`latchstring hub`: set up without a browser, run, stop, and one hub per folder."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from latchstring.base.files import FolderLock
from latchstring.base.ids import CameraId
from latchstring.base.signing import SigningKey
from latchstring.cli.main import main
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.owner import programs
from latchstring.hub.owner import service as owner
from latchstring.hub.owner.models import Session
from latchstring.hub.settings import HubSettings
from latchstring.hub.store import Store
from latchstring.ledger.note import Verifier
from latchstring.testing.waiting import WAIT_SECONDS, until

VKEY = Verifier("net.test/ledger", SigningKey(bytes(32)).verify_key).vkey
PASSWORD = "three quiet herons"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(f"{PASSWORD}\n")
    return path


def run(*arguments: object):
    return CliRunner().invoke(main, [str(a) for a in arguments])


def test_set_up_without_a_browser_prints_the_code_once(tmp_path: Path, password_file: Path) -> None:
    """Everything that the first page asks for can be given on the command line."""
    data, vkey = tmp_path / "data", tmp_path / "vkey"
    vkey.write_text(VKEY + "\n")
    arguments = [
        "--password-file",
        password_file,
        "--home",
        "51.5,-0.12",
        "--network",
        "http://localhost:8600",
    ]
    result = run("hub", "--data", data, "setup", *arguments, "--vkey", vkey)
    assert result.exit_code == 0, result.stderr
    assert re.fullmatch(r"([0-9A-Z]{5}-){7}[0-9A-Z]{5}\n", result.stdout)
    store = Store(data / "hub.db")
    choices = owner.choices(store, HubSettings(data=data))
    owner.sign_in(store, password=PASSWORD, now=NOW)
    store.close()
    assert (choices.home.latitude, choices.network.vkey) == (51.5, VKEY)
    again = run("hub", "--data", data, "setup", "--password-file", password_file)
    assert (again.exit_code, again.stderr) == (
        1,
        "Error: This hub has an owner; sign in with the password.\n",
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--home", "north"], "LATITUDE,LONGITUDE"),
        (["--network", "http://localhost:8600"], "--network and --vkey go together"),
        (["--network", "localhost", "--vkey", VKEY], "address like https://"),
        (["--network", "http://localhost:8600", "--vkey", "nonsense"], "verifier key"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_set_up(tmp_path, password_file, arguments, words) -> None:
    result = run("hub", "--data", tmp_path / "data", "setup", "--password-file", password_file, *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert not (tmp_path / "data" / "hub.db").exists()


def test_a_password_is_what_people_type(tmp_path: Path) -> None:
    """The mark that some editors put before UTF-8 is no part of it; what is no text is said."""
    file = tmp_path / "password"
    file.write_bytes(b"\xef\xbb\xbf" + PASSWORD.encode() + b"\r\n")
    assert run("hub", "--data", tmp_path / "data", "setup", "--password-file", file).exit_code == 0
    store = Store(tmp_path / "data" / "hub.db")
    owner.sign_in(store, password=PASSWORD, now=NOW)
    store.close()
    file.write_bytes(b"\xe9\n")
    refused = run("hub", "--data", tmp_path / "other", "setup", "--password-file", file)
    assert (refused.exit_code, "not UTF-8 text" in refused.stderr) == (2, True)


def test_a_bad_settings_file_is_one_sentence(tmp_path: Path) -> None:
    config = tmp_path / "hub.toml"
    for text, words in (
        ("prot = 8700", "unknown setting 'prot'"),
        ("port = 99999999", "'port'"),
        ('[[camera]]\nname = "x"', "needs a url"),
        ('[[camera]]\nname = "x"\nurl = "synthetic:"\ncolour = "red"', "no setting 'colour'"),
        ('network_url = "http://x"', "both"),
        ("follow_seconds = 0", "more than 0"),
        ('https = "maybe"', "auto, on or off"),
        ('certificate = "c.pem"', "both"),
        (
            'port = 0\nhttps_port = 0\ncertificate = "c.pem"\ncertificate_key = "k.pem"',
            "cannot read the certificate c.pem",
        ),
        ("= 1", "hub.toml"),
    ):
        config.write_text(text)
        result = run("hub", "--data", tmp_path / "data", "--config", config)
        assert result.exit_code == 2
        assert words in result.stderr, result.stderr
        assert result.stderr.count("\n") == 1


def test_a_second_hub_on_one_folder_is_told_so(tmp_path: Path) -> None:
    """And a hub on a folder of its own is not."""
    with FolderLock(tmp_path / "data"):
        result = run("hub", "--data", tmp_path / "data", "--port", 0)
    assert result.exit_code == 1
    assert re.fullmatch(r"Error: .*/data is in use by another process; [^\n]*\n", result.stderr)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., tuple[subprocess.Popen[str], str]]]:
    """Start a real hub on a free port; gives the process and its address."""
    children: list[subprocess.Popen[str]] = []

    def start(*arguments: object) -> tuple[subprocess.Popen[str], str]:
        command = [sys.executable, "-m", "latchstring.cli.main", "hub", "--data", str(tmp_path / "data")]
        child = subprocess.Popen(
            [*command, "--port", "0", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        children.append(child)
        assert child.stdout is not None
        for line in child.stdout:
            if match := re.search(r"The hub is at (http://\S+)", line):
                return child, match[1]
        raise AssertionError("the hub ended before it said its address")

    yield start
    for child in children:
        child.kill()
        child.wait()
        child.stdout.close()


def answers(url: str) -> bool:
    def is_well() -> bool:
        try:
            return httpx.get(f"{url}healthz", trust_env=False).json() == {"ok": True}
        except httpx.HTTPError:
            return False

    return until(is_well)


def test_it_runs_until_ctrl_c_and_starts_again_after_a_kill(started, tmp_path: Path) -> None:
    """Ctrl-C ends it cleanly; kill -9 costs nothing that matters: the next start has the same device key."""
    child, url = started()
    assert answers(url)
    key = (tmp_path / "data" / "device.key").read_bytes()
    assert (tmp_path / "data" / "device.key").stat().st_mode & 0o077 == 0
    child.kill()
    child.wait()
    child, url = started()
    assert answers(url)
    assert (tmp_path / "data" / "device.key").read_bytes() == key
    child.send_signal(signal.SIGINT)
    assert child.wait(WAIT_SECONDS) == 0
    assert child.stdout.read().endswith("The hub has stopped.\n")


def test_a_polite_kill_stops_it_in_order_too(started, tmp_path: Path) -> None:
    """As systemd and containers do it; with https there are two servers to end."""
    https_on = tmp_path / "hub.toml"
    https_on.write_text('https = "on"')
    child, url = started("--https-port", "0", "--config", https_on)
    assert answers(url)
    child.terminate()
    assert child.wait(WAIT_SECONDS) == 0
    assert child.stdout.read().endswith("The hub has stopped.\n")


@pytest.mark.slow
def test_a_film_without_end_holds_up_no_stop(started, tmp_path: Path) -> None:
    """A player that watches sees the end of its file, and the log has nothing to say about it."""
    store = Store(tmp_path / "data" / "hub.db")
    someone = Session(csrf="", expires_at=NOW, device="dv_a", name="Owner")
    porch = CameraSettings(id=CameraId("cam_porch"), name="Porch", url="synthetic:?width=96&height=64")
    with store.write() as db:
        camera_rows.add(porch, now=NOW, db=db)
    _, key = programs.let_in(store, "A player", None, by=someone, now=NOW)
    store.close()
    child, url = started()
    film = f"{url}api/cameras/{porch.id}/live.mp4"
    login = {"auth": ("stream", key), "trust_env": False}
    until(lambda: httpx.head(film, **login).status_code == 200)
    with httpx.stream("GET", film, timeout=WAIT_SECONDS, **login) as answer:
        parts = answer.iter_bytes()
        assert b"ftyp" in next(parts)
        child.terminate()
        assert len(list(parts)) < 1000
    assert child.wait(WAIT_SECONDS) == 0
    said = child.stdout.read()
    assert "ERROR" not in said
    assert said.endswith("The hub has stopped.\n")


def test_a_taken_port_is_one_sentence(started, tmp_path: Path) -> None:
    _, url = started()
    port = url.rstrip("/").rsplit(":", 1)[1]
    result = run("hub", "--data", tmp_path / "other", "--port", port)
    assert result.exit_code == 1
    assert re.fullmatch(rf"Error: cannot listen on 127\.0\.0\.1 port {port}: [^\n]*\n", result.stderr)
