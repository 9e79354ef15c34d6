"""One PostgreSQL for the whole run; a database of its own for each test that asks for one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import psycopg
import pytest
from argon2 import PasswordHasher

from latchstring.base.signing import SigningKey
from latchstring.ledger.note import Signer
from latchstring.network.accounts import passwords
from latchstring.network.accounts import service as accounts
from latchstring.network.accounts.models import OFFICER, REVIEWER, Account, Agency
from latchstring.network.database import roles
from latchstring.network.database.migrate import migrate
from latchstring.network.database.pools import Database
from latchstring.network.database.postgres import EmbeddedPostgres
from latchstring.network.database.roles import Role
from latchstring.network.ledger.service import Writer
from latchstring.network.requests import service as requests
from latchstring.testing.clock import FakeClock
from latchstring.testing.network import AGENCY, Staff, TestNetwork
from latchstring.testing.storage import MemoryStorage

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
_numbers = count(1)


@dataclass
class Cluster:
    """The server of this run, with an empty database of our schema to copy."""

    folder: Path
    server: EmbeddedPostgres
    passwords: dict[str, str]

    def url(self, database: str, role: str = roles.SUPERUSER) -> str:
        return self.server.url(role, self.passwords[role], database)

    def run(self, statement: str) -> None:
        with psycopg.connect(self.server.superuser_url, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]


@dataclass
class Signers:
    """An officer and reviewers with their keys, as accounts."""

    keys: dict[str, SigningKey] = field(default_factory=dict)

    def enrol(self, name: str, role: str, database: Database) -> Account:
        with database.transaction(Role.DOOR) as db:
            account, _ = accounts.create(name, role, AGENCY if role == OFFICER else None, now=NOW, db=db)
            key = SigningKey.generate()
            self.keys[account.holder] = key
            return accounts.enrol_key(account, key.verify_key, now=NOW, db=db)


def folder_for_servers() -> Iterator[Path]:
    """A folder that no other run of pytest closes or clears away while a server works in it."""
    with tempfile.TemporaryDirectory(prefix="latchstring-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hashing is made slow on purpose; a hundred sign-ins need not prove it each time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))
        yield


@pytest.fixture
def data() -> Iterator[Path]:
    yield from folder_for_servers()


@pytest.fixture(scope="session")
def shared_data() -> Iterator[Path]:
    yield from folder_for_servers()


@pytest.fixture(scope="session")
def cluster(shared_data: Path) -> Iterator[Cluster]:
    folder = shared_data / "cluster"
    folder.mkdir()
    known = roles.passwords(folder / "secrets" / "database.json")
    server = EmbeddedPostgres(folder / "postgres", password=known[roles.SUPERUSER])
    server.start()
    try:
        cluster = Cluster((folder / "postgres").resolve(), server, known)
        for careful in ("fsync", "full_page_writes", "synchronous_commit"):
            cluster.run(f"alter system set {careful} = off")  # no test cuts this server's power
        cluster.run("select pg_reload_conf()")
        cluster.run("create database pristine")
        with psycopg.connect(cluster.url("pristine"), autocommit=True) as connection:
            roles.create(connection, known)
            migrate(connection)
        yield cluster
    finally:
        server.stop()


@pytest.fixture
def database(cluster: Cluster) -> Iterator[Database]:
    """An empty database of our schema."""
    name = f"test_{next(_numbers)}"
    cluster.run(f"create database {name} template pristine")
    database = Database(lambda role: cluster.url(name, role))
    database.open()
    try:
        yield database
    finally:
        database.close()
        cluster.run(f"drop database {name} with (force)")


@pytest.fixture
def tiles() -> MemoryStorage:
    return MemoryStorage()


@pytest.fixture
def signer() -> Signer:
    return Signer("latchstring.test/ledger", SigningKey(b"L" * 32))


@pytest.fixture
def writer(database: Database, tiles: MemoryStorage, signer: Signer) -> Writer:
    """A begun ledger."""
    writer = Writer(database, tiles, signer)
    writer.begin()
    return writer


@pytest.fixture
def signers() -> Signers:
    return Signers()


@pytest.fixture
def agency(database: Database) -> str:
    """An enrolled agency and a published policy."""
    with database.transaction(Role.JOBS) as db:
        requests.publish_policy(now=NOW, db=db)
    with database.transaction(Role.DOOR) as db:
        accounts.enrol_agency(
            Agency(agency=AGENCY, title="Riverside Police", agency_type="local-police"), now=NOW, db=db
        )
    return AGENCY


@pytest.fixture
def officer(database: Database, agency: str, signers: Signers) -> Account:
    return signers.enrol("Jordan", OFFICER, database)


@pytest.fixture
def reviewers(database: Database, agency: str, signers: Signers) -> list[Account]:
    return [signers.enrol(name, REVIEWER, database) for name in ("Robin", "Sasha", "Toni")]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture(scope="session")
def network(shared_data: Path) -> Iterator[TestNetwork]:
    """A running network over HTTP that tests share; each brings its own cases."""
    with TestNetwork(shared_data / "network") as network:
        yield network


@pytest.fixture(scope="session")
def staff(network: TestNetwork) -> Iterator[Staff]:
    staff = network.enrol()
    yield staff
    staff.close()
