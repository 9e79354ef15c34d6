"""A service manager hears that the hub is ready, lives, and stops."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from latchstring.base.service_manager import SignsOfLife, watchdog_seconds
from latchstring.testing.waiting import until


@pytest.fixture
def manager() -> Iterator[socket.socket]:
    """What systemd listens on."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bound:
        bound.bind(str(Path(folder) / "notify"))
        bound.settimeout(20)
        yield bound


def test_ready_alive_stopping(manager):
    """Signs of life come by themselves between the two."""
    environment = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "20000"}
    with SignsOfLife(lambda: True, environment):
        assert manager.recv(64) == b"READY=1"
        assert manager.recv(64) == b"WATCHDOG=1"
    heard = manager.recv(64)
    while heard == b"WATCHDOG=1":
        heard = manager.recv(64)
    assert heard == b"STOPPING=1"


def test_a_hub_that_is_stuck_gives_no_sign(manager):
    """So the manager ends and restarts it."""
    asked = []
    environment = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "2000"}

    def is_alive() -> bool:
        asked.append(1)
        return False

    with SignsOfLife(is_alive, environment):
        until(lambda: len(asked) >= 3, "three signs that are due")
    assert [manager.recv(64), manager.recv(64)] == [b"READY=1", b"STOPPING=1"]


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "vsock:2:1234"}])
def test_without_a_manager_nothing_is_told(environment):
    with SignsOfLife(lambda: True, environment):
        pass


@pytest.mark.parametrize(("text", "seconds"), [("60000000", 30.0), ("0", None), ("", None), ("soon", None)])
def test_signs_come_twice_as_often_as_they_are_due(text, seconds):
    assert watchdog_seconds({"WATCHDOG_USEC": text}) == seconds
