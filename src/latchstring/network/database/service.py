"""Starts the database a network uses, brings its schema up to date, and hands out transactions."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg

from latchstring.base.errors import Unavailable
from latchstring.network.database import roles
from latchstring.network.database.migrate import migrate
from latchstring.network.database.pools import Database
from latchstring.network.database.postgres import EmbeddedPostgres
from latchstring.network.database.roles import Role

NAME = "latchstring"


class DatabaseNotReachable(Unavailable):
    """The database at LATCHSTRING_DATABASE_URL does not answer."""


class Server:
    """A PostgreSQL with our schema: the embedded one in `folder`, or the one at `url`."""

    def __init__(self, folder: Path, *, url: str = "", secrets: Path) -> None:
        self._passwords = roles.passwords(secrets)
        self._url = url
        self.embedded = None if url else EmbeddedPostgres(folder, password=self._passwords[roles.SUPERUSER])
        self.database = Database(self._role_url)

    def start(self) -> None:
        if self.embedded is not None:
            self.embedded.start()
            _create_database(self.embedded.superuser_url)
        try:
            with psycopg.connect(self._owner_url, autocommit=True, connect_timeout=5) as connection:
                roles.create(connection, self._passwords)
                migrate(connection)
        except psycopg.OperationalError as e:
            raise DatabaseNotReachable from e
        self.database.open()

    def stop(self) -> None:
        self.database.close()
        if self.embedded is not None:
            self.embedded.stop()

    @property
    def _owner_url(self) -> str:
        """Who owns the schema: a superuser in the embedded server, the user of the URL elsewhere."""
        if self.embedded is None:
            return self._url
        return self.embedded.url(roles.SUPERUSER, self._passwords[roles.SUPERUSER], NAME)

    def _role_url(self, role: Role) -> str:
        if self.embedded is not None:
            return self.embedded.url(role, self._passwords[role], NAME)
        parts = urlsplit(self._url)
        address = parts.netloc.rpartition("@")[2]
        login = f"{quote(role)}:{quote(self._passwords[role])}"
        return urlunsplit(parts._replace(netloc=f"{login}@{address}"))


def _create_database(superuser_url: str) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", [NAME]).fetchone() is None:
            connection.execute(f"create database {NAME}")
