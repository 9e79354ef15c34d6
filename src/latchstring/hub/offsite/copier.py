"""Puts a sealed copy of each event away from home, and takes it back when its time is up."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from latchstring.base import canonical
from latchstring.base.clock import Clock
from latchstring.base.errors import LatchstringError
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.events.around import POST_ROLL, around
from latchstring.hub.events.bulletin import Happening
from latchstring.hub.events.models import Event
from latchstring.hub.offsite import parcel
from latchstring.hub.offsite import store as rows
from latchstring.hub.offsite.models import (
    Copy,
    DiskAway,
    NoTarget,
    PlaceBefore,
    Progress,
    Target,
    TargetTrouble,
)
from latchstring.hub.offsite.target import COPIES, HOUSEHOLD, ObjectTarget, room_for
from latchstring.hub.owner import store as owner_rows
from latchstring.hub.recording.clip import Clip, RecordingGone
from latchstring.hub.recording.recordings import Recordings
from latchstring.hub.redaction import masks
from latchstring.hub.store import Store
from latchstring.sealing.keys import Household

log = logging.getLogger(__name__)

SETTLED = POST_ROLL + timedelta(seconds=10)
"""How long after its end an event's last GOP is surely on disk."""
LOOK_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 900.0
LOOK_BEFORE_SECONDS = 3600.0
"""How long a place that copies went to before is left alone: one that does not answer takes its time."""


class NotSetUpYet(NoTarget):
    """Copies are sealed to the household's key; set the hub up first."""


def pause_after(failures: int) -> float:
    """Seconds until the next look: longer after each failure in a row, however many there are."""
    return min(LOOK_SECONDS * 2.0 ** max(0, min(failures, 10) - 1), LONGEST_PAUSE_SECONDS)


