"""When a camera that went away is called again."""

from __future__ import annotations

import random
import socket
import threading

from latchstring.base.errors import LatchstringError
from latchstring.hub.cameras import address
from latchstring.hub.cameras.errors import CameraSilent, CameraUnreachable

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
KNOCK_SECONDS = 0.25
KNOCK_TIMEOUT_SECONDS = 0.75


class Redial:
    """One that is away is called as soon as it answers; one that refuses us, less and less often."""

    def __init__(self, url: str, stopping: threading.Event) -> None:
        self._url = url
        self._stopping = stopping
        self._pause = FIRST_PAUSE_SECONDS

    def heard(self) -> None:
        """It sends pictures: whatever was before is forgiven."""
        self._pause = FIRST_PAUSE_SECONDS

    def wait(self, e: LatchstringError | None) -> None:
        """Returns when it is time, or when all is over; `e` ended the call before."""
        is_away = isinstance(e, (CameraUnreachable, CameraSilent))
        pause = KNOCK_SECONDS if is_away else self._pause
        self._stopping.wait(pause * random.uniform(0.75, 1.25))  # noqa: S311  spreads calls, hides nothing
        if isinstance(e, CameraUnreachable):
            self._knock()
        if not is_away:
            self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)

    def _knock(self) -> None:
        while not answers(self._url) and not self._stopping.wait(KNOCK_SECONDS):
            pass


def answers(url: str) -> bool:
    """Whether somebody listens there; always, where there is no network between.

    A machine without power takes no notice of a call, and a kernel repeats one after 1, 3 and 7 seconds only.
    So each knock is a new one.
    """
    parts = address.parse(url)
    if parts.scheme not in address.RTSP:
        return True
    try:
        where = (parts.hostname, parts.port or address.PORTS[parts.scheme])
        socket.create_connection(where, timeout=KNOCK_TIMEOUT_SECONDS).close()
    except OSError:
        return False
    return True
