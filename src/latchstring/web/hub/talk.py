"""Talking at the door over WebSocket: the page's microphone to the camera, and the camera's sound back."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from latchstring.base.errors import LatchstringError
from latchstring.base.ids import CameraId
from latchstring.hub.daemon import Hub
from latchstring.hub.doorbell.talk import Talk
from latchstring.web.hub.sockets import accepted, stay

REFUSED = 4409
"""Close code of this application's own (RFC 6455, 7.4.2)."""
LONGEST_SECONDS = 600.0
"""A page that was forgotten lets the doorbell go: while one talks, it may not ring elsewhere."""
MOST_WAITING = 25
MOST_MESSAGE = 16_000


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api/cameras", tags=["doorbell"])

    @router.websocket("/{camera_id}/talk")
    async def talk(socket: WebSocket, camera_id: str) -> None:
        """Binary messages, both ways, are sound: signed 16-bit little-endian samples, 8000 a second.

        The first message is text: `{"state": "talking"}` when the camera listens, or `{"state": "refused",
        "message": ...}`; a talk that breaks off ends with the latter.
        """
        if not await accepted(socket):
            return
        loop, coming = asyncio.get_running_loop(), asyncio.Queue[bytes](MOST_WAITING)

        def put(pcm: bytes) -> None:
            with suppress(asyncio.QueueFull):
                coming.put_nowait(pcm)

        def heard(pcm: bytes) -> None:
            with suppress(RuntimeError):  # the loop is closed, so nobody listens any more
                loop.call_soon_threadsafe(put, pcm)

        try:
            voice = await asyncio.to_thread(hub.doorbell.talk, CameraId(camera_id), heard)
        except LatchstringError as e:
            await _refuse(socket, e)
            return
        try:
            await _talk(socket, voice, coming)
        except LatchstringError as e:
            await _refuse(socket, e)
        finally:
            # Begun at once and never called off: the door is let go even when this page's task is cancelled.
            await asyncio.shield(loop.run_in_executor(None, voice.end))

    return router


async def _talk(socket: WebSocket, voice: Talk, coming: asyncio.Queue[bytes]) -> None:
    def say(message: bytes) -> None:
        if len(message) <= MOST_MESSAGE:
            voice.say(message)

    async def send() -> None:
        await socket.send_json({"state": "talking"})
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_SECONDS):
                while True:
                    await socket.send_bytes(await coming.get())

    await stay(socket, send(), hear=say)


async def _refuse(socket: WebSocket, error: LatchstringError) -> None:
    with suppress(RuntimeError, WebSocketDisconnect):
        await socket.send_json({"state": "refused", "message": error.message})
        await socket.close(REFUSED)
