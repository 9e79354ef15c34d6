"""Privacy masks over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from latchstring.base.ids import CameraId
from latchstring.hub.cameras.regions import Region
from latchstring.hub.daemon import Hub
from latchstring.hub.redaction import masks

Share = Annotated[float, Field(ge=0, le=1)]


class ShownRegion(BaseModel):
    """A polygon: each corner is a share of the picture's width and height, from its upper left."""

    name: str = Field(max_length=60)
    corners: list[tuple[Share, Share]]

    @classmethod
    def of(cls, region: Region) -> ShownRegion:
        return cls(name=region.name, corners=list(region.corners))

    @property
    def region(self) -> Region:
        return Region(name=self.name.strip(), corners=tuple(self.corners))


class Masks(BaseModel):
    """What is hidden in every clip of a camera that leaves the home."""

    masks: list[ShownRegion]


class MasksForm(Masks):
    """`before`: those that were shown to whoever changed them; if others hold by now, the answer is 409."""

    before: list[ShownRegion] | None = None


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api/cameras", tags=["masks"])

    @router.get("/{camera_id}/masks")
    def get_masks(camera_id: str) -> Masks:
        """The privacy masks that hold now."""
        camera = hub.video.camera(CameraId(camera_id)).id
        return Masks(masks=[ShownRegion.of(region) for region in masks.holding(hub.store, camera)])

    @router.put("/{camera_id}/masks")
    def set_masks(camera_id: str, form: MasksForm) -> Masks:
        """Let these hold from now on. What was recorded under others stays hidden by them too."""
        camera = hub.video.camera(CameraId(camera_id)).id
        masks.set_masks(
            hub.store,
            camera,
            [shown.region for shown in form.masks],
            now=hub.clock.now(),
            before=None if form.before is None else [shown.region for shown in form.before],
        )
        hub.onvif.masks_changed(camera)
        return get_masks(camera_id)

    return router
