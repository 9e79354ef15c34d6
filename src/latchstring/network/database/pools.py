"""Connections: a pool for each role, one transaction for each unit of work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeAlias

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from latchstring.base.errors import Unavailable
from latchstring.network.database.roles import Role

Transaction: TypeAlias = psycopg.Connection[DictRow]
"""Handed to services and stores; committed at the edge, where it was begun."""

_WAIT_SECONDS = 5.0
_SIZES = {Role.DOOR: 10, Role.AGENCY: 20, Role.REVIEW: 10, Role.INTAKE: 20, Role.PUBLIC: 10, Role.JOBS: 4}


class DatabaseUnavailable(Unavailable):
    """The database does not answer. Nothing was changed by this request; try it again in a moment."""


class CommitUnknown(Unavailable):
    """The database went away while this was being stored. Look whether it is there before you try again."""


class Database:
    """Where transactions come from. `url` gives the connection string of a role, anew for each connection."""

    def __init__(self, url: Callable[[Role], str]) -> None:
        self.url = url
        self._pools = {
            role: ConnectionPool(
                partial(url, role),
                connection_class=psycopg.Connection[DictRow],
                kwargs={
                    "row_factory": dict_row,
                    "connect_timeout": 3,
                    "application_name": role,
                    "options": f"-c search_path={'jobs' if role is Role.JOBS else 'pg_catalog'}",
                },
                min_size=0,
                max_size=size,
                timeout=_WAIT_SECONDS,
                reconnect_timeout=1.0,  # then the next caller tries; a long back-off would outlast the outage
                check=ConnectionPool.check_connection,
                open=False,
                name=role,
            )
            for role, size in _SIZES.items()
        }

    def open(self) -> None:
        for pool in self._pools.values():
            pool.open()

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close(timeout=2)

    @contextmanager
    def transaction(self, role: Role) -> Iterator[Transaction]:
        """Commits when the block ends well; an error rolls all of it back."""
        pool = self._pools[role]
        try:
            connection = pool.getconn()
        except (PoolTimeout, psycopg.OperationalError) as e:
            raise DatabaseUnavailable from e
        try:
            try:
                yield connection
            except BaseException:
                _roll_back(connection)
                raise
            try:
                connection.commit()
            except (psycopg.OperationalError, psycopg.InterfaceError) as e:
                raise CommitUnknown from e
        except (psycopg.OperationalError, psycopg.InterfaceError) as e:
            raise DatabaseUnavailable from e
        finally:
            pool.putconn(connection)


def _roll_back(connection: Transaction) -> None:
    try:
        connection.rollback()
    except psycopg.Error:
        connection.close()
