"""Cameras over HTTP: which there are, how they do, adding and trying them."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from latchstring.base.ids import CameraId
from latchstring.hub.cameras import address
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.daemon import Hub
from latchstring.hub.live.video import CameraTest
from latchstring.hub.recording.recorder import SoundState
from latchstring.web.hub.auth import Asking


class ShownCamera(BaseModel):
    """A camera and how it does; `advice` says what could be better though it records.

    `sound` is what comes of its sound, and `sound_message` why none is recorded although it is wanted.
    Its addresses are shown without their logins.
    """

    id: str
    name: str
    url_redacted: str
    sub_url_redacted: str | None
    state: Literal["connecting", "recording", "silent", "failed"]
    since: datetime
    message: str
    advice: str | None
    codec: str | None
    width: int | None
    height: int | None
    fps: float | None
    last_gop_at: datetime | None
    records_sound: bool
    sound: SoundState
    sound_message: str | None


class CameraForm(BaseModel):
    """An address that is sent back as it was shown stays as it is, login included.

    `records_sound` takes effect at once; left out, it stays as it is, and a new camera records none.
    """

    name: str = Field(max_length=60)
    url: str = Field(max_length=2000)
    sub_url: str | None = Field(default=None, max_length=2000)
    records_sound: bool | None = None


class TestForm(BaseModel):
    url: str = Field(max_length=2000)


class TestAnswer(BaseModel):
    """`snapshot` is a JPEG in base64."""

    ok: bool
    message: str
    snapshot: str | None


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api/cameras", tags=["cameras"])

    @router.get("")
    def list_cameras(session: Asking) -> list[ShownCamera]:
        """Every camera that whoever asks may see, in the order in which they were added."""
        return [shown(hub, camera) for camera in hub.video.cameras() if session.may_see(camera.id)]

    @router.post("", status_code=201)
    def add_camera(form: CameraForm) -> ShownCamera:
        """Enter a camera; the hub calls it at once, and again until it answers."""
        return shown(
            hub,
            hub.video.add_camera(form.name, form.url, form.sub_url, records_sound=bool(form.records_sound)),
        )

    @router.post("/test")
    def test_camera(form: TestForm) -> TestAnswer:
        """Call an address once, without entering it."""
        return answer_of(hub.video.test_camera(form.url))

    @router.put("/{camera_id}")
    def change_camera(camera_id: str, form: CameraForm) -> ShownCamera:
        """Rename a camera, give it another address, or record its sound or no longer."""
        old = hub.video.camera(CameraId(camera_id))
        return shown(
            hub,
            hub.video.change_camera(
                old.id,
                name=form.name,
                url=_kept(form.url, old.url),
                sub_url=_kept(form.sub_url, old.sub_url) if form.sub_url else None,
                records_sound=form.records_sound,
            ),
        )

    @router.delete("/{camera_id}", status_code=204)
    def remove_camera(camera_id: str) -> None:
        """Stop recording a camera. What it recorded stays until its time is up."""
        hub.video.remove_camera(CameraId(camera_id))
        hub.onvif.refresh()

    return router


def _kept(given: str, old: str | None) -> str:
    return old if old and given == address.shown(old) else given


def answer_of(tried: CameraTest) -> TestAnswer:
    picture = base64.b64encode(tried.snapshot).decode() if tried.snapshot else None
    return TestAnswer(ok=tried.ok, message=tried.message, snapshot=picture)


def shown(hub: Hub, camera: CameraSettings) -> ShownCamera:
    status = hub.video.status(camera.id)
    return ShownCamera(
        id=camera.id,
        name=camera.name,
        url_redacted=address.shown(camera.url),
        sub_url_redacted=address.shown(camera.sub_url) if camera.sub_url else None,
        state=status.state,
        since=status.since,
        message=status.message,
        advice=status.advice,
        codec=status.codec,
        width=status.width,
        height=status.height,
        fps=status.fps,
        last_gop_at=status.last_gop_at,
        records_sound=camera.records_sound,
        sound=status.sound,
        sound_message=status.sound_message,
    )
