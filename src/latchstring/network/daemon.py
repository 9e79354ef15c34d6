"""Builds a network from its settings, starts it and stops it; the only file that knows all of its parts."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

from obstore.store import from_url

from latchstring.base.clock import Clock, SystemClock
from latchstring.base.files import FolderLock
from latchstring.ledger.storage import DirectoryStorage, ObjectStorage, Storage
from latchstring.network.accounts import service as accounts
from latchstring.network.accounts import store as accounts_store
from latchstring.network.accounts.models import OPERATOR
from latchstring.network.database.pools import Database
from latchstring.network.database.roles import Role
from latchstring.network.database.service import Server
from latchstring.network.disclosures.blobs import Blobs, DirectoryBlobs, ObjectBlobs
from latchstring.network.disclosures.service import Intake
from latchstring.network.disclosures.uploads import Spool
from latchstring.network.incidents.keys import household_key
from latchstring.network.jobs.work import Work
from latchstring.network.jobs.worker import Worker
from latchstring.network.ledger import keys
from latchstring.network.ledger.service import Writer
from latchstring.network.requests import service as requests
from latchstring.network.requests.bundles import Publisher
from latchstring.network.settings import NetworkSettings


@dataclass(frozen=True)
class FirstOperator:
    """The account made at the first start, with its one-time password."""

    name: str
    password: str


class NetworkDaemon:
    """A network: database, ledger, worker. Making one takes its data folder; `stop` gives it back."""

    def __init__(self, settings: NetworkSettings, *, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        with ExitStack() as undo:
            undo.enter_context(FolderLock(settings.data, mode=0o755))  # PostgreSQL may be another user
            self._build(settings)
            self._undo = undo.pop_all()

    def _build(self, settings: NetworkSettings) -> None:
        data = settings.data
        secrets = data / "secrets"
        self.server = Server(data / "postgres", url=settings.database_url, secrets=secrets / "database.json")
        self.signer = keys.signer(secrets, origin=settings.origin, first_origin=settings.first_origin)
        self.household_key = household_key(secrets)
        self.tiles = _storage(settings, "ledger")
        self.files = _storage(settings, "")
        self.writer = Writer(self.database, self.tiles, self.signer)
        publisher = Publisher(self.database, tiles=self.tiles, storage=self.files, signer=self.signer)
        self.intake = Intake(
            database=self.database,
            spool=Spool(
                data / "uploads",
                max_bytes=settings.max_upload_bytes,
                max_total_bytes=settings.max_spool_bytes,
            ),
            blobs=_blobs(settings),
            max_bytes=settings.max_upload_bytes,
        )
        self._work = Work(
            database=self.database,
            writer=self.writer,
            publisher=publisher,
            intake=self.intake,
            clock=self.clock,
        )
        self._worker = Worker(self.database, self._work)

    @property
    def database(self) -> Database:
        return self.server.database

    @property
    def origin(self) -> str:
        """The ledger's name; every statement made here carries it."""
        return self.signer.name

    def start(self) -> FirstOperator | None:
        """Start everything, after finishing what a crash left half done; at the first start, an operator."""
        try:
            self.server.start()
            self.writer.begin()
            operator = self._first_facts()
            self._worker.start()
        except BaseException:
            self.stop()
            raise
        return operator

    def stop(self) -> None:
        self._worker.stop()
        self.server.stop()
        self._undo.close()

    def publish_bundles(self) -> None:
        """Publish at once what has changed; the worker does the same within ten seconds."""
        self._work.publish_bundles()

    def _first_facts(self) -> FirstOperator | None:
        now = self.clock.now()
        with self.database.transaction(Role.JOBS) as db:
            requests.publish_policy(now=now, db=db)
        with self.database.transaction(Role.DOOR) as db:
            if accounts_store.everyone(db=db):
                return None
            account, password = accounts.create("operator", OPERATOR, None, now=now, db=db)
        return FirstOperator(account.name, password)


def _storage(settings: NetworkSettings, below: str) -> Storage:
    """A folder that syncs each file to disk, or an object store."""
    if settings.store_url:
        return ObjectStorage(from_url(settings.store_url), below)
    return DirectoryStorage(settings.data / "store" / below)


def _blobs(settings: NetworkSettings) -> Blobs:
    if settings.store_url:
        return ObjectBlobs(from_url(settings.store_url))
    return DirectoryBlobs(settings.data / "store" / "sealed")
