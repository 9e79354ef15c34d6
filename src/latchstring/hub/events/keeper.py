"""Writes down one camera's events and activity as they happen, without a row for every look.

A disk that refuses, as a full one does, costs nothing but time: what could not be written waits, and is told
when it is written.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import deque

from latchstring.base.ids import CameraId, EventId
from latchstring.base.time import from_micros
from latchstring.hub.events import store as rows
from latchstring.hub.events.bulletin import Bulletin, Happening, Kind
from latchstring.hub.events.models import Event
from latchstring.hub.events.tracker import MERGE_US, Tracker
from latchstring.hub.motion.detector import MotionSample
from latchstring.hub.motion.models import NEEDED_SMALL
from latchstring.hub.store import Store, StoreFull

log = logging.getLogger(__name__)
WRITE_EVERY_US = 2_000_000
MOST_MINUTES = 24 * 60
"""What is older is only heat on a timeline whose recordings are missing, too."""


class Keeper:
    """Samples in, rows out: when an event opens, every two seconds while it grows, and when it closes."""

    def __init__(self, camera: CameraId, store: Store, bulletin: Bulletin) -> None:
        self._camera = camera
        self._store = store
        self._bulletin = bulletin
        self._tracker = Tracker(camera)
        self._lock = threading.Lock()
        self._last: Event | None = None
        self._waiting: dict[EventId, Event] = {}
        self._begun: EventId | None = None  # told last
        self._is_refused = False
        self._minute_us = 0
        self._peak = 0.0
        self._lately: deque[float] = deque(maxlen=NEEDED_SMALL)
        self._lasted = 0.0  # the largest share that so many looks in a row reached
        self._minutes: deque[tuple[int, float, float]] = deque(maxlen=MOST_MINUTES)  # not written yet

    def tell(self, sample: MotionSample) -> None:
        with self._lock:
            for event in self._tracker.feed(sample):
                if self._is_worth_writing(event):
                    self._write(event)
            self._count(sample)

    def settle(self, now_us: int) -> None:
        """Close an event of which nothing was heard for long: its camera went away."""
        with self._lock:
            self._flush()
            event = self._tracker.open_event
            if event is not None and now_us - event.end_us > 2 * MERGE_US:
                self._close()

    def stop(self) -> None:
        """Close what is open and write what is counted."""
        with self._lock:
            self._close()
            self._write_activity()

    def _close(self) -> None:
        for event in self._tracker.close():
            self._write(event)

    def _is_worth_writing(self, event: Event) -> bool:
        last = self._last
        if last is None or last.id != event.id or not event.is_open:
            return True
        return event.end_us - last.end_us >= WRITE_EVERY_US

    def _write(self, event: Event) -> None:
        self._last = event
        self._waiting[event.id] = event
        self._flush()

    def _flush(self) -> None:
        waiting = list(self._waiting.values())
        if not waiting:
            return
        try:
            with self._store.write() as db:
                for event in waiting:
                    rows.save(event, db=db)
        except (sqlite3.OperationalError, StoreFull) as e:
            self._refused(e)
            return
        self._is_refused = False
        self._waiting.clear()
        for event in waiting:
            if event.id != self._begun:
                self._begun = event.id
                self._tell(event, "motion-began", event.start_us)
            if not event.is_open:
                self._tell(event, "motion-ended", event.end_us)

    def _refused(self, e: Exception) -> None:
        if not self._is_refused:
            log.warning("camera %s: what moves cannot be written down for now: %s", self._camera, e)
        self._is_refused = True

    def _tell(self, event: Event, kind: Kind, at_us: int) -> None:
        self._bulletin.tell(Happening(kind=kind, at=from_micros(at_us), camera=self._camera, event=event.id))

    def _count(self, sample: MotionSample) -> None:
        minute_us = sample.utc_us // rows.MINUTE_US * rows.MINUTE_US
        if minute_us != self._minute_us:
            self._write_activity()
            self._minute_us, self._peak, self._lasted = minute_us, 0.0, 0.0
        self._lately.append(sample.share if sample.kind in ("motion", "quiet") else 0.0)
        if len(self._lately) == NEEDED_SMALL:
            self._lasted = max(self._lasted, min(self._lately))
        if sample.kind == "motion":
            self._peak = max(self._peak, sample.share)

    def _write_activity(self) -> None:
        if self._peak > 0 or self._lasted > 0:
            self._minutes.append((self._minute_us, self._peak, self._lasted))
        if not self._minutes:
            return
        try:
            with self._store.write() as db:
                for minute_us, peak, lasted in self._minutes:
                    if peak > 0:
                        rows.add_activity(self._camera, minute_us, peak, db=db)
                    if lasted > 0:
                        rows.add_stirring(self._camera, minute_us, lasted, db=db)
        except (sqlite3.OperationalError, StoreFull) as e:
            self._refused(e)
            return
        self._minutes.clear()
