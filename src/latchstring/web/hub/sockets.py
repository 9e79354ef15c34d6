"""A WebSocket for as long as its viewer stays and may be there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect

from latchstring.base.errors import NotSignedIn

LOOK_SECONDS = 2.0
"""How long after their rights were taken somebody may still be seeing something."""
SIGNED_OUT = 4401
"""Close code of this application's own (RFC 6455, 7.4.2)."""


async def accepted(socket: WebSocket) -> bool:
    """Whether the line stands; a viewer may have left before it did."""
    try:
        await socket.accept()
    except OSError:
        return False
    return True


async def stay(
    socket: WebSocket, sending: Coroutine[Any, Any, None], *, hear: Callable[[bytes], None] | None = None
) -> None:
    """Run `sending` until it ends, the viewer leaves, or their session does; `hear` gets what they send."""
    signed_out = asyncio.create_task(until_signed_out(socket.state.may_stay))
    tasks = {asyncio.create_task(sending), asyncio.create_task(_left(socket, hear)), signed_out}
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError, WebSocketDisconnect):
            await task
    if signed_out in done:
        with suppress(RuntimeError):
            await socket.close(SIGNED_OUT, NotSignedIn().message)


async def _left(socket: WebSocket, hear: Callable[[bytes], None] | None) -> None:
    """Until the viewer leaves."""
    while (message := await socket.receive())["type"] != "websocket.disconnect":
        if hear is not None and (data := message.get("bytes")):
            hear(data)


async def until_signed_out(may_stay: Callable[[], bool]) -> None:
    signed_in = True
    while signed_in:
        await asyncio.sleep(LOOK_SECONDS)
        signed_in = await asyncio.to_thread(may_stay)
