"""The owner: set-up, sessions, choices, muting."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from latchstring.base.errors import NotSignedIn
from latchstring.base.geo import BadPlace, Point
from latchstring.base.signing import SigningKey
from latchstring.hub.owner import household, service
from latchstring.hub.owner import store as rows
from latchstring.hub.owner.models import (
    AlreadySetUp,
    BadNetwork,
    Choices,
    NetworkAddress,
    NotSetUp,
    WrongPassword,
    parse_place,
)
from latchstring.hub.settings import HubSettings
from latchstring.hub.store import Store
from latchstring.ledger.note import BadVerifierKey, Verifier
from latchstring.sealing import keys

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PASSWORD = "three quiet herons"
HOME = Point(51.478, -0.0014)
VKEY = Verifier("net.test/ledger", SigningKey(bytes(32)).verify_key).vkey


def test_set_up_happens_once(store: Store) -> None:
    """The first one who opens the page becomes the owner; nobody after them."""
    assert service.needs_set_up(store)
    service.set_up(store, password=PASSWORD, choices=Choices(home=HOME), now=NOW)
    assert not service.needs_set_up(store)
    with pytest.raises(AlreadySetUp):
        service.set_up(store, password="another long password", choices=Choices(), now=NOW)
    service.sign_in(store, password=PASSWORD, now=NOW)


def test_of_two_set_ups_at_once_one_wins(store: Store) -> None:
    results: list[object] = []

    def attempt(password: str) -> None:
        try:
            results.append(service.set_up(store, password=password, choices=Choices(), now=NOW))
        except AlreadySetUp as e:
            results.append(e)

    threads = [threading.Thread(target=attempt, args=(f"password number {n}",)) for n in range(2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sum(isinstance(r, AlreadySetUp) for r in results) == 1


def test_the_recovery_code_opens_the_household_and_stands_nowhere(store: Store) -> None:
    """It is shown once: no file of the hub holds it, nor the identity that it opens."""
    code = service.set_up(store, password=PASSWORD, choices=Choices(), now=NOW)
    with store.read() as db:
        row = db.execute("SELECT recipient, wrapped FROM owner").fetchone()
    identity = keys.unwrap_household(keys.Household(row["recipient"], row["wrapped"]), code)
    kept = b"".join(f.read_bytes() for f in store.path.parent.iterdir())
    assert identity.startswith("AGE-SECRET-KEY-1")
    assert identity.encode() not in kept
    assert code.text.encode() not in kept
    assert PASSWORD.encode() not in kept


def test_a_session_ends_when_signed_out_and_when_it_is_old(owned: Store) -> None:
    entered = service.sign_in(owned, password=PASSWORD, now=NOW)
    token = entered.token
    assert service.session_of(owned, token, now=NOW) == entered.session
    with pytest.raises(NotSignedIn):
        service.session_of(owned, token, now=NOW + timedelta(days=service.SESSION_DAYS))
    service.sign_out(owned, token)
    with pytest.raises(NotSignedIn):
        service.session_of(owned, token, now=NOW)


@pytest.mark.parametrize("token", [None, "", "guessed"])
def test_no_token_is_nobody(owned: Store, token: str | None) -> None:
    with pytest.raises(NotSignedIn):
        service.session_of(owned, token, now=NOW)


def test_a_token_is_not_kept_as_it_is(owned: Store) -> None:
    """Who reads the hub's file cannot sign in with what stands there."""
    token = service.sign_in(owned, password=PASSWORD, now=NOW).token
    kept = b"".join(f.read_bytes() for f in owned.path.parent.iterdir())
    assert token.encode() not in kept


def test_signing_in_needs_an_owner(store: Store) -> None:
    with pytest.raises(NotSetUp):
        service.sign_in(store, password=PASSWORD, now=NOW)


def test_signing_in_needs_the_password(owned: Store) -> None:
    with pytest.raises(WrongPassword):
        service.sign_in(owned, password="not the password", now=NOW)


