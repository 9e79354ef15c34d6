"""Rows of members, their invitations, their devices and what is new about those."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from latchstring.base.ids import CameraId
from latchstring.base.time import from_micros, to_micros
from latchstring.hub.owner.models import Device, DeviceNews, Member, SignedIn

OWNERS_NAME = "Owner"
"""How the first owner is called, who signs in without a name."""


def is_taken(name: str, *, db: sqlite3.Connection) -> bool:
    found = db.execute("SELECT 1 FROM member WHERE name = ?", (name,)).fetchone()
    return found is not None or name.casefold() == OWNERS_NAME.casefold()


def add(member: Member, invitation: str, *, db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT INTO member (id, name, role, invitation, invited_until_us, until_us, added_us, cameras)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            member.id,
            member.name,
            member.role,
            invitation,
            member.invited_until and to_micros(member.invited_until),
            member.until and to_micros(member.until),
            to_micros(member.added_at),
            written(member.cameras),
        ),
    )


def give_cameras(member: str, cameras: frozenset[CameraId] | None, *, db: sqlite3.Connection) -> bool:
    """False: nobody, or an owner, to whom all are given."""
    changed = db.execute(
        "UPDATE member SET cameras = ? WHERE id = ? AND role <> 'owner'", (written(cameras), member)
    )
    return changed.rowcount == 1


def cameras_of(written: str | None) -> frozenset[CameraId] | None:
    """What stands in a member's row; None: all."""
    return None if written is None else frozenset(CameraId(camera) for camera in json.loads(written))


def written(cameras: frozenset[CameraId] | None) -> str | None:
    return None if cameras is None else json.dumps(sorted(cameras))


def renew(member: str, invitation: str, until: datetime, *, db: sqlite3.Connection) -> bool:
    changed = db.execute(
        "UPDATE member SET invitation = ?, invited_until_us = ?, password_hash = NULL WHERE id = ?",
        (invitation, to_micros(until), member),
    )
    return changed.rowcount == 1


def invited(invitation: str, *, now: datetime, db: sqlite3.Connection) -> Member | None:
    row = db.execute(
        "SELECT * FROM member WHERE invitation = ? AND invited_until_us > ?", (invitation, to_micros(now))
    ).fetchone()
    return None if row is None else _member(row)


def take_up(invitation: str, hashed: str, *, now: datetime, db: sqlite3.Connection) -> bool:
    changed = db.execute(
        "UPDATE member SET password_hash = ?, invitation = NULL, invited_until_us = NULL"
        " WHERE invitation = ? AND invited_until_us > ?",
        (hashed, invitation, to_micros(now)),
    )
    return changed.rowcount == 1


def members(*, db: sqlite3.Connection) -> list[Member]:
    return [_member(row) for row in db.execute("SELECT * FROM member ORDER BY added_us, id")]


def by_name(name: str, *, now: datetime, db: sqlite3.Connection) -> tuple[Member, str] | None:
    """Who may sign in with this name, and the hash of their password."""
    row = db.execute(
        "SELECT * FROM member WHERE name = ? AND password_hash IS NOT NULL"
        " AND (until_us IS NULL OR until_us > ?)",
        (name, to_micros(now)),
    ).fetchone()
    return None if row is None else (_member(row), str(row["password_hash"]))


def by_id(member: str, *, db: sqlite3.Connection) -> tuple[Member, str | None] | None:
    row = db.execute("SELECT * FROM member WHERE id = ?", (member,)).fetchone()
    return None if row is None else (_member(row), row["password_hash"])


def change_password_hash(member: str, hashed: str, *, db: sqlite3.Connection) -> None:
    db.execute("UPDATE member SET password_hash = ? WHERE id = ?", (hashed, member))


def remove(member: str, *, db: sqlite3.Connection) -> bool:
    return db.execute("DELETE FROM member WHERE id = ?", (member,)).rowcount == 1


def known_device(token_sha256: str, member: str | None, *, db: sqlite3.Connection) -> Device | None:
    row = db.execute(
        "SELECT * FROM device WHERE token_sha256 = ? AND member IS ?", (token_sha256, member)
    ).fetchone()
    return None if row is None else _device(row)


def device(device: str, *, db: sqlite3.Connection) -> Device | None:
    row = db.execute("SELECT * FROM device WHERE id = ?", (device,)).fetchone()
    return None if row is None else _device(row)


def add_device(device: Device, token_sha256: str, *, db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT INTO device (id, token_sha256, member, name, first_us, last_us) VALUES (?, ?, ?, ?, ?, ?)",
        (
            device.id,
            token_sha256,
            device.member,
            device.name,
            to_micros(device.first_at),
            to_micros(device.last_at),
        ),
    )


def saw_device(device: str, *, now: datetime, db: sqlite3.Connection) -> None:
    db.execute("UPDATE device SET last_us = ? WHERE id = ?", (to_micros(now), device))


def remove_device(device: str, *, db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM device WHERE id = ?", (device,))


def remove_devices_of(member: str | None, *, db: sqlite3.Connection) -> None:
    """`member` None: the first owner's."""
    db.execute("DELETE FROM device WHERE member IS ?", (member,))


def signed_in(*, now: datetime, db: sqlite3.Connection) -> list[SignedIn]:
    rows = db.execute(
        "SELECT device.*, member.name AS person, member.role FROM device"
        " LEFT JOIN member ON member.id = device.member"
        " WHERE EXISTS (SELECT 1 FROM session WHERE device = device.id AND expires_us > ?)"
        " ORDER BY device.last_us DESC, device.id",
        (to_micros(now),),
    )
    return [SignedIn(device=_device(row), person=row["person"] or OWNERS_NAME) for row in rows]


def add_news(news: DeviceNews, *, db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT INTO device_news (device, person, name, at_us) VALUES (?, ?, ?, ?)",
        (news.device, news.person, news.name, to_micros(news.at)),
    )


def news(*, since: datetime, db: sqlite3.Connection) -> list[DeviceNews]:
    rows = db.execute(
        "SELECT * FROM device_news WHERE at_us > ? ORDER BY at_us DESC, device", (to_micros(since),)
    )
    return [
        DeviceNews(device=r["device"], person=r["person"], name=r["name"], at=from_micros(r["at_us"]))
        for r in rows
    ]


def forget_news_until(instant: datetime, *, db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM device_news WHERE at_us <= ?", (to_micros(instant),))


def _member(row: sqlite3.Row) -> Member:
    return Member(
        id=row["id"],
        name=row["name"],
        role=row["role"],
        until=None if row["until_us"] is None else from_micros(row["until_us"]),
        invited_until=None if row["invited_until_us"] is None else from_micros(row["invited_until_us"]),
        added_at=from_micros(row["added_us"]),
        cameras=cameras_of(row["cameras"]),
    )


def _device(row: sqlite3.Row) -> Device:
    return Device(
        id=row["id"],
        member=row["member"],
        name=row["name"],
        first_at=from_micros(row["first_us"]),
        last_at=from_micros(row["last_us"]),
    )
