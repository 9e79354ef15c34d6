"""How much room the recordings take, for how long it lasts, and how long each camera's are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from latchstring.base.ids import CameraId
from latchstring.hub.daemon import Hub
from latchstring.hub.recording.beside import Kind
from latchstring.hub.recording.retention import Rule
from latchstring.hub.recording.rules import LEAST_BYTES, MOST_DAYS, OwnRule

Days = Annotated[int | None, Field(ge=1, le=MOST_DAYS)]


class KeepRule(BaseModel):
    """Days from the recording on; null: as for the other cameras. `max_bytes` null: as much as there is."""

    days: Days = None
    event_days: Days = None
    max_bytes: Annotated[int | None, Field(ge=LEAST_BYTES)] = None


class CameraStorage(BaseModel):
    """One camera. `rule` is what holds for it, `own` what was chosen for it alone."""

    id: str
    name: str
    rule: KeepRule
    own: KeepRule
    used_bytes: int
    oldest: datetime | None
    newest: datetime | None
    bytes_per_day: int
    lasts_days: float | None


class ClockDoubt(BaseModel):
    """The clock is ahead of the time the hub can answer for; until then that makes no recording older."""

    ahead_seconds: float
    until: datetime


class StorageStatus(BaseModel):
    """At the pace of the last day, `fits_days` of all cameras fit on the disk; null: nothing is recorded."""

    used_bytes: int
    free_bytes: int
    reserve_bytes: int
    fits_days: float | None
    rule: KeepRule
    cameras: list[CameraStorage]
    beside: dict[Kind, int]
    clock_doubt: ClockDoubt | None


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["storage"])

    @router.get("/storage")
    def get_storage() -> StorageStatus:
        """Each camera that records, or has recordings left, with what it takes."""
        return _status(hub)

    @router.put("/cameras/{camera_id}/keep")
    def keep_camera(camera_id: str, rule: KeepRule) -> StorageStatus:
        """Keep one camera's recordings longer or shorter than the rest; nulls: as the rest again."""
        own = OwnRule(days=rule.days, event_days=rule.event_days, max_bytes=rule.max_bytes)
        hub.keep_otherwise(CameraId(camera_id), own)
        return _status(hub)

    return router


def _status(hub: Hub) -> StorageStatus:
    storage, own = hub.video.storage(), hub.own_rules()
    held = {each.held.camera: each for each in storage.cameras}
    present = [camera.id for camera in hub.video.cameras()]
    cameras = []
    for camera in [*present, *(c for c in held if c not in present)]:
        each = held.get(camera)
        cameras.append(
            CameraStorage(
                id=camera,
                name=hub.video.camera(camera).name,
                rule=_rule(hub.video.keep.rule_of(camera)),
                own=_rule(own.get(camera, OwnRule())),
                used_bytes=each.held.used_bytes if each else 0,
                oldest=each.held.during.start if each else None,
                newest=each.held.during.end if each else None,
                bytes_per_day=each.held.bytes_per_day if each else 0,
                lasts_days=each.lasts_days if each else None,
            )
        )
    return StorageStatus(
        used_bytes=storage.used_bytes,
        free_bytes=storage.free_bytes,
        reserve_bytes=storage.reserve_bytes,
        fits_days=storage.fits_days,
        rule=_rule(hub.video.keep.rule),
        cameras=cameras,
        beside=dict(storage.beside),
        clock_doubt=None
        if storage.doubt is None
        else ClockDoubt(ahead_seconds=storage.doubt.ahead.total_seconds(), until=storage.doubt.until),
    )


def _rule(rule: Rule | OwnRule) -> KeepRule:
    return KeepRule(days=rule.days, event_days=rule.event_days, max_bytes=rule.max_bytes)
