"""The people of the household and their devices, over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from latchstring.base.ids import CameraId
from latchstring.hub.daemon import Hub
from latchstring.hub.owner import household
from latchstring.hub.owner.models import Member, Role
from latchstring.web.hub.auth import Asking

GivenCameras = Annotated[list[str] | None, Field(max_length=1000)]


class ShownMember(BaseModel):
    """`invited_until`: the invitation waits until then; null: it was taken up. `until`: a time limit.

    `cameras`: which they may see; null: all, also those that come later.
    """

    id: str
    name: str
    role: Role
    until: datetime | None
    invited_until: datetime | None
    cameras: list[str] | None

    @classmethod
    def of(cls, member: Member) -> ShownMember:
        return cls(
            id=member.id,
            name=member.name,
            role=member.role,
            until=member.until,
            invited_until=member.invited_until,
            cameras=None if member.cameras is None else sorted(member.cameras),
        )


class MemberForm(BaseModel):
    name: str = Field(max_length=200)
    role: Role
    until: AwareDatetime | None = None
    cameras: GivenCameras = None


class CamerasForm(BaseModel):
    """Null: all, also those that come later."""

    cameras: GivenCameras


class Invitation(BaseModel):
    """`token` makes the link `#/join/TOKEN`. Shown once and kept nowhere."""

    member: ShownMember
    token: str


class ShownDevice(BaseModel):
    id: str
    name: str
    person: str
    first_at: datetime
    last_at: datetime
    is_this: bool


class ShownNews(BaseModel):
    """A device that is new in this household. `may_end`: whoever asks may sign it out."""

    id: str
    name: str
    person: str
    at: datetime
    is_this: bool
    may_end: bool


class Devices(BaseModel):
    """Who is signed in (an owner sees all, everybody else their own), and what is new this week, for all."""

    devices: list[ShownDevice]
    news: list[ShownNews]


def given(hub: Hub, cameras: list[str] | None) -> frozenset[CameraId] | None:
    """Cameras that are there, as an owner chose them; None: all."""
    if cameras is None:
        return None
    return frozenset(hub.video.camera(CameraId(camera)).id for camera in cameras)


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["household"])

    @router.get("/members")
    def list_members() -> list[ShownMember]:
        """Everybody but the first owner."""
        return [ShownMember.of(member) for member in household.members(hub.store)]

    @router.post("/members")
    def invite_member(form: MemberForm) -> Invitation:
        """Invite somebody. The link that is made of the token works once, for two days."""
        member, token = household.invite(
            hub.store,
            form.name,
            form.role,
            until=form.until,
            cameras=given(hub, form.cameras),
            now=hub.clock.now(),
        )
        return Invitation(member=ShownMember.of(member), token=token)

    @router.post("/members/{member_id}/invitation")
    def invite_again(member_id: str) -> Invitation:
        """A new link for somebody who lost theirs, or their password. Their devices are signed out."""
        token = household.invite_again(hub.store, member_id, now=hub.clock.now())
        [member] = [each for each in household.members(hub.store) if each.id == member_id]
        return Invitation(member=ShownMember.of(member), token=token)

    @router.put("/members/{member_id}/cameras", status_code=204)
    def give_cameras(member_id: str, form: CamerasForm) -> None:
        """Choose which cameras a member or guest may see. What they watch of another ends within seconds."""
        household.give_cameras(hub.store, member_id, given(hub, form.cameras))

    @router.delete("/members/{member_id}", status_code=204)
    def remove_member(member_id: str) -> None:
        """Take all their rights back, at once and on every device."""
        household.remove(hub.store, member_id)

    @router.get("/devices")
    def list_devices(session: Asking) -> Devices:
        """Who is signed in where, and which devices are new."""
        signed_in = household.devices(hub.store, now=hub.clock.now())
        mine = {
            each.device.id: each
            for each in signed_in
            if session.role == "owner" or each.device.member == session.member
        }
        return Devices(
            devices=[
                ShownDevice(
                    id=each.device.id,
                    name=each.device.name,
                    person=each.person,
                    first_at=each.device.first_at,
                    last_at=each.device.last_at,
                    is_this=each.device.id == session.device,
                )
                for each in mine.values()
            ],
            news=[
                ShownNews(
                    id=each.device,
                    name=each.name,
                    person=each.person,
                    at=each.at,
                    is_this=each.device == session.device,
                    may_end=each.device in mine,
                )
                for each in household.news(hub.store, now=hub.clock.now())
            ],
        )

    @router.delete("/devices/{device_id}", status_code=204)
    def end_device(device_id: str, session: Asking) -> None:
        """Sign a device out. It counts as new when it comes back."""
        household.sign_out_device(hub.store, device_id, by=session)

    return router
