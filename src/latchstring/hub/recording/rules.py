"""The rows of retention rules: what the owner wants otherwise for one camera."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from latchstring.base.errors import BadInput
from latchstring.base.ids import CameraId
from latchstring.hub.recording.retention import Rule
from latchstring.hub.store import Store

MOST_DAYS = 3650
LEAST_BYTES = 100_000_000


class BadRule(BadInput):
    """Recordings are kept for 1 to 3650 days, and a limit on their size is at least 0.1 GB."""


@dataclass(frozen=True, kw_only=True)
class OwnRule:
    """Of one camera; None where it goes with the others."""

    days: int | None = None
    event_days: int | None = None
    max_bytes: int | None = None

    def __post_init__(self) -> None:
        for days in (self.days, self.event_days):
            if days is not None and not 1 <= days <= MOST_DAYS:
                raise BadRule
        if self.max_bytes is not None and self.max_bytes < LEAST_BYTES:
            raise BadRule

    def over(self, common: Rule) -> Rule:
        """The rule that holds: its own, and the common one where it says nothing."""
        return Rule(
            days=self.days or common.days,
            event_days=self.event_days or common.event_days,
            max_bytes=self.max_bytes or common.max_bytes,
        )


def all_own(store: Store) -> Mapping[CameraId, OwnRule]:
    with store.read() as db:
        rows = db.execute("SELECT * FROM keep_rule").fetchall()
    return {
        CameraId(row["camera"]): OwnRule(
            days=row["days"], event_days=row["event_days"], max_bytes=row["max_bytes"]
        )
        for row in rows
    }


def save(camera: CameraId, rule: OwnRule, *, db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM keep_rule WHERE camera = ?", (camera,))
    if rule != OwnRule():
        db.execute(
            "INSERT INTO keep_rule (camera, days, event_days, max_bytes) VALUES (?, ?, ?, ?)",
            (camera, rule.days, rule.event_days, rule.max_bytes),
        )
