"""Signing in, one-time passwords, throttling, keys."""

from __future__ import annotations

import inspect
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from latchstring.base.signing import SigningKey
from latchstring.network.accounts import passwords, service, store
from latchstring.network.accounts.models import OPERATOR, Agency, BadAgency, BadName, BadRole, SignedIn
from latchstring.network.accounts.models import Account as AccountModel
from latchstring.network.accounts.passwords import WeakPassword
from latchstring.network.accounts.service import (
    CannotEnrolKey,
    NoSession,
    SamePassword,
    TooManyTries,
    WrongLogin,
)
from latchstring.network.accounts.store import KeyKnown, NameTaken, UnknownAgency
from latchstring.network.database.roles import Role
from network.conftest import NOW

HOURS = timedelta(hours=12)
NEW = "correct horse battery"


@pytest.fixture
def door(database):
    with database.transaction(Role.DOOR) as db:
        yield db


@pytest.fixture
def operator(door):
    return service.create("Alex", OPERATOR, None, now=NOW, db=door)


def sign_in(name, password, door, *, now=NOW):
    return service.sign_in(name, password, lasts=HOURS, now=now, db=door)


def test_a_session_lasts_its_hours_and_ends(door, operator):
    """The token opens the session until its end, and no longer."""
    opened = sign_in("alex", operator[1], door)
    assert isinstance(opened, SignedIn)

    assert (
        service.session_of(opened.token, now=NOW + HOURS - timedelta(seconds=1), db=door).account
        == operator[0]
    )
    with pytest.raises(NoSession):
        service.session_of(opened.token, now=NOW + HOURS, db=door)
    with pytest.raises(NoSession):
        service.session_of(None, now=NOW, db=door)


def test_signing_out_ends_the_session_at_once(door, operator):
    """A copied cookie is worth nothing afterwards."""
    opened = sign_in("Alex", operator[1], door)

    service.sign_out(opened.token, db=door)

    with pytest.raises(NoSession):
        service.session_of(opened.token, now=NOW, db=door)


def test_the_database_holds_neither_password_nor_token(door, operator):
    """Who steals the tables cannot sign in with them."""
    opened = sign_in("Alex", operator[1], door)
    rows = str(
        [*door.execute("select * from accounts.accounts"), *door.execute("select * from accounts.sessions")]
    )

    assert operator[1] not in rows
    assert opened.token not in rows
    assert "$argon2id$" in rows


def test_wrong_passwords_and_unknown_names_are_told_apart_by_nobody(door, operator):
    """The same answer, so that names cannot be found out."""
    wrong, unknown = sign_in("Alex", "wrong", door), sign_in("Nobody", "wrong", door)

    assert isinstance(wrong, WrongLogin)
    assert isinstance(unknown, WrongLogin)
    assert wrong.message == unknown.message


def test_after_five_wrong_passwords_a_name_has_to_wait_even_with_the_right_one(door, operator):
    """Guessing is slowed down for this name, and for no other."""
    for _ in range(5):
        assert isinstance(sign_in("Alex", "wrong", door), WrongLogin)
    _, password = service.create("Blake", OPERATOR, None, now=NOW, db=door)

    assert isinstance(sign_in("ALEX ", operator[1], door), TooManyTries)
    assert isinstance(sign_in("Blake", password, door), SignedIn)
    assert isinstance(sign_in("Alex", operator[1], door, now=NOW + timedelta(minutes=6)), SignedIn)
    assert isinstance(sign_in("Alex", "wrong", door), WrongLogin)  # counting starts anew


def test_a_one_time_password_has_to_be_changed_and_then_is_worth_nothing(door, operator):
    """Other sessions of the account end too."""
    account, once = operator
    assert account.must_change_password
    other, mine = sign_in("Alex", once, door), sign_in("Alex", once, door)

    changed = service.change_password(account, once, NEW, keep=mine.token, db=door)

    assert not changed.must_change_password
    assert isinstance(sign_in("Alex", once, door), WrongLogin)
    assert not service.session_of(mine.token, now=NOW, db=door).account.must_change_password
    with pytest.raises(NoSession):
        service.session_of(other.token, now=NOW, db=door)


@pytest.mark.parametrize(("old", "new", "error"), [
    ("wrong", NEW, WrongLogin), (None, "short", WeakPassword), (None, "x" * 201, WeakPassword), (None, None, SamePassword),
])  # fmt: skip
def test_a_bad_change_of_password_is_refused(door, operator, old, new, error):
    """And the old one stays."""
    account, once = operator
    with pytest.raises(error):
        service.change_password(account, old or once, new or once, keep="", db=door)

    assert isinstance(sign_in("Alex", once, door), SignedIn)


