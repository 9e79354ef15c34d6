"""Where and how readily a camera's motion is told, over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from latchstring.base.ids import CameraId
from latchstring.hub.daemon import Hub
from latchstring.hub.motion.models import MotionSettings, needed_for
from latchstring.web.hub.masks import ShownRegion

Sensitivity = Annotated[float, Field(ge=0, le=1)]


class MotionForm(BaseModel):
    """Without zones the whole picture counts. `always_awake`: every frame is looked at, as for a doorbell.

    `is_on` false: nobody looks, and no motion is told.
    """

    zones: list[ShownRegion] = Field(max_length=10)
    sensitivity: Sensitivity
    always_awake: bool = False
    is_on: bool = True


class Stirring(BaseModel):
    """A minute of the last day in which something moved."""

    at: datetime
    sensitivity: Sensitivity  # from this on it is told


class Motion(MotionForm):
    """What holds, and what would have been told in the last day at any sensitivity."""

    stirrings: list[Stirring]
    is_doorbell: bool  # so every picture is looked at, whatever was chosen


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api/cameras", tags=["motion"])

    @router.get("/{camera_id}/motion")
    def get_motion(camera_id: str) -> Motion:
        """What moved is known as it was seen inside the zones of its time."""
        camera = CameraId(camera_id)
        settings = hub.video.motion(camera)
        return Motion(
            zones=[ShownRegion.of(zone) for zone in settings.zones],
            sensitivity=settings.sensitivity,
            always_awake=settings.always_awake,
            is_on=settings.is_on,
            is_doorbell=hub.video.looks_at_all(camera),
            stirrings=[
                Stirring(at=at, sensitivity=needed)
                for at, share in hub.video.stirrings(camera).items()
                if (needed := needed_for(share)) is not None
            ],
        )

    @router.put("/{camera_id}/motion")
    def set_motion(camera_id: str, form: MotionForm) -> Motion:
        """Holds from the next look on; nothing is told only because it was set."""
        settings = MotionSettings(
            zones=tuple(shown.region for shown in form.zones),
            sensitivity=form.sensitivity,
            always_awake=form.always_awake,
            is_on=form.is_on,
        )
        hub.video.set_motion(CameraId(camera_id), settings)
        return get_motion(camera_id)

    return router
