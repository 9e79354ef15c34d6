"""Brings a database to the newest schema: numbered SQL files, each once, each in its own transaction."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

from procrastinate.schema import SchemaManager
from psycopg import Connection
from psycopg.abc import Query
from psycopg.sql import SQL

from latchstring.base.errors import Conflict

_LOCK = 7_204_311  # any number that nobody else uses in this database


class NewerDatabase(Conflict):
    """This database was made by a newer version; run that version, or restore an older copy."""


def migrate(connection: Connection) -> None:
    """Apply what is missing. `connection` may make schemas and commits by itself (autocommit)."""
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        connection.execute("create schema if not exists meta")
        connection.execute(
            """
            create table if not exists meta.migrations
                (name text primary key, applied_at timestamptz not null default now())
            """
        )
        done = {row[0] for row in connection.execute("select name from meta.migrations")}
        ours = _sql_files(files("latchstring.network.database") / "migrations")
        theirs = _sql_files(files("procrastinate.sql") / "migrations")
        if unknown := sorted(done - ours.keys() - {f"procrastinate/{name}" for name in theirs}):
            raise NewerDatabase(f"{NewerDatabase.__doc__} (unknown migration {unknown[0]})")
        for name, text in ours.items():
            if name not in done:
                connection.execute(_trusted(text))
                _note(connection, name)
        _migrate_jobs(connection, done, theirs)


def _migrate_jobs(connection: Connection, done: set[str], theirs: dict[str, str]) -> None:
    """procrastinate's own tables, in the schema `jobs`: whole at first, later by its numbered files."""
    connection.execute("set local search_path = jobs")
    fresh = not any(name.startswith("procrastinate/") for name in done)
    if fresh:
        connection.execute(_trusted(SchemaManager.get_schema()))
    for name, text in theirs.items():
        if f"procrastinate/{name}" not in done:
            if not fresh:
                connection.execute(_trusted(text))
            _note(connection, f"procrastinate/{name}")
    for kind in ("tables", "sequences", "functions"):
        connection.execute(_trusted(f"grant all on all {kind} in schema jobs to latchstring_jobs"))
    connection.execute("grant usage on schema jobs to latchstring_jobs")


def _note(connection: Connection, name: str) -> None:
    connection.execute("insert into meta.migrations (name) values (%s)", [name])


def _sql_files(folder: Traversable) -> dict[str, str]:
    """Name to text, in order."""
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return {f.name: f.read_text() for f in found}


def _trusted(text: str) -> Query:
    """SQL that lies in a package, not in anybody's input."""
    return SQL(text)
