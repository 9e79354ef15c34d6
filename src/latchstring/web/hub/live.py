"""Live pictures and sound over WebSocket: what the page's MediaSource takes, as it is made."""

from __future__ import annotations

from fastapi import APIRouter, WebSocket

from latchstring.base.errors import NotFound
from latchstring.base.ids import CameraId
from latchstring.hub.cameras.models import SoundInfo
from latchstring.hub.daemon import Hub
from latchstring.hub.live.listener import listen
from latchstring.hub.live.viewer import watch
from latchstring.hub.recording.feed import LiveFeed
from latchstring.hub.recording.models import Run
from latchstring.hub.recording.sound_feed import SoundFeed
from latchstring.hub.recording.sound_track import mime
from latchstring.web.hub.sockets import accepted, stay

NOT_FOUND = 4404
"""Close code of this application's own (RFC 6455, 7.4.2)."""


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api/cameras", tags=["live"])

    @router.websocket("/{camera_id}/live")
    async def live(socket: WebSocket, camera_id: str) -> None:
        """A text message `{codec, width, height}` and the init segment at each new run, then fragments."""
        if not await accepted(socket):
            return
        try:
            feed = hub.video.feed(CameraId(camera_id))
        except NotFound as e:
            await socket.close(NOT_FOUND, e.message)
            return
        await stay(socket, _send(socket, feed))

    @router.websocket("/{camera_id}/listen")
    async def listening(socket: WebSocket, camera_id: str) -> None:
        """A text message `{codec}` and the init segment at each new run, then fragments of AAC.

        Their times are those of the pictures. A camera whose sound is off, or has none, says nothing.
        """
        if not await accepted(socket):
            return
        try:
            feed = hub.video.sound(CameraId(camera_id))
        except NotFound as e:
            await socket.close(NOT_FOUND, e.message)
            return
        await stay(socket, _say(socket, feed))

    return router


async def _say(socket: WebSocket, feed: SoundFeed) -> None:
    async for made in listen(feed):
        if isinstance(made, SoundInfo):
            await socket.send_json({"codec": mime(made)})
        else:
            await socket.send_bytes(made)


async def _send(socket: WebSocket, feed: LiveFeed) -> None:
    async for made in watch(feed):
        if isinstance(made, Run):
            track = made.track
            await socket.send_json({"codec": track.mime, "width": track.width, "height": track.height})
        else:
            await socket.send_bytes(made)
