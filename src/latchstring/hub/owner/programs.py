"""Which other programs may watch live: let in by an owner with a stream key, until it is taken back."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import datetime, timedelta

from latchstring.base import canonical, ids
from latchstring.base.errors import NotSignedIn
from latchstring.base.ids import CameraId
from latchstring.hub.owner import household_store
from latchstring.hub.owner import program_store as rows
from latchstring.hub.owner.household import LONGEST_NAME
from latchstring.hub.owner.models import (
    BadProgram,
    DeviceNews,
    NoSuchProgram,
    Program,
    Session,
    WrongKey,
)
from latchstring.hub.store import Store, StoreFull

USED_EVERY = timedelta(hours=1)


def let_in(
    store: Store, name: str, cameras: frozenset[CameraId] | None, *, by: Session, now: datetime
) -> tuple[Program, str]:
    """A program and its key, which is kept nowhere. Everybody is told of it as of a new device."""
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise BadProgram
    key = secrets.token_urlsafe(24)
    program = Program(
        id=ids.new("pg"), name=name, member=by.member, person=by.name, cameras=cameras, made_at=now
    )
    with store.write() as db:
        if by.member is not None and household_store.by_id(by.member, db=db) is None:
            raise NotSignedIn  # their rights were taken meanwhile
        rows.add(program, _digest(key), db=db)
        household_store.add_news(
            DeviceNews(device=program.id, person=by.name, name=f"{name} (stream key)", at=now), db=db
        )
    return program, key


def programs(store: Store) -> list[Program]:
    with store.read() as db:
        return rows.programs(db=db)


def end(store: Store, program: str) -> None:
    """Take its key back. What it watches ends within seconds."""
    with store.write() as db:
        if not rows.remove(program, db=db):
            raise NoSuchProgram


def of_key(store: Store, key: str) -> Program:
    """Whose key this is; otherwise `WrongKey`."""
    with store.read() as db:
        found = rows.by_key(_digest(key), db=db)
    if found is None:
        raise WrongKey
    return found


def still_may(store: Store, key: str, program: Program) -> bool:
    """Whether the key stands, for the same cameras."""
    try:
        return of_key(store, key) == program
    except WrongKey:
        return False


def saw(store: Store, program: Program, *, now: datetime) -> None:
    """It was let in. Written down once an hour, and not at all on a full disk."""
    if program.used_at is None or now - program.used_at >= USED_EVERY:
        with suppress(StoreFull), store.write() as db:
            rows.used(program.id, now=now, db=db)


def _digest(key: str) -> str:
    return canonical.sha256_hex(key.encode())
