"""A network as a process: started, stopped, killed, and started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil
import pytest

from latchstring.base.errors import Conflict
from latchstring.base.files import FolderInUse
from latchstring.ledger.note import Verifier
from latchstring.ledger.storage import DirectoryStorage
from latchstring.ledger.verify import verify_log
from latchstring.network.daemon import NetworkDaemon
from latchstring.network.database import roles
from latchstring.network.settings import BadTitle, NetworkSettings
from latchstring.testing.network import TOWN, TestNetwork
from latchstring.testing.people import Operator, Refused
from latchstring.testing.waiting import WAIT_SECONDS, until
from latchstring.web.network.serve import PortTaken
from network.processes import child_environment

ORIGIN = "latchstring.test/ledger"


class Process:
    """`latchstring network` in a process of its own."""

    def __init__(self, data: Path, *more: str) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self._said = data / "said.txt"
        with self._said.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "latchstring.cli.main", "network", "--data", data, "--port", "0",
                 "--origin", ORIGIN, "--operator-password-file", data / "operator.txt", *more],
                stdout=out, stderr=subprocess.STDOUT, env=child_environment(),
            )  # fmt: skip
        self.url = until(self._listening, "the line that says where it listens")

    def _listening(self) -> str | None:
        if self.process.poll() is not None:
            raise AssertionError(self._said.read_text())
        for line in self._said.read_text().splitlines():
            if " listens on " in line:
                return line.split(" listens on ")[1].split(";")[0]
        return None

    @property
    def said(self) -> str:
        return self._said.read_text()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(WAIT_SECONDS)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(WAIT_SECONDS)


def postgres_of(data: Path) -> list[psutil.Process]:
    folder = str((data / "postgres").resolve())
    return [p for p in psutil.process_iter(["cmdline"]) if folder in (p.info["cmdline"] or [])]


def test_ctrl_c_stops_everything_and_the_next_start_finds_it_all(data):
    """One line says where it listens; nothing is left running; the accounts are there again."""
    first = Process(data / "n")
    password = (data / "n" / "operator.txt").read_text().strip()
    assert f"The network {ORIGIN} listens on http://127.0.0.1:" in first.said
    assert password not in first.said
    assert len(postgres_of(data / "n")) == 1

    assert first.stop() == 0
    assert postgres_of(data / "n") == []
    second = Process(data / "n")
    try:
        Operator(second.url, "operator", password).close()
    finally:
        assert second.stop() == 0


@pytest.mark.slow
def test_killed_at_any_moment_the_next_start_completes_what_was_entered(data):
    """kill -9 while agencies are being enrolled, five times: every acknowledged one ends up in one whole log."""
    folder = data / "n"
    enrolled: list[str] = []
    password = ""
    for round_ in range(5):
        network = Process(folder)
        password = password or (folder / "operator.txt").read_text().strip()
        operator = Operator(network.url, "operator", password)
        password = operator.password
        for n in range(3 * round_ + 1):
            operator.enrol_agency(f"agency-{round_}-{n}", "An agency")
            enrolled.append(f"agency-{round_}-{n}")
        network.kill()  # the worker is somewhere between waking up and the checkpoint
        operator.close()

    network = Process(folder)
    with httpx.Client(base_url=network.url, timeout=WAIT_SECONDS) as http:
        vkey = http.get("/ledger.vkey").text
        until(lambda: http.get("/api/log").json()["size"] >= len(enrolled) + 1, "the last checkpoint")
        page = http.get("/api/log", params={"limit": 500}).json()
    assert network.stop() == 0

    agencies = [e["entry"]["agency"] for e in page["entries"] if e["entry"]["kind"] == "agency-enrolled"]
    assert sorted(agencies) == sorted(enrolled)
    report = verify_log(DirectoryStorage(folder / "store" / "ledger"), Verifier.from_vkey(vkey))
    assert report.kinds == {"policy-published": 1, "agency-enrolled": len(enrolled)}


def test_two_networks_do_not_share_a_data_folder(network):
    """The second is told so and touches nothing."""
    with pytest.raises(FolderInUse):
        NetworkDaemon(network.settings)
    assert network.http.get("/healthz").json()["ok"] is True


def test_a_port_that_is_taken_is_explained(network, data):
    """And the data folder is free again for the next try."""
    taken = int(network.url.rsplit(":", 1)[1])
    with pytest.raises(PortTaken, match="choose another with --port"):
        TestNetwork(data / "n", port=taken).start()

    NetworkDaemon(NetworkSettings(data=data / "n", origin=ORIGIN)).stop()


def test_the_origin_of_a_ledger_cannot_be_changed(data):
    """A network that was started under one name keeps it."""
    NetworkDaemon(NetworkSettings(data=data / "n", origin="a.example/log")).stop()

    with pytest.raises(Conflict, match=r"It is 'a\.example/log'"):
        NetworkDaemon(NetworkSettings(data=data / "n", origin="b.example/log"))
    again = NetworkDaemon(NetworkSettings(data=data / "n"))
    assert again.origin == "a.example/log"
    again.stop()


def test_a_long_title_is_refused():
    """It stands at the top of every page."""
    with pytest.raises(BadTitle):
        NetworkSettings(title="x" * 81)


@pytest.mark.slow
def test_while_postgresql_is_away_the_network_says_so_and_then_goes_on(data):
    """503 with a sentence, no entry lost, the worker comes back by itself."""
    with TestNetwork(data / "n") as network:
        staff = network.enrol()
        embedded = network.daemon.server.embedded
        assert embedded is not None
        draft = network.draft()
        network.wait_for_size(6)

        embedded.stop()
        with pytest.raises(Refused) as away:
            staff.officer.ask(draft)
        assert (away.value.status, away.value.error) == (503, "database_unavailable")
        assert network.http.get("/healthz").status_code == 503
        assert network.http.get("/ledger/checkpoint").status_code == 200  # static files need no database

        embedded.start()
        asked = until(lambda: ask(staff.officer, draft), "a request after it is back")
        network.approve(asked, staff)
        network.wait_for_size(network.wait_for_kind("request-approved", asked) + 1)
        assert network.verify_ledger().kinds["request-submitted"] == 1
        staff.close()


def ask(officer, draft) -> str | None:
    try:
        return str(officer.ask(draft))
    except Refused:
        return None


def test_secrets_are_for_the_owner_alone(network):
    """Keys and passwords of the network are readable by whoever runs it, and by nobody else."""
    secrets = network.settings.data / "secrets"

    assert secrets.stat().st_mode & 0o077 == 0
    for name in ("database.json", "ledger.key"):
        assert (secrets / name).stat().st_mode & 0o077 == 0
    assert os.getuid() == secrets.stat().st_uid


def test_a_network_runs_on_a_database_and_an_object_store_of_its_own(cluster, data):
    """Everything by address: PostgreSQL by LATCHSTRING_DATABASE_URL, files by LATCHSTRING_STORE_URL."""
    cluster.run("create database elsewhere")
    store = data / "objects"
    store.mkdir()
    secrets = data / "n" / "secrets"
    secrets.mkdir(parents=True)
    (secrets / "database.json").write_text(json.dumps(cluster.passwords))
    login = f"{roles.SUPERUSER}:{cluster.passwords[roles.SUPERUSER]}"
    url = f"postgresql://{login}@/elsewhere?host={quote(str(cluster.folder), safe='')}"

    with TestNetwork(data / "n", database_url=url, store_url=store.as_uri()) as network:
        staff = network.enrol()
        asked = staff.officer.ask(network.draft())
        network.approve(asked, staff)
        network.wait_for_bundle(asked, TOWN.cell(6))
        assert network.verify_ledger().kinds["request-approved"] == 1
        staff.close()

    assert (store / "ledger" / "checkpoint").is_file()
    assert not (data / "n" / "postgres").exists()
    cluster.run("drop database elsewhere with (force)")
