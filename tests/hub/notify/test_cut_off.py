"""A hub that is cut off, by a power cut or kill -9, is offline for whoever listens on the broker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from latchstring.testing import broker as real
from latchstring.testing.broker import Broker, Watcher
from latchstring.testing.waiting import until

pytestmark = pytest.mark.skipif(not real.available(), reason=real.WHY_NOT)

HUB = """
import sys
from pathlib import Path
from latchstring.hub.daemon import Hub
from latchstring.hub.notify import mqtt
from latchstring.hub.settings import HubSettings
hub = Hub(HubSettings(data=Path(sys.argv[1])))
hub.start()
channel = hub.notifier.add_mqtt("Home", mqtt.settings("127.0.0.1", int(sys.argv[2])))
print(f"latchstring/{mqtt.node_of(channel)}/status", flush=True)
sys.stdin.read()
"""


def test_a_hub_that_is_killed_is_offline(tmp_path: Path) -> None:
    """It could say nothing any more; the broker does, by its last will, and keeps it for whoever comes later."""
    with Broker(tmp_path) as broker, Watcher(broker) as watcher:
        command = [sys.executable, "-c", HUB, str(tmp_path / "data"), str(broker.port)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as hub:
            assert hub.stdout is not None
            status = hub.stdout.readline().strip()
            until(lambda: watcher.last(status) == b"online")
            hub.kill()
        until(lambda: watcher.last(status) == b"offline")
        with Watcher(broker) as later:
            until(lambda: later.last(status) == b"offline")