def test_a_new_password_ends_every_session(owned: Store) -> None:
    token = service.sign_in(owned, password=PASSWORD, now=NOW).token
    with pytest.raises(WrongPassword):
        service.change_password(owned, old="not the password", new="four loud herons")
    service.session_of(owned, token, now=NOW)
    service.change_password(owned, old=PASSWORD, new="four loud herons")
    with pytest.raises(NotSignedIn):
        service.session_of(owned, token, now=NOW)
    service.sign_in(owned, password="four loud herons", now=NOW)


def test_the_owners_choice_wins_over_the_settings_file(owned: Store) -> None:
    settings = HubSettings(home="1.5,2.5", network_url="http://localhost:8600", network_vkey=VKEY)
    before = service.choices(owned, settings)
    assert before.home == Point(1.5, 2.5)
    assert before.network == NetworkAddress(url="http://localhost:8600", vkey=VKEY)
    assert before.retention_days == 14
    service.choose(owned, lambda chosen: replace(chosen, home=HOME, retention_days=3))
    after = service.choices(owned, settings)
    assert (after.home, after.retention_days, after.network) == (HOME, 3, before.network)


def test_two_owners_who_choose_at_once_both_have_their_way(owned: Store) -> None:
    """One the home's place, the other how long recordings stay; neither writes over what the other one chose."""
    with ThreadPoolExecutor() as pool:

        def place(chosen: Choices) -> Choices:
            other = pool.submit(service.choose, owned, lambda before: replace(before, retention_days=3))
            wait([other], timeout=0.2)
            return replace(chosen, home=HOME)

        service.choose(owned, place)
    assert service.chosen(owned) == Choices(home=HOME, retention_days=3)


@pytest.mark.parametrize("taken", ["invited again", "removed"])
def test_whose_rights_are_taken_while_they_sign_in_is_not_signed_in(
    owned: Store, monkeypatch: pytest.MonkeyPatch, taken: str
) -> None:
    """A password takes a moment to check. A session that began then would outlive what ended all the others."""
    anna, invitation = household.invite(owned, "Anna", "member", now=NOW)
    household.take_up(owned, invitation, password=PASSWORD, now=NOW)
    check = service.check_password

    def slowly(hashed: str, password: str) -> None:
        check(hashed, password)
        if taken == "removed":
            household.remove(owned, anna.id)
        else:
            household.invite_again(owned, anna.id, now=NOW)

    monkeypatch.setattr(service, "check_password", slowly)
    with pytest.raises(WrongPassword):
        service.sign_in(owned, password=PASSWORD, name="Anna", now=NOW)
    assert household.devices(owned, now=NOW) == []


def test_muting_can_be_undone(owned: Store) -> None:
    service.mute(owned, "harbour-police", now=NOW)
    service.mute(owned, "harbour-police", now=NOW)
    assert service.muted(owned) == {"harbour-police"}
    service.unmute(owned, "harbour-police")
    assert service.muted(owned) == frozenset()


def test_a_network_is_an_address_and_a_key() -> None:
    assert NetworkAddress(url="https://net.test/", vkey=f" {VKEY}\n").url == "https://net.test"
    for url in (
        "net.test",
        "ftp://net.test",
        "https://user:pass@net.test",
        "https://net.test/?x=1",
        "http://[",
        "https://net..test",
    ):
        with pytest.raises(BadNetwork):
            NetworkAddress(url=url, vkey=VKEY)
    with pytest.raises(BadVerifierKey):
        NetworkAddress(url="https://net.test", vkey=VKEY[:-6] + "AAAA==")


def test_a_place_is_two_numbers() -> None:
    assert parse_place("51.478, -0.0014") == HOME
    for text in ("", "51", "51;0", "91,0", "nan,0", "north,west"):
        with pytest.raises(BadPlace):
            parse_place(text)


def test_a_choice_can_be_left_to_the_settings_file_again(owned: Store) -> None:
    service.choose(owned, lambda chosen: replace(chosen, home=HOME))
    service.choose(owned, lambda chosen: replace(chosen, home=None))
    with owned.read() as db:
        assert rows.choices(db=db) == Choices()
