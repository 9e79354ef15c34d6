"""SQL of accounts, sessions, agencies and keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg.errors import UniqueViolation

from latchstring.base.errors import Conflict, NotFound
from latchstring.base.ids import AccountId
from latchstring.base.signing import VerifyKey
from latchstring.network.accounts.models import Account, Agency, EnrolledKey, Session
from latchstring.network.database.pools import Transaction

_ACCOUNT = """
    select a.id, a.name, a.role, a.agency, a.holder, a.must_change_password, a.password_hash, k.public_key
    from accounts.accounts a left join directory.keys k on k.holder = a.holder and k.replaced_at is null
"""
_OF_SESSION = f"""  -- a session with its account
    with a as ({_ACCOUNT})
    select a.*, s.csrf, s.expires_at from a join accounts.sessions s on s.account = a.id
"""  # noqa: S608 (nothing but constants)


class NameTaken(Conflict):
    """This name is taken; choose another."""


class KeyKnown(Conflict):
    """This key has been enrolled before; make a new one."""


class UnknownAccount(NotFound):
    """There is no such account."""


class UnknownAgency(NotFound):
    """There is no such agency; enrol it first."""


def add(account: Account, password_hash: str, *, now: datetime, db: Transaction) -> None:
    try:
        db.execute(
            """
            insert into accounts.accounts
                (id, name, role, agency, holder, password_hash, must_change_password, created_at)
            values (%s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [
                account.id, account.name, account.role, account.agency, account.holder, password_hash,
                account.must_change_password, now,
            ],
        )  # fmt: skip
    except UniqueViolation as e:
        raise NameTaken from e


def get(account: AccountId, *, db: Transaction) -> Account:
    row = db.execute(f"{_ACCOUNT} where a.id = %s", [account]).fetchone()
    if row is None:
        raise UnknownAccount
    return _account(row)


def everyone(*, db: Transaction) -> list[Account]:
    return [_account(row) for row in db.execute(f"{_ACCOUNT} order by a.role, lower(a.name)")]


def find_login(name: str, *, db: Transaction) -> tuple[Account, str] | None:
    """The account of this name with its password's hash."""
    row = db.execute(
        f"{_ACCOUNT} where lower(a.name) = lower(%s)",
        [name],
    ).fetchone()
    if row is None:
        return None
    return _account(row), row["password_hash"]


def set_password(account: AccountId, password_hash: str, *, one_time: bool, db: Transaction) -> None:
    db.execute(
        "update accounts.accounts set password_hash = %s, must_change_password = %s where id = %s",
        [password_hash, one_time, account],
    )


def lock_attempts(name_sha256: str, *, db: Transaction) -> tuple[int, datetime | None]:
    """Failures in a row and the end of the wait; others who try this name wait for our transaction."""
    db.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [name_sha256])
    row = db.execute(
        "select failures, wait_until from accounts.attempts where name_sha256 = %s", [name_sha256]
    ).fetchone()
    return (row["failures"], row["wait_until"]) if row else (0, None)


def note_failure(name_sha256: str, failures: int, wait_until: datetime, *, db: Transaction) -> None:
    db.execute(
        """
        insert into accounts.attempts (name_sha256, failures, wait_until) values (%s, %s, %s)
        on conflict (name_sha256) do update set failures = excluded.failures, wait_until = excluded.wait_until
        """,
        [name_sha256, failures, wait_until],
    )


def forget_failures(name_sha256: str, *, db: Transaction) -> None:
    db.execute("delete from accounts.attempts where name_sha256 = %s", [name_sha256])


def add_session(token_sha256: str, session: Session, *, db: Transaction) -> None:
    db.execute(
        "insert into accounts.sessions (token_sha256, account, csrf, expires_at) values (%s, %s, %s, %s)",
        [token_sha256, session.account.id, session.csrf, session.expires_at],
    )


def find_session(token_sha256: str, *, now: datetime, db: Transaction) -> Session | None:
    row = db.execute(
        f"{_OF_SESSION} where s.token_sha256 = %s and s.expires_at > %s",
        [token_sha256, now],
    ).fetchone()
    if row is None:
        return None
    return Session(account=_account(row), csrf=row["csrf"], expires_at=row["expires_at"])


def end_session(token_sha256: str, *, db: Transaction) -> None:
    db.execute("delete from accounts.sessions where token_sha256 = %s", [token_sha256])


def end_sessions_of(account: AccountId, *, db: Transaction) -> None:
    db.execute("delete from accounts.sessions where account = %s", [account])


def end_other_sessions(account: AccountId, token_sha256: str, *, db: Transaction) -> None:
    db.execute(
        "delete from accounts.sessions where account = %s and token_sha256 <> %s", [account, token_sha256]
    )


def end_old_sessions(*, now: datetime, db: Transaction) -> None:
    db.execute("delete from accounts.sessions where expires_at <= %s", [now])


def add_agency(agency: Agency, *, now: datetime, db: Transaction) -> None:
    try:
        db.execute(
            """
            insert into directory.agencies (agency, title, agency_type, enrolled_at) values (%s, %s, %s, %s)
            """,
            [agency.agency, agency.title, agency.agency_type, now],
        )
    except UniqueViolation as e:
        raise NameTaken from e


def agencies(*, db: Transaction) -> list[Agency]:
    rows = db.execute("select agency, title, agency_type from directory.agencies order by agency")
    return [Agency(**row) for row in rows]


def get_agency(agency: str, *, db: Transaction) -> Agency:
    row = db.execute(
        "select agency, title, agency_type from directory.agencies where agency = %s", [agency]
    ).fetchone()
    if row is None:
        raise UnknownAgency
    return Agency(**row)


def add_key(enrolled: EnrolledKey, *, now: datetime, db: Transaction) -> None:
    try:
        db.execute(
            """
            insert into directory.keys (public_key, holder, role, agency, entry, enrolled_at)
            values (%s, %s, %s, %s, %s, %s)
            """,
            [enrolled.key.to_text(), enrolled.holder, enrolled.role, enrolled.agency, enrolled.entry, now],
        )
    except UniqueViolation as e:
        raise KeyKnown from e


def replace_key(holder: str, *, now: datetime, db: Transaction) -> None:
    db.execute(
        "update directory.keys set replaced_at = %s where holder = %s and replaced_at is null", [now, holder]
    )


def keys_of(holders: list[str], *, db: Transaction) -> list[EnrolledKey]:
    """Every key that these people ever enrolled, in the order of entering."""
    rows = db.execute(
        """
        select public_key, holder, role, agency, entry from directory.keys
        where holder = any(%s) order by entry
        """,
        [holders],
    )
    return [
        EnrolledKey(
            key=VerifyKey.from_text(r["public_key"]),
            holder=r["holder"],
            role=r["role"],
            agency=r["agency"],
            entry=r["entry"],
        )
        for r in rows
    ]


def _account(row: dict[str, Any]) -> Account:
    return Account(
        id=AccountId(row["id"]),
        name=row["name"],
        role=row["role"],
        agency=row["agency"],
        holder=row["holder"],
        must_change_password=row["must_change_password"],
        key=VerifyKey.from_text(row["public_key"]) if row["public_key"] else None,
    )
