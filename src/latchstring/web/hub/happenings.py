"""What happens in this home, over WebSocket, to every open page of its owner."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from latchstring.base.time import to_text
from latchstring.hub.daemon import Hub
from latchstring.hub.events.bulletin import Bulletin, Happening

MOST_WAITING = 100
"""A page that takes no more for so long misses what came after; it asks anew when it comes back."""


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["happenings"])

    @router.websocket("/happenings")
    async def happenings(socket: WebSocket) -> None:
        """One text message for each: `{kind, at, camera, event, request, about}`. Nothing is said twice."""
        waiting: asyncio.Queue[Happening] = asyncio.Queue(MOST_WAITING)
        stop = _listen(hub.bulletin, waiting)
        try:
            await socket.accept()
            sending = asyncio.create_task(_send(socket, waiting))
            leaving = asyncio.create_task(_left(socket))
            _, pending = await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            for task in pending:
                task.cancel()
            for task in (sending, leaving):
                with suppress(asyncio.CancelledError, WebSocketDisconnect):
                    await task
        finally:
            stop()

    return router


def as_json(happening: Happening) -> dict[str, str | None]:
    return {
        "kind": happening.kind,
        "at": to_text(happening.at),
        "camera": happening.camera,
        "event": happening.event,
        "request": happening.request,
        "about": happening.about,
    }


def _listen(bulletin: Bulletin, waiting: asyncio.Queue[Happening]) -> Callable[[], None]:
    loop = asyncio.get_running_loop()

    def put(happening: Happening) -> None:
        with suppress(asyncio.QueueFull):
            waiting.put_nowait(happening)

    def hear(happening: Happening) -> None:
        with suppress(RuntimeError):  # the loop is closed, so no page is open any more
            loop.call_soon_threadsafe(put, happening)

    return bulletin.listen(hear)


async def _send(socket: WebSocket, waiting: asyncio.Queue[Happening]) -> None:
    while True:
        await socket.send_json(as_json(await waiting.get()))


async def _left(socket: WebSocket) -> None:
    """Until the page goes; what one says is not listened to."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