class Copier:
    """One thread. What a power cut interrupts is done again: an object has the same name each time.

    A recording that cannot be read is passed over, or no later one would ever be copied.

    `old_by` is the time by which a copy's age is judged; without it, the clock's.
    """

    def __init__(
        self,
        store: Store,
        recordings: Recordings,
        clock: Clock,
        work: Path,
        *,
        old_by: Callable[[], datetime] | None = None,
    ) -> None:
        self._store = store
        self._recordings = recordings
        self._clock = clock
        self._work = work
        self._old_by = old_by or clock.now
        self._trouble: str | None = None
        self._failures = 0
        self._look_before_at = clock.monotonic()
        self._trouble_before: dict[str, str] = {}
        self._news = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._go_on, name="offsite", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._news.set()
        if self._thread.ident is not None:
            self._thread.join()

    def hear(self, happening: Happening) -> None:
        """A listener of the bulletin: an event ended, so there will soon be something to copy."""
        if happening.kind in ("motion-ended", "press", "press-late"):
            self._news.set()

    # The owner's choice

    def target(self) -> Target | None:
        with self._store.read() as db:
            return rows.target(db=db)

    def choose(self, target: Target) -> None:
        """From now on copies go there. It is tried first: the household's record is put, and read again.

        A disk that holds copies already must be plugged in, or another one would be taken for it.
        """
        is_new = target.place not in {known.place for known in self._places()}
        opened = ObjectTarget(target, is_new=is_new)
        if target.is_folder and not is_new:
            opened.must_be_there()
        record = self._household_record()
        opened.put_bytes(HOUSEHOLD, record)
        if opened.get_bytes(HOUSEHOLD) != record:
            raise TargetTrouble("the object store did not give back what was put there")
        with self._store.write() as db:
            rows.keep_target(target, now=self._clock.now(), db=db)
        self._failures, self._trouble = 0, None
        self._news.set()

    def options_for(self, target: Target) -> Mapping[str, str]:
        """Those that were typed for its store, if copies go or lie there. No other store gets them."""
        for known in self._places():
            if known.store == target.store:
                return known.options
        return {}

    def _places(self) -> list[Target]:
        """Where copies go, and where some still lie."""
        with self._store.read() as db:
            now, before = rows.target(db=db), rows.before(db=db)
        return [*([now] if now else []), *(each.target for each in before)]

    def leave(self) -> None:
        """Copy no more. What is there is deleted when its time is up."""
        with self._store.write() as db:
            rows.leave_target(db=db)
        self._trouble = None

    def before(self) -> list[PlaceBefore]:
        """Where copies went before another place was chosen, or none, and still lie."""
        with self._store.read() as db:
            places = rows.before(db=db)
        return [replace(each, trouble=self._trouble_before.get(each.target.place)) for each in places]

    def forget_before(self, url: str) -> None:
        """Leave what is in this place there for good, and forget how to get there."""
        with self._store.write() as db:
            if not rows.forget_before(url.rstrip("/"), db=db):
                raise NoTarget

    def progress(self) -> Progress:
        with self._store.read() as db:
            return rows.progress(now=self._clock.now() - SETTLED, trouble=self._trouble, db=db)

    # At work

    def _go_on(self) -> None:
        while not self._stopping:
            self._news.clear()
            try:
                while not self._stopping and self.copy_next():
                    pass
                self.tidy()
                self._failures, self._trouble = 0, None
            except LatchstringError as e:
                is_seen_soon = isinstance(e, DiskAway)  # when somebody plugs it in
                self._failures = 1 if is_seen_soon else self._failures + 1
                if self._trouble != e.message:
                    log.warning("no copy away from home: %s", e.message)
                self._trouble = e.message
            except (OSError, sqlite3.Error) as e:
                self._failures += 1
                self._trouble = f"the disk refuses: {e.strerror if isinstance(e, OSError) else e}"
                log.warning("no copy away from home: %s", type(e).__name__)
            except Exception as e:  # noqa: BLE001  one surprise must not end all copies for good
                self._failures += 1
                self._trouble = f"something unexpected went wrong ({type(e).__name__}); it is tried again"
                log.warning("no copy away from home: %s", type(e).__name__)
            try:
                self._look_before()
            except Exception as e:  # noqa: BLE001  nor may one in a place of before
                log.warning("copies in a place before: %s", type(e).__name__)
            self._news.wait(pause_after(self._failures))

    def copy_next(self) -> bool:
        """Copy the oldest event that waits; False: none does."""
        now = self._clock.now()
        with self._store.read() as db:
            target = rows.target(db=db)
            event = rows.waiting(ended_before=now - SETTLED, db=db) if target else None
        if target is None or event is None:
            return False
        opened = ObjectTarget(target)
        opened.must_be_there()
        for number, clip in enumerate(self._recordings.parts(event.camera, around(event))):
            try:
                self._copy(clip, event, number, opened)
            except RecordingGone:
                log.warning("an event has no whole copy away from home: its recording cannot be read")
        with self._store.write() as db:
            rows.done(event, db=db)
        return True

    def tidy(self) -> None:
        """Delete the copies whose time is up."""
        target = self.target()
        if target is None:
            return
        last = self._old_by() - timedelta(days=target.keep_days)
        with self._store.write() as db:
            rows.forget_done(last, db=db)
        self._delete_expired(target, last)

    def tidy_before(self, target: Target) -> None:
        """The same where copies went before; with the last of them the place is forgotten.

        A folder that is empty may be that of a disk that is not plugged in: nothing is deleted there by that.
        """
        if self._delete_expired(target, self._old_by() - timedelta(days=target.keep_days)):
            with self._store.write() as db:
                rows.forget_empty(db=db)

    def _delete_expired(self, target: Target, last: datetime) -> bool:
        """False: there was nothing to delete."""
        with self._store.read() as db:
            names = rows.expired(target.place, last, db=db)
        if not names:
            return False
        opened = ObjectTarget(target)
        opened.must_be_there()
        for name in names:
            opened.delete(name)
            with self._store.write() as db:
                rows.remove(name, target.place, db=db)
        return True

    def _look_before(self) -> None:
        if (running := self._clock.monotonic()) < self._look_before_at:
            return
        self._look_before_at = running + LOOK_BEFORE_SECONDS
        for place in self.before():
            try:
                self.tidy_before(place.target)
                self._trouble_before.pop(place.target.place, None)
            except LatchstringError as e:
                self._trouble_before[place.target.place] = e.message

    def _copy(self, clip: Clip, event: Event, number: int, opened: ObjectTarget) -> None:
        if not room_for(self._work.parent, clip.size_bytes):
            raise TargetTrouble("this hub's own disk is too full to seal a copy")
        name = f"{COPIES}{canonical.sha256_hex(f'{event.id} {number}'.encode())}.age"
        camera = camera_rows.get(self._store, event.camera).name
        hidden = masks.covering(self._store, event.camera, clip.during)
        self._work.mkdir(mode=0o700, exist_ok=True)
        sealed = self._work / "copy.age"
        try:
            with sealed.open("wb") as sink:
                parcel.seal(clip, event, camera, hidden, sink, self._household().recipient)
            opened.put_file(name, sealed)
            self._must_have_gone_there(opened, name)
            made = Copy(name=name, event=event.id, end_us=event.end_us, size_bytes=sealed.stat().st_size)
        finally:
            sealed.unlink(missing_ok=True)
        with self._store.write() as db:
            rows.add(made, opened.target, now=self._clock.now(), db=db)

    def _must_have_gone_there(self, opened: ObjectTarget, name: str) -> None:
        """A disk that was unplugged meanwhile: the copy is in the folder under it, and is taken away."""
        if not opened.target.is_folder:
            return
        try:
            opened.must_be_there()
        except DiskAway:
            opened.delete(name)
            raise

    def _household(self) -> Household:
        with self._store.read() as db:
            household = owner_rows.household(db=db)
        if household is None:
            raise NotSetUpYet
        return household

    def _household_record(self) -> bytes:
        """What a new hub needs besides the recovery code; it opens nothing without that."""
        household = self._household()
        record = {
            "version": "latchstring household 1",
            "recipient": household.recipient,
            "wrapped": canonical.to_base64(household.wrapped),
        }
        return json.dumps(record, indent=2).encode() + b"\n"
