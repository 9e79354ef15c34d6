"""A camera's small second stream, opened only to look for motion."""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator
from contextlib import closing

from latchstring.base.clock import Clock
from latchstring.base.errors import LatchstringError
from latchstring.hub.cameras.media_clock import arrival_us
from latchstring.hub.cameras.models import CameraSettings, Opener, pictures
from latchstring.hub.cameras.patience import Patience
from latchstring.hub.cameras.redial import Redial
from latchstring.hub.motion.models import CodedFrame

log = logging.getLogger(__name__)


class SubStream:
    """Calls the sub stream again and again, as the recorder does the main one."""

    def __init__(
        self,
        camera: CameraSettings,
        url: str,
        *,
        opener: Opener,
        clock: Clock,
        patience: Patience | None = None,
    ) -> None:
        self._camera = camera
        self._url = url
        self._opener = opener
        self._clock = clock
        self._patience = patience

    def frames(self, stopping: threading.Event) -> Generator[CodedFrame]:
        session, redial = 0, Redial(self._url, stopping)
        while not stopping.is_set():
            session += 1
            problem: LatchstringError | None = None
            try:
                with closing(self._opener.open(self._url, patience=self._patience)) as source:
                    for packet in pictures(source):
                        if stopping.is_set():
                            return
                        redial.heard()
                        utc_us = arrival_us(self._clock, packet.arrived)
                        yield CodedFrame(session, packet.data, source.info.extradata, utc_us)
            except LatchstringError as e:
                log.info("camera %s, sub stream: %s", self._camera.id, e.message)
                problem = e
            redial.wait(problem)
