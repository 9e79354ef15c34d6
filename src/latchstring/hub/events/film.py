"""The events in a video file: the recorder's own path, as fast as the file can be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av

from latchstring.base.clock import SystemClock
from latchstring.base.errors import BadInput
from latchstring.base.ids import CameraId, EventId
from latchstring.hub.cameras.decode import luma
from latchstring.hub.cameras.errors import BrokenVideo, CameraError, NoVideoTrack, UnsupportedCodec
from latchstring.hub.cameras.video_file import FileSource, decoded
from latchstring.hub.events.models import Event
from latchstring.hub.events.tracker import Tracker
from latchstring.hub.motion.detector import Detector, MotionSample, stride
from latchstring.hub.motion.looker import LOOK_EVERY_US, Looker, whole
from latchstring.hub.motion.models import CodedFrame, MotionSettings


class BadFilm(BadInput):
    """This film cannot be looked at: it is damaged, or holds no pictures."""


def events_in(path: Path, settings: MotionSettings | None = None) -> list[Event]:
    """In order; times in microseconds from the film's first picture.

    H.264 is looked at as the recorder does. Other codings, which it does not record, are decoded as a whole.
    """
    tracker = Tracker(CameraId("film"))
    events: dict[EventId, Event] = {}
    try:
        end_us = 0
        for sample in _samples(path, settings):
            end_us = sample.utc_us
            events |= {event.id: event for event in tracker.feed(sample)}
    except NoVideoTrack as e:
        raise BadFilm(f"{path} holds no pictures") from e
    except CameraError as e:
        raise BadFilm(f"{path} is not a video file that can be read, or it is damaged") from e
    events |= {event.id: event for event in tracker.close()}
    return [replace(event, end_us=min(event.end_us, end_us)) for event in events.values()]


def _samples(path: Path, settings: MotionSettings | None) -> Iterator[MotionSample]:
    try:
        source = FileSource(path, SystemClock())
    except UnsupportedCodec:
        return _of_pictures(decoded(path), Detector(settings))
    return _looks(_frames(source), Looker(settings))


def _of_pictures(pictures: Iterator[av.VideoFrame], detector: Detector) -> Iterator[MotionSample]:
    first, next_us = None, 0
    for picture in pictures:
        if picture.pts is None:
            continue
        first = picture.time if first is None else first
        at_us = round((picture.time - first) * 1e6)
        if at_us >= next_us:
            next_us = at_us + LOOK_EVERY_US * 9 // 10
            yield detector.look(luma(picture, stride(picture.height)), at_us)
    if first is None:
        raise BrokenVideo


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
