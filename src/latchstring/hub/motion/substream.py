"""A camera's small second stream, opened only to look for motion."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Iterator
from contextlib import closing

from latchstring.base.clock import Clock
from latchstring.base.errors import LatchstringError
from latchstring.hub.cameras.media_clock import Anchor
from latchstring.hub.cameras.models import CameraSettings, Opener
from latchstring.hub.motion.models import CodedFrame

log = logging.getLogger(__name__)
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0


class SubStream:
    """Calls the sub stream again and again, as the recorder does the main one."""

    def __init__(self, camera: CameraSettings, url: str, *, opener: Opener, clock: Clock) -> None:
        self._camera = camera
        self._url = url
        self._opener = opener
        self._clock = clock

    def frames(self, stopping: threading.Event) -> Iterator[CodedFrame]:
        session, pause = 0, FIRST_PAUSE_SECONDS
        while not stopping.is_set():
            session += 1
            try:
                with closing(self._opener.open(self._url)) as source:
                    anchor = Anchor(self._clock)
                    for packet in source.packets():
                        if stopping.is_set():
                            return
                        pause = FIRST_PAUSE_SECONDS
                        utc_us = anchor.utc_us(packet.arrived)
                        yield CodedFrame(session, packet.data, source.info.extradata, utc_us)
            except LatchstringError as e:
                log.info("camera %s, sub stream: %s", self._camera.id, e.message)
            stopping.wait(pause * random.uniform(0.75, 1.25))  # noqa: S311  spreads calls, hides nothing
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
