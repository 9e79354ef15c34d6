"""A camera's small stream to look at: called for that alone, unless its recorder reads it already."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

from latchstring.hub.live.main_stream import MainStream
from latchstring.hub.motion.models import CodedFrame
from latchstring.hub.motion.substream import SubStream
from latchstring.hub.recording.recorder import Recorder

WAIT_SECONDS = 0.5


class SmallStream:
    """Follows the recorder, which takes the small stream for as long as the large one is not H.264."""

    def __init__(self, recorder: Recorder, called: SubStream) -> None:
        self._recorder = recorder
        self._recorded = MainStream(recorder.feed)
        self._called = called

    def frames(self, stopping: threading.Event) -> Iterator[CodedFrame]:
        while not self._recorder.wait_for_answer(WAIT_SECONDS):
            if stopping.is_set():
                return
        session = 0
        while not stopping.is_set():
            is_recorded, seen = self._recorder.records_small, None
            feed = self._recorded if is_recorded else self._called
            with closing(feed.frames(stopping)) as frames:
                for frame in frames:
                    if self._recorder.records_small != is_recorded:
                        break
                    if frame.session != seen:
                        session, seen = session + 1, frame.session
                    yield CodedFrame(session, frame.data, frame.extradata, frame.utc_us)
