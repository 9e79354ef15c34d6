"""A channel was removed while its broker was away: what that keeps is taken back when it is there again."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from latchstring.hub.notify.homeassistant import Topics
from latchstring.hub.notify.models import Channel, ChannelId
from latchstring.hub.notify.mqtt import Home, connected, node_of, refuses_login, take_back

log = logging.getLogger(__name__)
BACK_OFF = (1.0, 5.0, 30.0, 60.0, 300.0)
LET_GO_AFTER = timedelta(days=30)
"""A broker that does not come back for so long is none any more, and its login is not kept for it."""


class Farewell:
    """Tries until it is said, in a thread of its own: `start` it, `stop` it at the end."""

    def __init__(self, channel: Channel, home: Home, said: Callable[[ChannelId], None]) -> None:
        self._channel = channel
        self._home = home
        self._said = said
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="mqtt-farewell", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What is not said yet is said after the next start."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._try_on())

    async def _try_on(self) -> None:
        from aiomqtt import MqttError

        tries = 0
        while not self._stop.is_set():
            try:
                await self._say()
            except (MqttError, OSError) as e:
                if refuses_login(e):  # it will not be told, however often it is tried
                    await asyncio.to_thread(self._said, self._channel.id)
                    return
            except Exception as e:  # noqa: BLE001  what the hub's own disk refuses must not end this for good
                log.error("MQTT: unexpected %s", type(e).__name__)
            else:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), BACK_OFF[min(tries, len(BACK_OFF) - 1)])
            tries += 1

    async def _say(self) -> None:
        shown = await asyncio.to_thread(self._home.shown)
        cameras = [each.camera for each in shown] + list(await asyncio.to_thread(self._home.removed))
        async with connected(self._channel, "farewell") as client:
            await take_back(client, Topics(node_of(self._channel)), cameras)
        await asyncio.to_thread(self._said, self._channel.id)
