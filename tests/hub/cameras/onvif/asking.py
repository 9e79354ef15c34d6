"""Asks the pretended doorbell as the hub does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from latchstring.base.clock import SystemClock
from latchstring.hub.cameras.onvif.device import Device, connect
from latchstring.hub.cameras.onvif.models import Login
from latchstring.testing.onvif_answers import Stream
from latchstring.testing.onvif_device import OnvifDevice

T = TypeVar("T")
OWNER = Login(user="owner", password="synthetic")


def streams() -> list[Stream]:
    return [
        Stream("main", "rtsp://127.0.0.1:8554/main", 1920, 1080),
        Stream("sub", "rtsp://127.0.0.1:8554/sub", 640, 360, fps=10, gop_frames=20),
    ]


def asked(device: OnvifDevice, question: Callable[[Device], Awaitable[T]], login: Login | None = OWNER) -> T:
    """What the hub's own client makes of it."""

    async def ask() -> T:
        async with connect(device.address, login, SystemClock()) as reached:
            return await question(reached)

    return asyncio.run(ask())
