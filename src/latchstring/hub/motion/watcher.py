"""One camera's motion thread: decode, look five times a second, tell."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from latchstring.base.ids import CameraId
from latchstring.hub.cameras.decode import Decoder, luma
from latchstring.hub.cameras.errors import BrokenVideo
from latchstring.hub.motion.detector import Detector, MotionSample, stride
from latchstring.hub.motion.models import CodedFrame, FrameFeed

log = logging.getLogger(__name__)
LOOK_EVERY_US = 200_000
STOP_SECONDS = 6.0


class Looker:
    """Coded frames in, motion samples out; starts anew with each session."""

    def __init__(self) -> None:
        self._session: int | None = None
        self._next_us = 0

    def look(self, frame: CodedFrame) -> list[MotionSample]:
        """Every frame must pass, since each needs the one before it; a few are looked at."""
        if frame.session != self._session:
            self._session = frame.session
            self._decoder = Decoder(frame.extradata)
            self._detector = Detector()
            self._next_us = 0
        samples = []
        for picture in self._decoder.frames(frame.data, frame.utc_us):
            utc_us = frame.utc_us if picture.pts is None else picture.pts
            if utc_us < self._next_us:
                continue
            # A little early is on time: a camera's ten frames a second do not come on the tick.
            self._next_us = utc_us + LOOK_EVERY_US * 9 // 10
            samples.append(self._detector.look(luma(picture, stride(picture.height)), utc_us))
        return samples

    def restart(self) -> None:
        """The stream is broken here; wait for the next keyframe with a new decoder."""
        self._session = None


class Watcher:
    """Runs until it is stopped. It reads beside the recorder and can never hold it up."""

    def __init__(self, camera: CameraId, feed: FrameFeed, tell: Callable[[MotionSample], None]) -> None:
        self._camera = camera
        self._feed = feed
        self._tell = tell
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=f"watch {camera}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(STOP_SECONDS)

    def _watch(self) -> None:
        looker = Looker()
        broken = False
        for frame in self._feed.frames(self._stopping):
            try:
                samples = looker.look(frame)
            except BrokenVideo:
                if not broken:
                    log.warning("camera %s: a frame cannot be decoded, so motion may be missed", self._camera)
                broken = True
                looker.restart()
                continue
            for sample in samples:
                self._tell(sample)
