"""Rows of the owner, their choices and sessions."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from latchstring.base.geo import Point
from latchstring.base.time import from_micros, to_micros
from latchstring.hub.owner.household_store import OWNERS_NAME, cameras_of
from latchstring.hub.owner.models import Choices, NetworkAddress, Session
from latchstring.sealing.keys import Household


def password_hash(*, db: sqlite3.Connection) -> str | None:
    row = db.execute("SELECT password_hash FROM owner").fetchone()
    return None if row is None else str(row["password_hash"])


def add_owner(password_hash: str, household: Household, *, now: datetime, db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT INTO owner (one, password_hash, recipient, wrapped, set_up_us) VALUES (1, ?, ?, ?, ?)",
        (password_hash, household.recipient, household.wrapped, to_micros(now)),
    )


def household(*, db: sqlite3.Connection) -> Household | None:
    row = db.execute("SELECT recipient, wrapped FROM owner").fetchone()
    return None if row is None else Household(row["recipient"], row["wrapped"])


def change_password_hash(password_hash: str, *, db: sqlite3.Connection) -> None:
    db.execute("UPDATE owner SET password_hash = ?", (password_hash,))


def choices(*, db: sqlite3.Connection) -> Choices:
    row = db.execute("SELECT * FROM choice").fetchone()
    if row is None:
        return Choices()
    return Choices(
        home=None if row["latitude"] is None else Point(row["latitude"], row["longitude"]),
        network=None
        if row["network_url"] is None
        else NetworkAddress(url=row["network_url"], vkey=row["network_vkey"]),
        retention_days=row["retention_days"],
        event_days=row["event_days"],
    )


def keep_choices(choices: Choices, *, db: sqlite3.Connection) -> None:
    home, network = choices.home, choices.network
    db.execute(
        """INSERT OR REPLACE INTO choice
               (one, latitude, longitude, network_url, network_vkey, retention_days, event_days)
           VALUES (1, ?, ?, ?, ?, ?, ?)""",
        (
            home and home.latitude,
            home and home.longitude,
            network and network.url,
            network and network.vkey,
            choices.retention_days,
            choices.event_days,
        ),
    )


def add_session(token_sha256: str, session: Session, *, db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT INTO session (token_sha256, csrf, device, expires_us) VALUES (?, ?, ?, ?)",
        (token_sha256, session.csrf, session.device, to_micros(session.expires_at)),
    )


def session(token_sha256: str, *, now: datetime, db: sqlite3.Connection) -> Session | None:
    """One whose person still has rights."""
    row = db.execute(
        "SELECT session.*, device.member, member.name, member.role, member.cameras FROM session"
        " JOIN device ON device.id = session.device LEFT JOIN member ON member.id = device.member"
        " WHERE session.token_sha256 = ? AND session.expires_us > ?"
        " AND (member.until_us IS NULL OR member.until_us > ?)",
        (token_sha256, to_micros(now), to_micros(now)),
    ).fetchone()
    if row is None:
        return None
    return Session(
        csrf=row["csrf"],
        expires_at=from_micros(row["expires_us"]),
        device=row["device"],
        member=row["member"],
        name=row["name"] or OWNERS_NAME,
        role=row["role"] or "owner",
        cameras=cameras_of(row["cameras"]),
    )


def remove_session(token_sha256: str, *, db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM session WHERE token_sha256 = ?", (token_sha256,))


def remove_sessions_until(instant: datetime, *, db: sqlite3.Connection) -> None:
    """Forget the sessions that end at `instant` or before."""
    db.execute("DELETE FROM session WHERE expires_us <= ?", (to_micros(instant),))


def remove_sessions_of(member: str | None, *, db: sqlite3.Connection) -> None:
    """`member` None: the first owner's."""
    db.execute("DELETE FROM session WHERE device IN (SELECT id FROM device WHERE member IS ?)", (member,))


def muted(*, db: sqlite3.Connection) -> frozenset[str]:
    return frozenset(row["agency"] for row in db.execute("SELECT agency FROM muted_agency"))


def mute(agency: str, *, now: datetime, db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT OR IGNORE INTO muted_agency (agency, since_us) VALUES (?, ?)", (agency, to_micros(now))
    )


def unmute(agency: str, *, db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM muted_agency WHERE agency = ?", (agency,))
