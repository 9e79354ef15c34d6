"""Numbered SQL files, applied in order, each in one transaction; `user_version` counts them."""

from __future__ import annotations

import re
import sqlite3
from importlib import resources

from latchstring.base.errors import Conflict

_NAME = re.compile(r"(?P<number>\d{4})_[a-z0-9_]+\.sql")


class StoreTooNew(Conflict):
    """This data folder was written by a newer version; start that version, or use another folder."""


def migrations() -> list[tuple[int, str]]:
    """(number, SQL) of every file in this folder, in order; numbers start at 1 and leave no gap."""
    found = []
    for file in resources.files(__name__).iterdir():
        if match := _NAME.fullmatch(file.name):
            found.append((int(match["number"]), file.read_text(encoding="utf-8")))
    found.sort()
    if [number for number, _ in found] != list(range(1, len(found) + 1)):
        raise RuntimeError("the migrations' numbers have a gap or a double")
    return found


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the store to the newest schema; a crash leaves it at a whole step."""
    known = migrations()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(known):
        raise StoreTooNew
    for number, sql in known[version:]:
        try:
            connection.executescript(f"BEGIN IMMEDIATE;\n{sql}\nPRAGMA user_version = {number};\nCOMMIT;")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
