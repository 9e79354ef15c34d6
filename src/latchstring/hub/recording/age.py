"""The time by which recordings are too old; see `reckoning`."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from latchstring.base.clock import Clock
from latchstring.base.time import from_micros, to_micros
from latchstring.hub.recording.reckoning import BELIEVED_AFTER_US, Reckoning, Step
from latchstring.hub.store import Store

log = logging.getLogger(__name__)
SAID_FROM = timedelta(hours=1)
"""A restart is not worth a word, an evening without power is."""


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """The clock is ahead of the time that the hub can answer for, and is believed from `until` on."""

    ahead: timedelta
    until: datetime


class AgeClock:
    """Keeps the reckoning, also over restarts. Use from any thread; `look` now and then, and `keep` it."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._looked = clock.monotonic()
        self._reckoning = _kept(store) or Reckoning(at_us=_newest_us(store, default=to_micros(clock.now())))

    def now(self) -> datetime:
        """The time by which age is judged, as of the last look; never later than the clock's."""
        return min(from_micros(self._reckoning.at_us), self._clock.now())

    def look(self) -> None:
        """Read the clock."""
        with self._lock:
            running, now = self._clock.monotonic(), self._clock.now()
            before = self._reckoning
            after = before.look(to_micros(now), ran_us=int((running - self._looked) * 1e6))
            self._looked, self._reckoning = running, after
        ahead = timedelta(microseconds=after.doubted_us - before.doubted_us)
        if ahead >= SAID_FROM:
            log.warning(
                "the clock is %s ahead of the time this hub has run; for a day that makes nothing older. "
                "If it is wrong, set it right",
                ahead,
            )

    def keep(self) -> None:
        """Write it down."""
        _keep(self._store, self._reckoning)

    def doubt(self) -> Doubt | None:
        """Worth a word: what the clock says beyond what is known."""
        reckoning = self._reckoning
        ahead = timedelta(microseconds=reckoning.doubted_us)
        if ahead < SAID_FROM:
            return None
        waits = timedelta(microseconds=BELIEVED_AFTER_US - min(step.ran_us for step in reckoning.steps))
        return Doubt(ahead=ahead, until=self._clock.now() + waits)


def _newest_us(store: Store, *, default: int) -> int:
    with store.read() as db:
        return int(db.execute("SELECT coalesce(max(end_us), ?) FROM segment", (default,)).fetchone()[0])


def _kept(store: Store) -> Reckoning | None:
    with store.read() as db:
        row = db.execute("SELECT at_us, behind_us FROM reckoning").fetchone()
        steps = db.execute("SELECT ahead_us, ran_us FROM clock_step ORDER BY number").fetchall()
    if row is None:
        return None
    return Reckoning(
        at_us=row["at_us"], behind_us=row["behind_us"], steps=tuple(Step(**dict(step)) for step in steps)
    )


def _keep(store: Store, reckoning: Reckoning) -> None:
    with store.write() as db:
        db.execute(
            "INSERT OR REPLACE INTO reckoning (only, at_us, behind_us) VALUES (1, ?, ?)",
            (reckoning.at_us, reckoning.behind_us),
        )
        db.execute("DELETE FROM clock_step")
        db.executemany(
            "INSERT INTO clock_step (number, ahead_us, ran_us) VALUES (?, ?, ?)",
            [(number, step.ahead_us, step.ran_us) for number, step in enumerate(reckoning.steps)],
        )
