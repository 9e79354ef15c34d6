"""Who else may use the hub: invited by an owner, with a role, until it is taken back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from latchstring.base import canonical, ids
from latchstring.base.ids import CameraId
from latchstring.hub.owner import household_store as rows
from latchstring.hub.owner.models import (
    BadMember,
    DeviceNews,
    InvitationGone,
    Member,
    NameTaken,
    NoSuchDevice,
    NoSuchMember,
    Role,
    Session,
    SignedIn,
)
from latchstring.hub.owner.password import hash_password
from latchstring.hub.owner.service import NEWS_DAYS
from latchstring.hub.store import Store

INVITATION_HOURS = 48
LONGEST_NAME = 40


def invite(
    store: Store,
    name: str,
    role: Role,
    *,
    until: datetime | None = None,
    cameras: frozenset[CameraId] | None = None,
    now: datetime,
) -> tuple[Member, str]:
    """Make room for somebody. The token lets one person choose a password, once; it is kept nowhere."""
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise BadMember
    if until is not None and (role == "owner" or until <= now):
        raise BadMember("A time limit lies ahead, and an owner has none.")
    if cameras is not None and role == "owner":
        raise BadMember("An owner sees every camera.")
    token = secrets.token_urlsafe(24)
    member = Member(
        id=ids.new("mb"),
        name=name,
        role=role,
        until=until,
        invited_until=now + timedelta(hours=INVITATION_HOURS),
        added_at=now,
        cameras=cameras,
    )
    with store.write() as db:
        if rows.is_taken(name, db=db):
            raise NameTaken
        rows.add(member, _digest(token), db=db)
    return member, token


def invite_again(store: Store, member: str, *, now: datetime) -> str:
    """A new token for somebody who lost theirs, or their password. What they had ends."""
    token = secrets.token_urlsafe(24)
    with store.write() as db:
        if not rows.renew(member, _digest(token), now + timedelta(hours=INVITATION_HOURS), db=db):
            raise NoSuchMember
        rows.remove_devices_of(member, db=db)
    return token


def invited(store: Store, token: str, *, now: datetime) -> Member:
    """For whom an invitation still waits. Whatever became of one that does not, it is gone."""
    with store.read() as db:
        member = rows.invited(_digest(token), now=now, db=db)
    if member is None:
        raise InvitationGone
    return member


def take_up(store: Store, token: str, *, password: str, now: datetime) -> Member:
    """Choose the password that an invitation allows."""
    member = invited(store, token, now=now)
    hashed = hash_password(password)
    with store.write() as db:
        if not rows.take_up(_digest(token), hashed, now=now, db=db):
            raise InvitationGone
    return member


def members(store: Store) -> list[Member]:
    with store.read() as db:
        return rows.members(db=db)


def give_cameras(store: Store, member: str, cameras: frozenset[CameraId] | None) -> None:
    """From now on they see these, and none that is added later; None: all, also those. Not for owners."""
    with store.write() as db:
        if not rows.give_cameras(member, cameras, db=db):
            raise NoSuchMember


def remove(store: Store, member: str) -> None:
    """Take all rights back: with the row go the password, the invitation, the devices and their sessions."""
    with store.write() as db:
        if not rows.remove(member, db=db):
            raise NoSuchMember


def devices(store: Store, *, now: datetime) -> list[SignedIn]:
    """Every device that is signed in, the newest first."""
    with store.read() as db:
        return rows.signed_in(now=now, db=db)


def sign_out_device(store: Store, device: str, *, by: Session) -> None:
    """End a device: an owner any, everybody else their own."""
    with store.write() as db:
        found = rows.device(device, db=db)
        if found is None or (by.role != "owner" and found.member != by.member):
            raise NoSuchDevice
        rows.remove_device(device, db=db)


def news(store: Store, *, now: datetime) -> Sequence[DeviceNews]:
    """The devices that are new in this household, for a week, the newest first."""
    with store.read() as db:
        return rows.news(since=now - timedelta(days=NEWS_DAYS), db=db)


def _digest(token: str) -> str:
    return canonical.sha256_hex(token.encode())
