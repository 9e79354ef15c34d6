"""Telling systemd how a service does: sd_notify(3), and the watchdog of sd_watchdog_enabled(3)."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Mapping

Tell = Callable[[str], None]


def teller(environment: Mapping[str, str] = os.environ) -> Tell:
    """How to tell the service manager something; where there is none, telling does nothing."""
    address = environment.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return lambda _: None

    def tell(state: str) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to:
            to.sendto(state.encode(), address.replace("@", "\0", 1) if address[0] == "@" else address)

    return tell


def watchdog_seconds(environment: Mapping[str, str] = os.environ) -> float | None:
    """How often a sign of life is due, halved to be early; None: nobody waits for one."""
    text = environment.get("WATCHDOG_USEC", "")
    return int(text) / 2e6 if text.isdecimal() and int(text) > 0 else None


class SignsOfLife:
    """Says READY, then gives signs of life while `is_alive` says so, then STOPPING. Use with `with`."""

    def __init__(self, is_alive: Callable[[], bool], environment: Mapping[str, str] = os.environ) -> None:
        self._is_alive = is_alive
        self._tell = teller(environment)
        self._every = watchdog_seconds(environment)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="signs of life", daemon=True)

    def __enter__(self) -> SignsOfLife:
        self._tell("READY=1")
        if self._every is not None:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._tell("STOPPING=1")
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _go_on(self) -> None:
        while not self._stopping.wait(self._every):
            if self._is_alive():
                self._tell("WATCHDOG=1")
