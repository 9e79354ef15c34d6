"""Rows of programs that may watch live."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from latchstring.base.time import from_micros, to_micros
from latchstring.hub.owner.household_store import OWNERS_NAME, cameras_of, written
from latchstring.hub.owner.models import Program

_PROGRAMS = (
    "SELECT program.*, member.name AS person FROM program LEFT JOIN member ON member.id = program.member"
)


def add(program: Program, key_sha256: str, *, db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT INTO program (id, key_sha256, name, member, cameras, made_us) VALUES (?, ?, ?, ?, ?, ?)",
        (
            program.id,
            key_sha256,
            program.name,
            program.member,
            written(program.cameras),
            to_micros(program.made_at),
        ),
    )


def programs(*, db: sqlite3.Connection) -> list[Program]:
    return [_program(row) for row in db.execute(f"{_PROGRAMS} ORDER BY program.made_us, program.id")]


def by_key(key_sha256: str, *, db: sqlite3.Connection) -> Program | None:
    row = db.execute(f"{_PROGRAMS} WHERE program.key_sha256 = ?", (key_sha256,)).fetchone()
    return None if row is None else _program(row)


def used(program: str, *, now: datetime, db: sqlite3.Connection) -> None:
    db.execute("UPDATE program SET used_us = ? WHERE id = ?", (to_micros(now), program))


def remove(program: str, *, db: sqlite3.Connection) -> bool:
    return db.execute("DELETE FROM program WHERE id = ?", (program,)).rowcount == 1


def _program(row: sqlite3.Row) -> Program:
    return Program(
        id=row["id"],
        name=row["name"],
        member=row["member"],
        person=row["person"] or OWNERS_NAME,
        cameras=cameras_of(row["cameras"]),
        made_at=from_micros(row["made_us"]),
        used_at=None if row["used_us"] is None else from_micros(row["used_us"]),
    )
