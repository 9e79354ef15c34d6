"""The events in a video file: the recorder's own path, as fast as the file can be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from latchstring.base.clock import SystemClock
from latchstring.base.errors import BadInput
from latchstring.base.ids import CameraId, EventId
from latchstring.hub.cameras.errors import BrokenVideo, CameraError, UnsupportedCodec
from latchstring.hub.cameras.video_file import FileSource
from latchstring.hub.events.models import Event
from latchstring.hub.events.tracker import Tracker
from latchstring.hub.motion.detector import MotionSample
from latchstring.hub.motion.looker import Looker, whole
from latchstring.hub.motion.models import CodedFrame, MotionSettings


class BadFilm(BadInput):
    """This film cannot be looked at: it is damaged, or holds no H.264 video."""


def events_in(path: Path, settings: MotionSettings | None = None) -> list[Event]:
    """In order; times in microseconds from the film's first picture."""
    tracker = Tracker(CameraId("film"))
    events: dict[EventId, Event] = {}
    try:
        source = FileSource(path, SystemClock())
        end_us = 0
        for sample in _looks(_frames(source), Looker(settings)):
            end_us = sample.utc_us
            events |= {event.id: event for event in tracker.feed(sample)}
    except UnsupportedCodec as e:
        raise BadFilm(f"{path} is not H.264 video; convert it, as only H.264 is looked at") from e
    except CameraError as e:
        raise BadFilm(f"{path} is not a video file that can be read, or it is damaged") from e
    events |= {event.id: event for event in tracker.close()}
    return [replace(event, end_us=min(event.end_us, end_us)) for event in events.values()]


def _looks(frames: Iterator[CodedFrame], looker: Looker) -> Iterator[MotionSample]:
    seen = False
    for frame in whole(frames):
        try:
            for sample in looker.look(frame):
                seen = True
                yield sample
        except BrokenVideo:
            looker.restart()
    yield from looker.rest()
    if not seen:
        raise BrokenVideo


def _frames(source: FileSource) -> Iterator[CodedFrame]:
    first: int | None = None
    for packet in source.once():
        first = packet.pts if first is None else first
        at_us = round((packet.pts - first) * 1e6 / source.info.timescale)
        yield CodedFrame(1, packet.data, source.info.extradata, at_us)
