"""The owner's settings, and how the hub is doing, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from latchstring.base.geo import COARSE_RESOLUTION
from latchstring.hub.daemon import Hub
from latchstring.hub.owner import service as owner
from latchstring.hub.owner.models import Choices, NetworkAddress
from latchstring.hub.recording.rules import MOST_DAYS
from latchstring.hub.uplink.follow import refused_records
from latchstring.web.hub.auth import Network
from latchstring.web.hub.places import Place


class ShownNetwork(Network):
    """`coarse_cell` is all that following tells the network; None until the home's place is known."""

    coarse_cell: str | None


class ShownSettings(BaseModel):
    home: Place | None
    network: ShownNetwork | None
    muted_agencies: list[str]
    retention_days: int
    event_days: int


class SettingsForm(BaseModel):
    """What is left out stays; null leaves it to the settings file."""

    home: Place | None = None
    network: Network | None = None
    retention_days: int | None = Field(default=None, ge=1, le=MOST_DAYS)
    event_days: int | None = Field(default=None, ge=1, le=MOST_DAYS)

    def over(self, chosen: Choices) -> Choices:
        """What was chosen before, with what is said here."""
        network = NetworkAddress(url=self.network.url, vkey=self.network.vkey) if self.network else None
        said = Choices(
            home=self.home.point if self.home else None,
            network=network,
            retention_days=self.retention_days,
            event_days=self.event_days,
        )
        return replace(chosen, **{name: getattr(said, name) for name in self.model_fields_set})


class NetworkStatus(BaseModel):
    last_followed: datetime | None
    ok: bool
    message: str | None
    checkpoint_size: int | None
    next_at: datetime | None


class DiskStatus(BaseModel):
    """Bytes: `used` by recordings, `free` on their disk."""

    used: int
    free: int


class Status(BaseModel):
    network: NetworkStatus
    disk: DiskStatus


class Refusal(BaseModel):
    """A request that did not hold a check: never shown in the inbox. `request` is what it calls itself."""

    request: str
    step: int
    reason: str
    message: str
    at: datetime


class Diagnostics(BaseModel):
    refused: list[Refusal]


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["settings"])

    def shown() -> ShownSettings:
        choices = owner.choices(hub.store, hub.settings)
        home, network = choices.home, choices.network
        return ShownSettings(
            home=Place.of(home) if home else None,
            network=ShownNetwork(
                url=network.url,
                vkey=network.vkey,
                coarse_cell=home.cell(COARSE_RESOLUTION) if home else None,
            )
            if network
            else None,
            muted_agencies=sorted(owner.muted(hub.store)),
            retention_days=choices.retention_days or hub.settings.retention_days,
            event_days=choices.event_days or hub.settings.event_days,
        )

    @router.get("/settings")
    def get_settings() -> ShownSettings:
        """What holds now. The home's place is given to its owner only."""
        return shown()

    @router.put("/settings")
    def change_settings(form: SettingsForm) -> ShownSettings:
        """Change some settings; the others stay."""
        owner.choose(hub.store, form.over)
        hub.choices_changed()
        return shown()

    @router.get("/status")
    def get_status() -> Status:
        """How following the network goes, and how much room is left."""
        last = hub.follower.last
        return Status(
            network=NetworkStatus(
                last_followed=last.at if last else None,
                ok=last.ok if last else True,
                message=last.message if last else None,
                checkpoint_size=last.tree_size if last else None,
                next_at=hub.follower.next_at,
            ),
            disk=DiskStatus(used=hub.video.used_bytes, free=hub.video.free_bytes),
        )

    @router.get("/diagnostics")
    def get_diagnostics() -> Diagnostics:
        """Requests that were refused, newest first: which check did not hold, and why."""
        return Diagnostics(
            refused=[
                Refusal(request=r.request, step=r.step, reason=r.reason, message=r.message, at=r.at)
                for r in refused_records(hub.store)
            ]
        )

    return router
