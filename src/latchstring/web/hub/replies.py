"""Quick replies over HTTP: recorded in the browser or brought as a file, listed, said at the door."""

from __future__ import annotations

import asyncio
from functools import partial

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from latchstring.base.errors import TooLarge
from latchstring.base.ids import CameraId
from latchstring.hub.daemon import Hub
from latchstring.hub.doorbell.models import Reply, ReplyId
from latchstring.hub.doorbell.sound_files import MOST_BYTES, wav_of
from latchstring.web.hub.recordings import Answers

WAV: Answers = {200: {"content": {"audio/wav": {}}}}


class RecordingTooLarge(TooLarge):
    """A recording is at most 8 MB; thirty seconds are much smaller in any format."""


class ShownReply(BaseModel):
    """Something to say at the door."""

    id: str
    name: str
    seconds: float


class ReplyName(BaseModel):
    name: str


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["doorbell"])

    @router.get("/doorbell/replies")
    def list_replies() -> list[ShownReply]:
        return [_shown(reply) for reply in hub.doorbell.replies.all()]

    @router.post("/doorbell/replies", status_code=201)
    async def add_reply(request: Request, name: str) -> ShownReply:
        """The body is the recording itself, in any format that libav reads, 30 seconds at most."""
        recording = await _body(request)
        add = partial(hub.doorbell.replies.add, name, recording, now=hub.clock.now())
        return _shown(await asyncio.to_thread(add))

    @router.put("/doorbell/replies/{reply_id}")
    def rename_reply(reply_id: str, form: ReplyName) -> ShownReply:
        return _shown(hub.doorbell.replies.rename(ReplyId(reply_id), form.name))

    @router.delete("/doorbell/replies/{reply_id}", status_code=204)
    def remove_reply(reply_id: str) -> None:
        """It can be brought back."""
        hub.doorbell.replies.remove(ReplyId(reply_id), now=hub.clock.now())

    @router.post("/doorbell/replies/{reply_id}/back")
    def bring_back_reply(reply_id: str) -> ShownReply:
        """Undo its removal."""
        return _shown(hub.doorbell.replies.bring_back(ReplyId(reply_id)))

    @router.get("/doorbell/replies/{reply_id}/sound.wav", response_class=Response, responses=WAV)
    def reply_sound(reply_id: str) -> Response:
        """As it sounds at the door."""
        return Response(wav_of(hub.doorbell.replies.pcm(ReplyId(reply_id))), media_type="audio/wav")

    @router.post("/cameras/{camera_id}/doorbell/replies/{reply_id}/play", status_code=204)
    def play_reply(camera_id: str, reply_id: str) -> None:
        """Say it at the door now; answers when it has begun."""
        hub.doorbell.reply(CameraId(camera_id), ReplyId(reply_id))

    return router


async def _body(request: Request) -> bytes:
    recording = bytearray()
    async for piece in request.stream():
        recording += piece
        if len(recording) > MOST_BYTES:
            raise RecordingTooLarge
    return bytes(recording)


def _shown(reply: Reply) -> ShownReply:
    return ShownReply(id=reply.id, name=reply.name, seconds=round(reply.seconds, 1))
