"""What an owner does with their hub: set it up, sign in, choose, mute. Nothing here reaches outside."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta

from latchstring.base import canonical, ids
from latchstring.base.errors import BadInput, NotSignedIn
from latchstring.hub.owner import household_store as household_rows
from latchstring.hub.owner import store as rows
from latchstring.hub.owner.models import (
    AlreadySetUp,
    Choices,
    Device,
    DeviceNews,
    Entered,
    NetworkAddress,
    NotSetUp,
    Session,
    WrongPassword,
    parse_place,
)
from latchstring.hub.owner.password import check_password, hash_password
from latchstring.hub.settings import HubSettings
from latchstring.hub.store import Store
from latchstring.sealing import keys
from latchstring.sealing.recovery import RecoveryCode

SESSION_DAYS = 30
NEWS_DAYS = 7
"""How long everybody is told of a device that is new."""
MAX_AGENCY_CHARACTERS = 63


def needs_set_up(store: Store) -> bool:
    with store.read() as db:
        return rows.password_hash(db=db) is None


def set_up(store: Store, *, password: str, choices: Choices, now: datetime) -> RecoveryCode:
    """Give the hub its owner and household key. The code is shown to them once and kept nowhere."""
    if not needs_set_up(store):
        raise AlreadySetUp
    hashed = hash_password(password)
    code = RecoveryCode.generate()
    household = keys.new_household(code)
    with store.write() as db:
        if rows.password_hash(db=db) is not None:
            raise AlreadySetUp
        rows.add_owner(hashed, household, now=now, db=db)
        rows.keep_choices(choices, db=db)
    return code


def sign_in(
    store: Store,
    *,
    password: str,
    now: datetime,
    name: str = "",
    device_name: str = "A browser",
    device_token: str = "",
) -> Entered:
    """Open a session. Without a name it is the first owner; `device_token` is what the browser kept of it."""
    with store.read() as db:
        owners = rows.password_hash(db=db)
        found = household_rows.by_name(name, now=now, db=db) if name else None
    if owners is None:
        raise NotSetUp
    if name and found is None:
        check_password(owners, "")  # takes as long as a name that is known
    member, hashed = found or (None, owners)
    check_password(hashed, password)
    member_id, person = (member.id, member.name) if member else (None, household_rows.OWNERS_NAME)
    with store.write() as db:
        if _kept_hash(member_id, db=db) != hashed:
            raise WrongPassword  # it was changed, or taken away, while it was looked at
        known = household_rows.known_device(_digest(device_token), member_id, db=db)
        device = known or Device(
            id=ids.new("dv"), member=member_id, name=device_name, first_at=now, last_at=now
        )
        if known is None:
            device_token = secrets.token_urlsafe(32)
            household_rows.add_device(device, _digest(device_token), db=db)
            news = DeviceNews(device=device.id, person=person, name=device_name, at=now)
            household_rows.add_news(news, db=db)
        household_rows.saw_device(device.id, now=now, db=db)
        token = secrets.token_urlsafe(32)
        session = Session(
            csrf=secrets.token_urlsafe(32),
            expires_at=now + timedelta(days=SESSION_DAYS),
            device=device.id,
            member=member_id,
            name=person,
            role=member.role if member else "owner",
            cameras=member.cameras if member else None,
        )
        rows.remove_sessions_until(now, db=db)
        household_rows.forget_news_until(now - timedelta(days=NEWS_DAYS), db=db)
        rows.add_session(_digest(token), session, db=db)
    return Entered(
        token=token, session=session, device_token=device_token, new_device=None if known else device
    )


def session_of(store: Store, token: str | None, *, now: datetime) -> Session:
    """The session that a browser's token stands for; otherwise `NotSignedIn`."""
    if token:
        with store.read() as db:
            if session := rows.session(_digest(token), now=now, db=db):
                return session
    raise NotSignedIn


def still_may(store: Store, token: str | None, session: Session, *, now: datetime) -> bool:
    """Whether the session stands, with the rights it had when it was looked up."""
    try:
        return session_of(store, token, now=now) == session
    except NotSignedIn:
        return False


def sign_out(store: Store, token: str) -> None:
    with store.write() as db:
        rows.remove_session(_digest(token), db=db)


def change_password(store: Store, *, old: str, new: str, member: str | None = None) -> None:
    """Every session of this person ends with it; `member` None: the first owner."""
    with store.read() as db:
        hashed = _kept_hash(member, db=db)
    if hashed is None:
        raise WrongPassword
    check_password(hashed, old)
    hashed = hash_password(new)
    with store.write() as db:
        if member:
            household_rows.change_password_hash(member, hashed, db=db)
        else:
            rows.change_password_hash(hashed, db=db)
        rows.remove_sessions_of(member, db=db)


def choices(store: Store, settings: HubSettings) -> Choices:
    """What holds now: the owner's choice, or else the settings file's."""
    chosen_here = chosen(store)
    return Choices(
        home=chosen_here.home or (parse_place(settings.home) if settings.home else None),
        network=chosen_here.network or _network_of(settings),
        retention_days=chosen_here.retention_days or settings.retention_days,
        event_days=chosen_here.event_days or settings.event_days,
    )


def chosen(store: Store) -> Choices:
    """What the owner chose on the pages, and only that."""
    with store.read() as db:
        return rows.choices(db=db)


def choose(store: Store, change: Callable[[Choices], Choices]) -> None:
    """What `change` makes of what was chosen before; nobody else chooses meanwhile."""
    with store.write() as db:
        rows.keep_choices(change(rows.choices(db=db)), db=db)


def muted(store: Store) -> frozenset[str]:
    with store.read() as db:
        return rows.muted(db=db)


def mute(store: Store, agency: str, *, now: datetime) -> None:
    """Requests of this agency are kept out of sight from now on. The agency cannot tell."""
    if not 0 < len(agency) <= MAX_AGENCY_CHARACTERS:
        raise BadInput("an agency is named by its short public name")
    with store.write() as db:
        rows.mute(agency, now=now, db=db)


def unmute(store: Store, agency: str) -> None:
    with store.write() as db:
        rows.unmute(agency, db=db)


def _kept_hash(member: str | None, *, db: sqlite3.Connection) -> str | None:
    """Of this person's password; None: they have none. `member` None: the first owner."""
    if member is None:
        return rows.password_hash(db=db)
    found = household_rows.by_id(member, db=db)
    return found[1] if found else None


def _network_of(settings: HubSettings) -> NetworkAddress | None:
    if settings.network_url is None or settings.network_vkey is None:
        return None
    return NetworkAddress(url=settings.network_url, vkey=settings.network_vkey)


def _digest(token: str) -> str:
    return canonical.sha256_hex(token.encode())
