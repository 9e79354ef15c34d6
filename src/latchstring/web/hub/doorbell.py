"""Doorbells over HTTP, for the owner: which cameras are, where they call, pictures of their presses."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from latchstring.base.ids import CameraId, EventId
from latchstring.hub.daemon import Hub
from latchstring.hub.doorbell.models import Chimed, DoorbellSettings, Method, ReplyId, Sound
from latchstring.web.hub.auth import Asking
from latchstring.web.hub.plain import host_of, link
from latchstring.web.hub.recordings import JPEG


class ShownChimed(BaseModel):
    """How the chime's last call went, in words."""

    at: datetime
    ok: bool
    message: str


class ShownDoorbell(BaseModel):
    """`press_path`, seen from this page, is what a doorbell calls; it holds a secret of its own.

    It is a plain http address where the hub has a certificate, since buttons know none.
    """

    camera: str
    is_on: bool
    press_path: str | None
    reply: str | None
    reply_after_s: int
    chime_url: str | None
    chime_method: Method
    chimed: ShownChimed | None


class DoorbellForm(BaseModel):
    """What is left out stays."""

    is_on: bool | None = None
    reply: str | None = None
    reply_after_s: Annotated[int | None, Field(ge=5, le=120)] = None
    chime_url: str | None = None
    chime_method: Method | None = None

    def over(self, chosen: DoorbellSettings) -> DoorbellSettings:
        """What was chosen before, with what is said here."""
        if self.is_on is not None:
            chosen = replace(chosen, is_on=self.is_on)
        if "reply" in self.model_fields_set:
            chosen = replace(chosen, reply=ReplyId(self.reply) if self.reply else None)
        if self.reply_after_s is not None:
            chosen = replace(chosen, reply_after_s=self.reply_after_s)
        if "chime_url" in self.model_fields_set:
            chosen = replace(chosen, chime_url=self.chime_url or None)
        if self.chime_method is not None:
            chosen = replace(chosen, chime_method=self.chime_method)
        return chosen


class Rung(BaseModel):
    """None: somebody had just pressed."""

    event: str | None


class AtTheDoor(BaseModel):
    """A press to which nobody has come yet."""

    event: str
    camera: str
    at: datetime


class Ringing(BaseModel):
    """What the pages play when somebody presses."""

    sound: Sound


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["doorbell"])

    def shown(request: Request, settings: DoorbellSettings) -> ShownDoorbell:
        secure = hub.certificate is not None and request.url.port == hub.settings.https_port
        plain = link("http", host_of(request), hub.settings.port) if secure else "/"
        return _shown(settings, at=plain)

    @router.get("/cameras/{camera_id}/doorbell")
    def get_doorbell(camera_id: str, request: Request) -> ShownDoorbell:
        """Whether this camera is a doorbell, and what was chosen for it."""
        return shown(request, hub.doorbell.settings(CameraId(camera_id)))

    @router.put("/cameras/{camera_id}/doorbell")
    def change_doorbell(camera_id: str, form: DoorbellForm, request: Request) -> ShownDoorbell:
        """Mark a camera as a doorbell, or choose for one."""
        return shown(request, hub.doorbell.change(CameraId(camera_id), form.over))

    @router.post("/cameras/{camera_id}/doorbell/token")
    def renew_doorbell_token(camera_id: str, request: Request) -> ShownDoorbell:
        """A new address for its presses; the old one rings no more."""
        return shown(request, hub.doorbell.renew_token(CameraId(camera_id)))

    @router.post("/cameras/{camera_id}/doorbell/press")
    def try_press(camera_id: str) -> Rung:
        """As if somebody had pressed; nothing when somebody just did."""
        camera = hub.doorbell.settings(CameraId(camera_id)).camera
        event = hub.doorbell.press(camera, hub.clock.now())
        return Rung(event=event.id if event else None)

    @router.post("/cameras/{camera_id}/doorbell/chime")
    def try_chime(camera_id: str) -> ShownChimed:
        """Call the chime now."""
        return _chimed(hub.doorbell.try_chime(CameraId(camera_id)))

    @router.get("/doorbell/waiting")
    def at_the_door(session: Asking) -> list[AtTheDoor]:
        """Who rang in the last minute and was not answered: for a page that has just been opened."""
        return [
            AtTheDoor(event=w.event, camera=w.camera, at=w.at)
            for w in hub.doorbell.waiting()
            if session.may_see(w.camera)
        ]

    @router.post("/doorbell/presses/{event_id}/answered", status_code=204)
    def answer_press(event_id: str) -> None:
        """Somebody saw it: the other pages stop ringing, and nothing is said by itself."""
        hub.doorbell.answered(EventId(event_id))

    @router.get("/doorbell/presses/{event_id}/picture.jpg", response_class=Response, responses=JPEG)
    def press_picture(event_id: str) -> Response:
        """The frame of the moment in which somebody pressed."""
        picture = hub.doorbell.picture(EventId(event_id))
        return Response(picture, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})

    @router.get("/doorbell/ringing")
    def get_ringing() -> Ringing:
        return Ringing(sound=hub.doorbell.sound())

    @router.put("/doorbell/ringing")
    def change_ringing(form: Ringing) -> Ringing:
        """Choose the sound that the pages play."""
        hub.doorbell.choose_sound(form.sound)
        return form

    return router


def _shown(settings: DoorbellSettings, *, at: str) -> ShownDoorbell:
    path = f"{at}api/doorbell/{settings.camera}/press?{urlencode({'token': settings.token})}"
    return ShownDoorbell(
        camera=settings.camera,
        is_on=settings.is_on,
        press_path=path if settings.token else None,
        reply=settings.reply,
        reply_after_s=settings.reply_after_s,
        chime_url=settings.chime_url,
        chime_method=settings.chime_method,
        chimed=_chimed(settings.chimed) if settings.chimed else None,
    )


def _chimed(chimed: Chimed) -> ShownChimed:
    return ShownChimed(at=chimed.at, ok=chimed.ok, message=chimed.message)