def test_a_reset_ends_sessions_and_gives_a_new_one_time_password(door, operator):
    """For somebody who lost theirs, or lost their laptop."""
    account, once = operator
    opened = sign_in("Alex", once, door)

    password = service.reset(account.id, key=False, now=NOW, db=door)

    assert isinstance(sign_in("Alex", once, door), WrongLogin)
    assert isinstance(sign_in("Alex", password, door), SignedIn)
    with pytest.raises(NoSession):
        service.session_of(opened.token, now=NOW, db=door)


def test_a_key_is_enrolled_once_and_again_only_after_a_reset(database, officer):
    """The public log tells of each key."""
    with database.transaction(Role.DOOR) as db, pytest.raises(CannotEnrolKey, match="has a key already"):
        service.enrol_key(officer, SigningKey.generate().verify_key, now=NOW, db=db)
    with database.transaction(Role.DOOR) as db:
        service.reset(officer.id, key=True, now=NOW, db=db)
        second = SigningKey.generate().verify_key
        renewed = service.enrol_key(store.get(officer.id, db=db), second, now=NOW, db=db)
        entered = db.execute(
            "select body from ledger.entries where kind = 'key-enrolled' order by id"
        ).fetchall()

    assert renewed.key == second
    assert [second.to_text().encode() in bytes(row["body"]) for row in entered] == [False, True]
    assert officer.name.encode() not in b"".join(bytes(row["body"]) for row in entered)


def test_a_key_of_somebody_else_is_refused(database, officer, reviewers, signers):
    """Nobody takes over another's signature by enrolling its key."""
    with database.transaction(Role.DOOR) as db:
        service.reset(officer.id, key=True, now=NOW, db=db)
        with pytest.raises(KeyKnown):
            service.enrol_key(store.get(officer.id, db=db), reviewers[0].key, now=NOW, db=db)


def test_operators_sign_nothing(door, operator):
    """Who runs the network can neither ask nor vote."""
    with pytest.raises(CannotEnrolKey, match="only officers and reviewers"):
        service.enrol_key(operator[0], SigningKey.generate().verify_key, now=NOW, db=door)


def test_a_name_is_taken_once(database, operator, door):
    """Whatever its capitals."""
    with pytest.raises(NameTaken):
        service.create("aLEX", OPERATOR, None, now=NOW, db=door)


def test_an_officer_needs_an_agency_that_is_enrolled(door):
    """Accounts fit their agencies."""
    with pytest.raises(UnknownAgency):
        service.create("Jordan", "officer", "nowhere-pd", now=NOW, db=door)


@pytest.mark.parametrize(("arguments", "error"), [
    (("A", OPERATOR, None), BadName), ((" Alex", OPERATOR, None), BadName), (("Al\nex", OPERATOR, None), BadName),
    (("Alex", "king", None), BadRole), (("Alex", "officer", None), BadRole), (("Alex", "reviewer", "x-pd"), BadRole),
])  # fmt: skip
def test_a_bad_account_is_refused(arguments, error):
    """Each with its own words."""
    with pytest.raises(error):
        AccountModel.new(*arguments)


@pytest.mark.parametrize("changed", [{"agency": "Riverside PD"}, {"title": ""}, {"agency_type": "federal"}])
def test_a_bad_agency_is_refused(changed):
    """Federal and private forces are no agency type at all."""
    good = {"agency": "riverside-pd", "title": "Riverside Police", "agency_type": "local-police"}
    Agency(**good)

    with pytest.raises(BadAgency):
        Agency(**good | changed)


def test_pseudonyms_say_the_role_and_nothing_else():
    """Two accounts never share one, and the name does not show."""
    holders = {AccountModel.new("Jordan", "reviewer", None).holder for _ in range(200)}

    assert len(holders) == 200
    assert all(holder.startswith("reviewer-") and len(holder) == 22 for holder in holders)


def test_passwords_are_slow_to_guess():
    """argon2id with at least what RFC 9106 recommends where memory is scarce: 3 passes over 64 MiB."""
    kept = PasswordHasher()

    assert (kept.time_cost, kept.memory_cost, kept.type.name) == (3, 65_536, "ID")
    assert inspect.getsource(passwords).count("PasswordHasher()") == 1


def test_a_broken_hash_fits_no_password():
    """A damaged row is no way in."""
    assert not passwords.fits("x", "not a hash")
    assert passwords.fits(NEW, passwords.hash_of(NEW))
