"""PostgreSQL itself keeps each path through the network to its own tables."""

from __future__ import annotations

import stat

import pytest
from psycopg.errors import InsufficientPrivilege, RaiseException

from latchstring.network.database import roles
from latchstring.network.database.roles import Role
from latchstring.network.ledger import store

PRIVATE = ("accounts.accounts", "accounts.sessions", "accounts.attempts", "disclosures.uploads")


@pytest.mark.parametrize("table", PRIVATE)
@pytest.mark.parametrize("role", [Role.AGENCY, Role.REVIEW, Role.PUBLIC])
def test_agencies_reviewers_and_the_public_cannot_read_accounts_sessions_or_uploads(database, role, table):
    """Whatever the code would ask, the database refuses."""
    with pytest.raises(InsufficientPrivilege), database.transaction(role) as db:
        db.execute(f"select * from {table}")


@pytest.mark.parametrize(
    ("role", "table"), [(Role.DOOR, t) for t in PRIVATE[:3]] + [(Role.INTAKE, PRIVATE[3])]
)
def test_the_paths_that_need_them_can(database, role, table):
    """The allowed twin."""
    with database.transaction(role) as db:
        assert db.execute(f"select * from {table}").fetchall() == []


@pytest.mark.parametrize(
    "table", ["accounts.accounts", "accounts.sessions", "requests.cases", "requests.votes"]
)
def test_hub_intake_sees_no_accounts_and_no_case_references(database, table):
    """What serves hubs knows which requests there are, and no more."""
    with pytest.raises(InsufficientPrivilege), database.transaction(Role.INTAKE) as db:
        db.execute(f"select * from {table}")


@pytest.mark.parametrize("table", ["requests.requests", "requests.cases", "disclosures.disclosures"])
def test_the_public_reads_the_log_and_not_the_requests_behind_it(database, table):
    """An unapproved statement cannot leak through the public pages."""
    with pytest.raises(InsufficientPrivilege), database.transaction(Role.PUBLIC) as db:
        db.execute(f"select * from {table}")
    with database.transaction(Role.PUBLIC) as db:
        db.execute("select * from ledger.entries, ledger.head")


@pytest.mark.parametrize("role", [Role.AGENCY, Role.INTAKE, Role.PUBLIC, Role.DOOR])
def test_only_reviewers_and_the_worker_change_the_state_of_a_request(database, role):
    """An agency cannot approve its own request, not even through a hole in the code."""
    with pytest.raises(InsufficientPrivilege), database.transaction(role) as db:
        db.execute("update requests.requests set state = 'approved'")
    with database.transaction(Role.REVIEW) as db:
        db.execute("update requests.requests set state = 'approved'")


@pytest.mark.parametrize("role", list(Role))
def test_nobody_writes_into_the_log_but_through_the_one_function(database, role):
    """An entry cannot be slipped in beside the worker's wake-up."""
    with pytest.raises(InsufficientPrivilege), database.transaction(role) as db:
        db.execute("insert into ledger.entries (kind, subject, body) values ('k', '', 'b')")


@pytest.mark.parametrize("change", [
    "delete from ledger.entries",
    "update ledger.entries set body = 'other'",
    "update ledger.entries set position = 7",
    "delete from ledger.head",
    "update ledger.head set size = 0",
])  # fmt: skip
def test_the_log_keeps_what_is_entered_even_from_the_database_owner(cluster, database, writer, change):
    """Nothing is deleted, changed, moved or rolled back, by whoever it is."""
    with database.transaction(Role.AGENCY) as db:
        store.add("kind", "", b"entered", db=db)
    writer.integrate()
    owner = cluster.url(database_name(database))

    import psycopg

    with psycopg.connect(owner) as connection, pytest.raises(RaiseException, match="the ledger"):
        connection.execute(change)


def test_passwords_are_made_once_and_kept_for_their_owner_alone(tmp_path):
    """Nobody else on the machine can read them, and a restart finds the same."""
    path = tmp_path / "secrets" / "database.json"

    first = roles.passwords(path)

    assert roles.passwords(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(set(first.values())) == len(Role) + 1
    assert all(len(password) == 48 for password in first.values())


def database_name(database) -> str:
    from psycopg.conninfo import conninfo_to_dict

    return str(conninfo_to_dict(database.url(Role.DOOR))["dbname"])
