"""On a terminal, the seconds that a long answer takes, so that nobody thinks it hangs."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

QUIET_SECONDS, EVERY_SECONDS = 2.0, 1.0


@contextmanager
def ticking(
    quiet_seconds: float = QUIET_SECONDS, every_seconds: float = EVERY_SECONDS
) -> Iterator[Callable[[], None]]:
    """Tells the seconds on standard error, the first time after `quiet_seconds`; yields how to silence it.

    Nothing is written where nobody sits at a terminal.
    """
    if not sys.stderr.isatty():
        yield lambda: None
        return
    out, over = sys.stderr, threading.Event()

    def tick() -> None:
        waited = quiet_seconds
        while not over.wait(quiet_seconds if waited == quiet_seconds else every_seconds):
            out.write(f"\rworking, {waited:.0f} s ")
            out.flush()
            waited += every_seconds
        if waited > quiet_seconds:
            out.write("\r" + " " * 24 + "\r")
            out.flush()

    thread = threading.Thread(target=tick, name="ticker", daemon=True)
    thread.start()

    def silence() -> None:
        over.set()
        thread.join()

    try:
        yield silence
    finally:
        silence()
