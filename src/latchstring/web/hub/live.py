"""Live pictures over WebSocket: what the page's MediaSource takes, as it is made."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from latchstring.base.errors import NotFound
from latchstring.base.ids import CameraId
from latchstring.hub.daemon import Hub
from latchstring.hub.live.viewer import watch
from latchstring.hub.recording.feed import LiveFeed
from latchstring.hub.recording.models import Run

NOT_FOUND = 4404
"""Close code of this application's own (RFC 6455, 7.4.2)."""


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api/cameras", tags=["live"])

    @router.websocket("/{camera_id}/live")
    async def live(socket: WebSocket, camera_id: str) -> None:
        """A text message `{codec, width, height}` and the init segment at each new run, then fragments."""
        await socket.accept()
        try:
            feed = hub.video.feed(CameraId(camera_id))
        except NotFound as e:
            await socket.close(NOT_FOUND, e.message)
            return
        sending = asyncio.create_task(_send(socket, feed))
        leaving = asyncio.create_task(_left(socket))
        _, pending = await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        for task in (sending, leaving):
            with suppress(asyncio.CancelledError, WebSocketDisconnect):
                await task

    return router


async def _send(socket: WebSocket, feed: LiveFeed) -> None:
    async for made in watch(feed):
        if isinstance(made, Run):
            track = made.track
            await socket.send_json({"codec": track.mime, "width": track.width, "height": track.height})
        else:
            await socket.send_bytes(made)


async def _left(socket: WebSocket) -> None:
    """Until the viewer leaves; what one says is not listened to."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
