"""Live pictures for other programs: a film without end, and the newest picture, by a stream key alone."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from latchstring.base.errors import NotSignedIn, TooOften
from latchstring.base.ids import CameraId
from latchstring.hub.cameras.store import NoSuchCamera
from latchstring.hub.daemon import Hub
from latchstring.hub.doorbell.throttle import Throttle
from latchstring.hub.live.player import NothingLive, play
from latchstring.hub.owner import programs
from latchstring.hub.owner.models import STREAM_CHALLENGE, Program, WrongKey
from latchstring.hub.recording.feed import LiveFeed
from latchstring.hub.recording.sound_feed import SoundFeed
from latchstring.web.hub import sockets
from latchstring.web.hub.auth import PER_SECONDS, TRIES, device_at, require_same_origin
from latchstring.web.hub.recordings import JPEG, MP4

LAST_WORD_SECONDS = 1.0
NO_RANGES = {"Accept-Ranges": "none"}


class NoKey(NotSignedIn):
    """This address is for programs that an owner gave a stream key: the password in it, under any name."""

    challenge = STREAM_CHALLENGE


class TooManyKeys(TooOften):
    """Too many wrong stream keys from this device; wait five minutes."""


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api/cameras", tags=["live"])
    door = _Door(hub)

    def filming(request: Request, camera_id: str) -> tuple[LiveFeed, SoundFeed, Callable[[], bool]]:
        camera, may_stay = door.open(request, camera_id)
        try:
            feed, sound = hub.video.feed(camera), hub.video.sound(camera)
        except NoSuchCamera as e:
            raise NothingLive from e
        if feed.run is None:
            raise NothingLive
        return feed, sound, may_stay

    @router.get("/{camera_id}/live.mp4", response_class=StreamingResponse, responses=MP4)
    def live_film(camera_id: str, request: Request) -> Response:
        """Pictures, and sound if it is recorded, as they are made, in one fragmented MP4 without an end.

        It ends when the key is taken back, and when the camera goes away or films otherwise: call again.
        Privacy masks are not painted: it is watched at home, as on the hub's pages.
        """
        feed, sound, may_stay = filming(request, camera_id)
        return Endless(play(feed, sound), may_stay)

    @router.head("/{camera_id}/live.mp4", include_in_schema=False)
    def ask_for_live_film(camera_id: str, request: Request) -> Response:
        filming(request, camera_id)
        return StreamingResponse(iter(()), media_type=Endless.media_type, headers=NO_RANGES)

    @router.get("/{camera_id}/live.jpg", response_class=Response, responses=JPEG)
    @router.head("/{camera_id}/live.jpg", include_in_schema=False)
    def live_picture(camera_id: str, request: Request) -> Response:
        """The newest keyframe. Privacy masks are painted over, as in every still picture."""
        camera, _ = door.open(request, camera_id)
        return Response(hub.video.live_picture(camera), media_type="image/jpeg")

    return router


class _Door:
    """Lets programs in by their stream key; wrong ones are slowed down as wrong passwords are.

    A program whose key was taken back goes on trying it. That is one guess, not many, so it does not lock out
    what else is on its machine.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._wrong = Throttle(TRIES, PER_SECONDS)
        self._same = Throttle(1, PER_SECONDS)

    def open(self, request: Request, camera_id: str) -> tuple[CameraId, Callable[[], bool]]:
        """The camera, and whether the program still may watch it."""
        require_same_origin(request.headers, needed=False)
        key = _key(request.headers.get("Authorization", ""))
        if key is None:
            raise NoKey
        program = self._enter(key, device_at(request.client.host if request.client else ""))
        hub, camera = self._hub, CameraId(camera_id)
        if not program.may_see(camera):
            raise NoSuchCamera
        camera = hub.video.camera(camera).id
        programs.saw(hub.store, program, now=hub.clock.now())
        return camera, lambda: not hub.leaving.is_set() and programs.still_may(hub.store, key, program)

    def _enter(self, key: str, device: str) -> Program:
        now = self._hub.clock.monotonic()
        if self._wrong.is_full(device, now=now):
            raise TooManyKeys
        try:
            return programs.of_key(self._hub.store, key)
        except WrongKey:
            guess = f"{device} {hashlib.sha256(key.encode()).hexdigest()}"
            if not self._same.is_full(guess, now=now):
                self._same.count(guess, now=now)
                self._wrong.count(device, now=now)
            raise


def _key(authorization: str) -> str | None:
    """The password of HTTP Basic (RFC 7617, 2); None: there is none. The name is only for people."""
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(given.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


class Endless(StreamingResponse):
    """Goes on until what is made ends, whoever takes it leaves, or they may no longer."""

    media_type = "video/mp4"

    def __init__(self, made: AsyncGenerator[bytes], may_stay: Callable[[], bool]) -> None:
        super().__init__(made, headers=NO_RANGES)
        self._made = made
        self._may_stay = may_stay

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        tasks = [
            asyncio.create_task(self._give(send)),
            asyncio.create_task(_left(receive)),
            asyncio.create_task(sockets.until_signed_out(self._may_stay)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError, OSError):
                    await task
        with suppress(TimeoutError, OSError):  # whoever takes nothing gets no last word either
            async with asyncio.timeout(LAST_WORD_SECONDS):
                await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _give(self, send: Send) -> None:
        async with aclosing(self._made) as made:
            async for part in made:
                await send({"type": "http.response.body", "body": part, "more_body": True})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
