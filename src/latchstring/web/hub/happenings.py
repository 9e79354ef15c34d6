"""What happens in this home, over WebSocket, to every open page of its owner."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from fastapi import APIRouter, WebSocket

from latchstring.base.time import to_text
from latchstring.hub.daemon import Hub
from latchstring.hub.events.bulletin import Bulletin, Happening, Kind
from latchstring.hub.owner.models import Session
from latchstring.web.hub.auth import Asking
from latchstring.web.hub.sockets import accepted, stay

MOST_WAITING = 100
"""A page that takes no more for so long misses what came after; it asks anew when it comes back."""

OWNERS_ONLY: frozenset[Kind] = frozenset({"request", "disk-full"})
"""What somebody is asked for, and how the hub does, is for owners."""


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["happenings"])

    @router.websocket("/happenings")
    async def happenings(socket: WebSocket, session: Asking) -> None:
        """One text message for each: `{kind, at, camera, event, request, about}`. Nothing is said twice."""
        waiting: asyncio.Queue[Happening] = asyncio.Queue(MOST_WAITING)
        stop = _listen(hub.bulletin, waiting, session)
        try:
            if await accepted(socket):
                await stay(socket, _send(socket, waiting))
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


def _is_for(session: Session, happening: Happening) -> bool:
    if happening.kind in OWNERS_ONLY and session.role != "owner":
        return False
    return happening.camera is None or session.may_see(happening.camera)


def _listen(bulletin: Bulletin, waiting: asyncio.Queue[Happening], session: Session) -> Callable[[], None]:
    loop = asyncio.get_running_loop()

    def put(happening: Happening) -> None:
        with suppress(asyncio.QueueFull):
            waiting.put_nowait(happening)

    def hear(happening: Happening) -> None:
        if not _is_for(session, happening):
            return
        with suppress(RuntimeError):  # the loop is closed, so no page is open any more
            loop.call_soon_threadsafe(put, happening)

    return bulletin.listen(hear)


async def _send(socket: WebSocket, waiting: asyncio.Queue[Happening]) -> None:
    while True:
        await socket.send_json(as_json(await waiting.get()))
