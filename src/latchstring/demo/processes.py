"""Child processes of the demo: started, waited for, and never left behind."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from latchstring.base.errors import LatchstringError, Unavailable

NETWORK_PORT = 8600


class DidNotStart(Unavailable):
    """A part of the demo did not start."""


class Process:
    """A `latchstring` command in a process of its own; its log lies beside its data."""

    def __init__(
        self, name: str, arguments: Sequence[str], *, log: Path, environment: Mapping[str, str]
    ) -> None:
        self.name = name
        self._arguments = [sys.executable, "-m", "latchstring.cli.main", *arguments]
        self._log = log
        self._environment = dict(environment)
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        if self._child is None:
            raise DidNotStart(f"{self.name} is not running")
        return self._child.pid

    def start(self) -> None:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                self._arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,
            )

    def wait_until(self, url: str, *, seconds: float = 180) -> None:
        """Until `url` answers 200; a child that ended early says why in one sentence."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._child is not None and (code := self._child.poll()) is not None:
                raise DidNotStart(f"{self.name} ended with code {code}: {self._last_words()}")
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(url, timeout=2).status_code == 200:
                    return
            time.sleep(0.05)
        raise DidNotStart(
            f"{self.name} did not answer at {url} within {seconds:.0f} s; its log is {self._log}"
        )

    def kill(self) -> None:
        """As a power cut would."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None

    def stop(self) -> None:
        """Ask it to end, and wait; after 15 s end it."""
        if self._child is None:
            return
        self._child.send_signal(signal.SIGINT)
        try:
            self._child.wait(15)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._child = None

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class PortTaken(LatchstringError):
    """A port that the demo needs is taken."""

    status = 409


def require_free(port: int) -> None:
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError as e:
            raise PortTaken(
                f"port {port} is taken; stop what uses it (another demo?), or choose others with --port"
            ) from e
