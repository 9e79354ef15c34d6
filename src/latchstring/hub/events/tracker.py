"""Samples to events. No clock, no store: the samples carry their time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from latchstring.base import ids
from latchstring.base.ids import CameraId, EventId
from latchstring.hub.events.models import Event
from latchstring.hub.motion.detector import MotionSample
from latchstring.hub.motion.models import NEEDED, looks_needed

MERGE_US = 5_000_000
"""Motion that pauses no longer than this is one event."""
SAMPLE_US = 200_000


def _new_id() -> EventId:
    return EventId(ids.new("ev"))


class Tracker:
    """One camera's events. Each change of an event comes out as the whole event.

    What was unsure in the looks right before an event opens, while the camera settled, was motion, too.
    """

    def __init__(self, camera: CameraId, *, new_id: Callable[[], EventId] = _new_id) -> None:
        self._camera = camera
        self._new_id = new_id
        self._row: list[MotionSample] = []  # the last looks, without a break, that showed motion
        self._event: Event | None = None

    def feed(self, sample: MotionSample) -> Iterator[Event]:
        """What this look changes: the event opens, grows or closes."""
        event = self._event
        if event is not None and not event.start_us <= sample.utc_us <= event.end_us + MERGE_US:
            yield from self.close()
        if self._row and sample.utc_us < self._row[-1].utc_us:
            self._row.clear()  # the clock was set back: these looks do not stand in a row
        if sample.kind not in ("motion", "unsure"):
            self._row.clear()
            return
        self._row.append(sample)
        if self._event is not None:
            del self._row[:-NEEDED]
        sure = sum(each.kind == "motion" for each in self._row)
        if self._event is not None:
            if sure == NEEDED:
                yield self._grow(self._event, sample)
        elif sure >= looks_needed(sample.share):
            yield self._open(self._row)

    @property
    def open_event(self) -> Event | None:
        return self._event

    def close(self) -> Iterator[Event]:
        """No more is coming: the camera is gone, or the hub stops."""
        if self._event is not None:
            yield replace(self._event, is_open=False)
        self._event = None
        self._row.clear()

    def _open(self, row: list[MotionSample]) -> Event:
        peak = max(row, key=lambda s: s.share)
        self._event = Event(
            id=self._new_id(),
            camera=self._camera,
            start_us=row[0].utc_us,
            end_us=row[-1].utc_us + SAMPLE_US,
            peak_us=peak.utc_us,
            score=peak.share,
            is_open=True,
        )
        return self._event

    def _grow(self, event: Event, sample: MotionSample) -> Event:
        event = replace(event, end_us=max(event.end_us, sample.utc_us + SAMPLE_US))
        if sample.share > event.score:
            event = replace(event, score=sample.share, peak_us=sample.utc_us)
        self._event = event
        return event
