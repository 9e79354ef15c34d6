"""The unit, the container file and the guide say the same, and name what is there."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath

import pytest

from conftest import ROOT
from latchstring.cli.hub import hub
from latchstring.hub.settings import HubSettings

CONTAINERFILE = (ROOT / "packaging" / "Containerfile").read_text().replace("\\\n", " ")
UNIT = (ROOT / "packaging" / "latchstring-hub.service").read_text()
GUIDE = (ROOT / "docs" / "guide" / "run-a-hub.md").read_text().replace("\\\n", " ")
DATA = "/var/lib/latchstring"


def unit(name: str) -> str:
    [value] = re.findall(rf"^{name}=(.*)$", UNIT, re.MULTILINE)
    return value


def steps(instruction: str) -> list[str]:
    return re.findall(rf"^{instruction} (.*)$", CONTAINERFILE, re.MULTILINE)


def section(title: str) -> list[list[str]]:
    """The commands of one part of the guide, as a shell reads them."""
    [part] = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    return [shlex.split(line) for line in re.findall(r"^    (\S.*)$", part, re.MULTILINE)]


def asked_for(arguments: list[str]) -> dict[str, object]:
    """What a hub makes of its command line; an option that it does not know is refused."""
    command, *options = arguments
    assert command == "hub"
    return {name: str(value) for name, value in hub.make_context("hub", options).params.items() if value}


@contextmanager
def answering(status: int) -> Iterator[int]:
    """Something that answers a health check; its port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("status", [200, 503])
def test_the_health_check_tells_a_hub_that_is_well_from_one_that_is_not(status):
    """Its own words, run against a port that the environment names."""
    [check] = re.findall(r"CMD (\[.*\])$", *steps("HEALTHCHECK"))
    program, *arguments = json.loads(check)
    assert program == "/opt/latchstring/bin/python"
    with answering(status) as port:
        environment = {"LATCHSTRING_PORT": str(port)}
        ended = subprocess.run(
            [sys.executable, *arguments], env=environment, capture_output=True, check=False
        )
    assert (ended.returncode == 0) == (status == 200), ended.stderr


def test_the_image_is_made_of_files_that_are_there():
    """Each lock file it installs is tracked, and nothing that it copies is left out of its context."""
    ignored = (ROOT / ".dockerignore").read_text().split()
    named = [
        *re.findall(r"-r (\S+)", CONTAINERFILE),
        "requirements",
        "web/package-lock.json",
        "pyproject.toml",
    ]
    for name in named:
        assert (ROOT / name).exists(), name
        assert not {name, name.split("/")[0]} & set(ignored), name
    assert [copy for copy in steps("COPY") if "--from" not in copy] == ["requirements requirements", ". ."]


def test_the_containers_hub_starts_with_what_the_guide_says():
    """Every port it listens on is let through, and its data lies in the volume, as its own user."""
    [run] = [words for words in section("As a container") if words[:2] == ["podman", "run"]]
    [volume] = steps("VOLUME")
    assert volume == DATA
    assert f"latchstring:{DATA}" in run
    for arguments in (run[run.index("latchstring-hub") + 1 :], json.loads(steps("CMD")[0])):
        assert asked_for(arguments)["data"] == DATA
        assert asked_for(arguments)["host"] == "0.0.0.0"
    ports = [str(HubSettings().port), str(HubSettings().https_port)]
    assert steps("EXPOSE") == [" ".join(ports)]
    assert [run[i + 1] for i, word in enumerate(run) if word == "-p"] == [f"{port}:{port}" for port in ports]
    assert steps("USER") == ["latchstring"]
    assert "--uid 999 --gid 999" in CONTAINERFILE, "volumes of earlier images belong to this number"
    assert steps("WORKDIR")[-1] == DATA, "the one place that can be written to under --read-only"


def test_the_unit_starts_what_the_guide_installs():
    """Program, settings, user and folder: each is made by a command of the guide before the unit starts."""
    commands = section("As a service")
    program, *arguments = shlex.split(unit("ExecStart"))
    assert ["python3", "-m", "venv", str(PurePosixPath(program).parents[1])] in commands
    asked = asked_for(arguments)
    assert any(command[0] == "install" and command[-1] == asked["config"] for command in commands)
    [user] = [command for command in commands if command[0] == "useradd"]
    assert user[-1] == unit("User") == unit("Group")
    assert asked["data"] == user[user.index("--home-dir") + 1] == f"/var/lib/{unit('StateDirectory')}"
    assert commands[-1] == ["systemctl", "enable", "--now", "latchstring-hub"]


def test_the_unit_keeps_what_the_guide_promises():
    """Told when it listens, started again whatever happens, and able to write one folder only."""
    assert unit("Type") == "notify"
    assert unit("Restart") == "always"
    assert unit("StartLimitIntervalSec") == "0", "else a few quick failures would be the end"
    assert unit("WatchdogSec") == "60", "the guide says a minute"
    assert unit("ProtectSystem") == "strict"
    assert {unit(name) for name in ("ProtectHome", "PrivateTmp", "NoNewPrivileges")} == {"yes"}
    assert "ReadWritePaths" not in UNIT
    assert unit("StateDirectoryMode") == "0700"
    assert unit("CapabilityBoundingSet") == ""


def test_the_unit_lets_the_hub_do_its_work():
    """Cameras by IPv4 and IPv6, the service manager by AF_UNIX, the machine's addresses by AF_NETLINK."""
    families = set(unit("RestrictAddressFamilies").split())
    assert families == {"AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK"}
    assert "PrivateNetwork" not in UNIT
    assert "MemoryDenyWriteExecute" not in UNIT, "libraries that make machine code while they run would end"
    assert "ProcSubset" not in UNIT, "metrics read when the machine was started from /proc/stat"


def test_an_update_brings_all_that_was_installed_and_keeps_the_owners_settings():
    """Whoever follows it gets the new program and unit; settings and user are left alone."""
    once = {"python3", "useradd", "install", "echo"}
    brought = [words for words in section("As a service") if words[0] not in once and "enable" not in words]
    assert section("Update") == [*brought, ["systemctl", "restart", "latchstring-hub"]]
