"""Signing in and out, accounts, agencies, keys."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from latchstring.base import canonical
from latchstring.base.errors import NotAllowed, NotSignedIn, TooOften
from latchstring.base.ids import AccountId
from latchstring.base.signing import VerifyKey
from latchstring.base.time import to_text
from latchstring.ledger.entry import AgencyEnrolled, KeyEnrolled
from latchstring.network.accounts import passwords, policy, store
from latchstring.network.accounts.models import Account, Agency, EnrolledKey, Session, SignedIn
from latchstring.network.accounts.policy import Refused
from latchstring.network.database.pools import Transaction
from latchstring.network.ledger import service as ledger


class WrongLogin(NotSignedIn):
    """Name or password is wrong."""


class TooManyTries(TooOften):
    """Too many wrong passwords for this name; wait a little."""


class NoSession(NotSignedIn):
    """Please sign in; a session ends after some hours."""


class CannotEnrolKey(NotAllowed):
    """This account cannot enrol a key."""


class SamePassword(NotAllowed):
    """The new password is the old one; choose another."""


def create(
    name: str, role: str, agency: str | None, *, now: datetime, db: Transaction
) -> tuple[Account, str]:
    """A new account, and the one-time password to hand to its person."""
    account = Account.new(name, role, agency)
    if account.agency is not None:
        store.get_agency(account.agency, db=db)
    password = passwords.one_time()
    store.add(account, passwords.hash_of(password), now=now, db=db)
    return account, password


def sign_in(
    name: str, password: str, *, lasts: timedelta, now: datetime, db: Transaction
) -> SignedIn | WrongLogin | TooManyTries:
    """A new session, or why not: returned, because the failure has to be committed."""
    tried = canonical.sha256_hex(name.strip().lower().encode())
    failures, wait_until = store.lock_attempts(tried, db=db)
    if isinstance(decision := policy.must_wait(wait_until, now=now), Refused):
        return TooManyTries(decision.reason)
    login = store.find_login(name.strip(), db=db)
    if not passwords.fits(password, login[1] if login else None) or login is None:
        store.note_failure(tried, failures + 1, now + policy.wait_after(failures + 1), db=db)
        return WrongLogin()
    store.forget_failures(tried, db=db)
    store.end_old_sessions(now=now, db=db)
    token = secrets.token_urlsafe(32)
    session = Session(account=login[0], csrf=secrets.token_urlsafe(24), expires_at=now + lasts)
    store.add_session(_hashed(token), session, db=db)
    return SignedIn(token=token, session=session)


def session_of(token: str | None, *, now: datetime, db: Transaction) -> Session:
    session = store.find_session(_hashed(token), now=now, db=db) if token else None
    if session is None:
        raise NoSession
    return session


def sign_out(token: str, *, db: Transaction) -> None:
    store.end_session(_hashed(token), db=db)


def change_password(account: Account, old: str, new: str, *, keep: str, db: Transaction) -> Account:
    """Set a new password; every session but that of the token `keep` ends."""
    login = store.find_login(account.name, db=db)
    if login is None or not passwords.fits(old, login[1]):
        raise WrongLogin("The old password is wrong.")
    if old == new:
        raise SamePassword
    store.set_password(account.id, passwords.hash_of(passwords.check_new(new)), one_time=False, db=db)
    store.end_other_sessions(account.id, _hashed(keep), db=db)
    return replace(account, must_change_password=False)


def reset(account_id: AccountId, *, key: bool, now: datetime, db: Transaction) -> str:
    """A new one-time password; sessions end; with `key`, a new signing key may be enrolled."""
    account = store.get(account_id, db=db)
    password = passwords.one_time()
    store.set_password(account.id, passwords.hash_of(password), one_time=True, db=db)
    store.end_sessions_of(account.id, db=db)
    if key:
        store.replace_key(account.holder, now=now, db=db)
    return password


def enrol_key(account: Account, key: VerifyKey, *, now: datetime, db: Transaction) -> Account:
    if isinstance(decision := policy.may_enrol_key(account), Refused):
        raise CannotEnrolKey(decision.reason)
    entry = ledger.enter(
        KeyEnrolled(
            at=to_text(now.replace(microsecond=0)),
            holder=account.holder,
            role=account.role,
            agency=account.agency or "",
            public_key=key.to_text(),
        ),
        db=db,
    )
    enrolled = EnrolledKey(
        key=key, holder=account.holder, role=account.role, agency=account.agency, entry=entry
    )
    store.add_key(enrolled, now=now, db=db)
    return replace(account, key=key)


def enrol_agency(agency: Agency, *, now: datetime, db: Transaction) -> Agency:
    store.add_agency(agency, now=now, db=db)
    ledger.enter(
        AgencyEnrolled(
            at=to_text(now.replace(microsecond=0)), agency=agency.agency, agency_type=agency.agency_type
        ),
        db=db,
    )
    return agency


def _hashed(token: str) -> str:
    return canonical.sha256_hex(token.encode())
