"""Writes down one camera's events and activity as they happen, without a row for every look."""

from __future__ import annotations

import threading

from latchstring.base.ids import CameraId
from latchstring.base.time import from_micros
from latchstring.hub.events import store as rows
from latchstring.hub.events.bulletin import Bulletin, Happening, Kind
from latchstring.hub.events.models import Event
from latchstring.hub.events.tracker import MERGE_US, Tracker
from latchstring.hub.motion.detector import MotionSample
from latchstring.hub.store import Store

WRITE_EVERY_US = 2_000_000


class Keeper:
    """Samples in, rows out: when an event opens, every two seconds while it grows, and when it closes."""

    def __init__(self, camera: CameraId, store: Store, bulletin: Bulletin) -> None:
        self._camera = camera
        self._store = store
        self._bulletin = bulletin
        self._tracker = Tracker(camera)
        self._lock = threading.Lock()
        self._written: Event | None = None
        self._minute_us = 0
        self._peak = 0.0

    def tell(self, sample: MotionSample) -> None:
        with self._lock:
            for event in self._tracker.feed(sample):
                if self._is_worth_writing(event):
                    self._write(event)
            self._count(sample)

    def settle(self, now_us: int) -> None:
        """Close an event of which nothing was heard for long: its camera went away."""
        with self._lock:
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
        last = self._written
        if last is None or last.id != event.id or not event.is_open:
            return True
        return event.end_us - last.end_us >= WRITE_EVERY_US

    def _write(self, event: Event) -> None:
        is_new = self._written is None or self._written.id != event.id
        self._written = event
        with self._store.write() as db:
            rows.save(event, db=db)
        if is_new:
            self._tell(event, "motion-began", event.start_us)
        if not event.is_open:
            self._tell(event, "motion-ended", event.end_us)

    def _tell(self, event: Event, kind: Kind, at_us: int) -> None:
        self._bulletin.tell(Happening(kind=kind, at=from_micros(at_us), camera=self._camera, event=event.id))

    def _count(self, sample: MotionSample) -> None:
        minute_us = sample.utc_us // rows.MINUTE_US * rows.MINUTE_US
        if minute_us != self._minute_us:
            self._write_activity()
            self._minute_us, self._peak = minute_us, 0.0
        if sample.kind == "motion":
            self._peak = max(self._peak, sample.share)

    def _write_activity(self) -> None:
        if self._peak > 0:
            with self._store.write() as db:
                rows.add_activity(self._camera, self._minute_us, self._peak, db=db)
