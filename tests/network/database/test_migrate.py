"""The migrations and the commented schema say the same."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from latchstring.network.database import migrate as module
from latchstring.network.database.migrate import NewerDatabase, migrate

SCHEMA = Path(module.__file__).with_name("schema.sql")

_OURS = "('pg_catalog', 'information_schema', 'pg_toast', 'meta', 'jobs')"
_DESCRIPTION = f"""
select 'column', table_schema, table_name, column_name, data_type, is_nullable, column_default, is_identity
    from information_schema.columns where table_schema not in {_OURS}
union all
select 'constraint', n.nspname, r.relname, c.conname, pg_get_constraintdef(c.oid), '', '', ''
    from pg_constraint c join pg_class r on r.oid = c.conrelid join pg_namespace n on n.oid = r.relnamespace
    where n.nspname not in {_OURS}
union all
select 'index', schemaname, tablename, indexname, indexdef, '', '', ''
    from pg_indexes where schemaname not in {_OURS}
union all
select 'right', table_schema, table_name, grantee, privilege_type, '', '', ''
    from information_schema.table_privileges where table_schema not in {_OURS}
union all
select 'right on column', table_schema, table_name, column_name, grantee, privilege_type, '', ''
    from information_schema.column_privileges where table_schema not in {_OURS}
union all
select 'schema', nspname, coalesce(nspacl::text, ''), '', '', '', '', ''
    from pg_namespace where nspname not in {_OURS} and nspname not like 'pg_%'
union all
select 'function', n.nspname, p.proname, pg_get_functiondef(p.oid), coalesce(p.proacl::text, ''), '', '', ''
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname not in {_OURS}
union all
select 'trigger', n.nspname, r.relname, t.tgname, pg_get_triggerdef(t.oid), '', '', ''
    from pg_trigger t join pg_class r on r.oid = t.tgrelid join pg_namespace n on n.oid = r.relnamespace
    where not t.tgisinternal and n.nspname not in {_OURS}
"""


def describe(url: str) -> set[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return set(connection.execute(_DESCRIPTION))  # type: ignore[call-overload]


@pytest.fixture
def empty(cluster):
    cluster.run("create database empty")
    yield cluster.url("empty")
    cluster.run("drop database empty with (force)")


def test_the_commented_schema_equals_the_migrations(cluster, empty):
    """Whoever reads schema.sql reads what the migrations build, rights and functions included."""
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute(SCHEMA.read_text())

    assert describe(empty) == describe(cluster.url("pristine"))


def test_migrating_twice_changes_nothing(empty):
    """The second start finds everything done."""
    with psycopg.connect(empty, autocommit=True) as connection:
        migrate(connection)
        before = describe(empty)
        migrate(connection)

    assert describe(empty) == before


def test_a_database_of_a_newer_version_is_refused(empty):
    """An older program does not touch what it does not know."""
    with psycopg.connect(empty, autocommit=True) as connection:
        migrate(connection)
        connection.execute("insert into meta.migrations (name) values ('9999_later.sql')")

        with pytest.raises(NewerDatabase, match=r"9999_later\.sql"):
            migrate(connection)


def test_migrations_import_nothing():
    """A migration is SQL alone, so that it says the same in ten years."""
    names = sorted(p.name for p in SCHEMA.with_name("migrations").iterdir())

    assert names
    assert all(name.endswith(".sql") and name[:4].isdigit() for name in names)
