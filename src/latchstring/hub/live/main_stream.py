"""For a camera without a sub stream, motion is looked for in what its recorder holds in memory."""

from __future__ import annotations

import threading
from collections.abc import Generator

from latchstring.hub.motion.models import CodedFrame
from latchstring.hub.recording.feed import LiveFeed

WAIT_SECONDS = 0.5


class MainStream:
    """Reads the recorder's feed as any viewer does; too slow, it skips to the newest keyframe."""

    def __init__(self, feed: LiveFeed) -> None:
        self._feed = feed

    def frames(self, stopping: threading.Event) -> Generator[CodedFrame]:
        position, run, session = None, None, 0
        while not stopping.is_set():
            batch = self._feed.wait(position, WAIT_SECONDS)
            if batch is None:
                continue
            position = batch.position
            if batch.run is not run:
                run, session = batch.run, session + 1
            for fragment in batch.fragments:
                sample = fragment.data[fragment.sample_at :]
                yield CodedFrame(session, sample, batch.run.track.avcc, fragment.utc_us)
