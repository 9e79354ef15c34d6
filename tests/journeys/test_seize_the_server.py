"""Somebody seizes the network's machine, running, after a whole story, and looks through everything."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from latchstring.demo.stage import Ports, Stage
from latchstring.demo.story import Story
from latchstring.demo.town import HOMES
from latchstring.demo.walkthrough import Walkthrough
from latchstring.network.database.postgres import EmbeddedPostgres
from latchstring.sealing.keys import load_or_make_device_key
from latchstring.testing import memory
from latchstring.testing.seized import search
from latchstring.web.pages import STATIC

pytestmark = pytest.mark.slow

PLACES = [(home.place.latitude, home.place.longitude) for home in HOMES]
NAMES = [name for home in HOMES for name in (home.title, home.camera, home.password)]


@dataclass
class Seized:
    """All that the network's machine held, and for comparison what one home holds."""

    network: list[tuple[str, Path]]
    secrets: dict[str, bytes]
    homes: dict[str, Path]

    def find(self, blobs: list[tuple[str, Path]]) -> list[str]:
        public = [path.read_bytes() for path in STATIC.rglob("*") if path.is_file()]
        found = search(blobs, secrets=self.secrets, coordinates=PLACES, names=NAMES, known=public)
        return [f"{f.kind} in {f.blob} at {f.offset}: {f.what}, {f.context.hex()}" for f in found]


@pytest.fixture(scope="module")
def seized(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seized]:
    """A walkthrough's network: files, tables as text, logs, and memory with that of PostgreSQL."""
    taken = tmp_path_factory.mktemp("taken")
    out = tmp_path_factory.mktemp("out")
    told: list[str] = []
    with (
        # Not below pytest's folder, through which PostgreSQL's own user may not walk.
        tempfile.TemporaryDirectory(prefix="latchstring-") as folder,
        Stage(Path(folder), Ports.free()) as stage,
    ):
        Walkthrough(stage, Story(told.append), out).run()
        network = stage.folder("network")
        blobs = [("tables", _dump_tables(network, taken / "tables.txt"))]
        with memory.frozen(stage.network.pid) as server, memory.frozen(_postgres(network)) as database:
            for pid in (*server, *database):
                memory.dump(pid, path := taken / f"memory-{pid}")
                blobs.append((f"memory of {pid}", path))
            disk = shutil.copytree(network, taken / "disk", ignore=_sockets)
        blobs.append(("log", stage.log("network")))
        blobs += [(str(p.relative_to(disk)), p) for p in _files(disk)]
        secrets = {p.name: p.read_bytes() for p in _files(disk / "secrets")}
        yield Seized(blobs, secrets, {home.key: stage.folder(home.key) for home in HOMES})


def test_nothing_to_find(seized):
    """No frame, no home's place, no owner's name, and no sealed file that opens, with all secrets at hand."""
    assert len(seized.network) > 20
    assert sum(path.stat().st_size for _, path in seized.network) > 100_000_000
    assert seized.find(seized.network) == []


def test_the_search_finds_what_homes_hold(seized):
    """The same search over one home's folder finds its pictures: it is not blind."""
    found = seized.find([(p.name, p) for p in _files(seized.homes["lamp"])])
    assert any(line.startswith(("picture", "video")) for line in found)
    assert any(line.startswith("coordinate") for line in found)


def test_homes_cannot_be_told_apart(seized):
    """Nothing that only one home knows is in the network: not its keys, its cameras, nor that it called."""
    everything = [(label, path.read_bytes()) for label, path in seized.network]
    for folder in seized.homes.values():
        device = load_or_make_device_key(folder / "device.key")
        public = device.verify_key
        known = [device.seed, public.raw, public.to_text().encode(), *_names_of(folder / "hub.db")]
        for secret in known:
            assert [label for label, data in everything if secret in data] == []
    tables = dict(everything)["tables"]
    for trace in (b"127.0.0.1", b"python-httpx", b"User-Agent", b"user-agent"):
        assert trace not in tables
        assert trace not in dict(everything)["log"].replace(b"listens on http://127.0.0.1", b"")


def _names_of(hub: Path) -> list[bytes]:
    """What the hub calls its household, its cameras and their recordings, as text."""
    with closing(sqlite3.connect(f"file:{hub}?mode=ro", uri=True)) as db:
        [[recipient]] = db.execute("SELECT recipient FROM owner")
        cameras = [camera for (camera,) in db.execute("SELECT id FROM camera")]
        segments = [path for (path,) in db.execute("SELECT path FROM segment")]
    assert cameras
    return [name.encode() for name in (recipient, *cameras, *segments)]


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.stat().st_size)


def _sockets(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if Path(folder, name).is_socket()]


def _dump_tables(network: Path, into: Path) -> Path:
    """Every table of every schema as text."""
    password = json.loads((network / "secrets" / "database.json").read_text())["postgres"]
    postgres = EmbeddedPostgres(network / "postgres", password=password)
    postgres.start()  # it runs: this only finds its socket
    with psycopg.connect(postgres.superuser_url) as server:
        names = [row[0] for row in server.execute("SELECT datname FROM pg_database WHERE datallowconn")]
    with into.open("wb") as out:
        for name in names:
            with psycopg.connect(postgres.superuser_url, dbname=name) as database:
                tables = database.execute(
                    "SELECT schemaname, tablename FROM pg_tables WHERE schemaname <> 'information_schema'"
                ).fetchall()
                for table in tables:
                    copy = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(*table))
                    with database.cursor().copy(copy) as rows:
                        out.writelines(bytes(row) for row in rows)
    return into


def _postgres(network: Path) -> int:
    """The database's first process, which is no child of the network's own."""
    return int((network / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
