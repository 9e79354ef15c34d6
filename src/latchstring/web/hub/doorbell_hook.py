"""The one address of the hub that needs no owner: a doorbell calls it when somebody presses."""

from __future__ import annotations

from fastapi import APIRouter, Request

from latchstring.base.errors import TooOften
from latchstring.base.ids import CameraId
from latchstring.hub.daemon import Hub
from latchstring.hub.doorbell.models import WrongToken
from latchstring.hub.doorbell.throttle import Throttle

WRONG, PRESSES, PER_SECONDS = 10, 20, 60.0


class TooManyPresses(TooOften):
    """This doorbell rings too often; wait a minute, and look at what calls its address."""


class TooManyWrongTokens(TooOften):
    """Too many calls with a wrong token from this device; wait a minute."""


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api/doorbell", tags=["doorbell"])
    wrong, presses = Throttle(WRONG, PER_SECONDS), Throttle(PRESSES, PER_SECONDS)

    def ring(camera: CameraId, token: str, device: str) -> None:
        now = hub.clock.monotonic()
        if wrong.is_full(device, now=now):
            raise TooManyWrongTokens
        if presses.is_full(camera, now=now):
            raise TooManyPresses
        try:
            hub.doorbell.hook(camera, token)
        except WrongToken:
            wrong.count(device, now=now)
            raise
        presses.count(camera, now=now)

    @router.post("/{camera_id}/press", status_code=204)
    def press(camera_id: str, request: Request, token: str = "") -> None:
        """Somebody pressed the button. `token` is the camera's own, from the doorbell's settings."""
        ring(CameraId(camera_id), token, request.client.host if request.client else "")

    @router.get("/{camera_id}/press", status_code=204)
    def press_by_get(camera_id: str, request: Request, token: str = "") -> None:
        """The same, for doorbells that can only fetch an address."""
        ring(CameraId(camera_id), token, request.client.host if request.client else "")

    return router
