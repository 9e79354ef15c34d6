"""Notifications over HTTP, for the owner: channels, rules, and what was told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, SecretStr

from latchstring.base.ids import CameraId
from latchstring.hub.daemon import Hub
from latchstring.hub.notify import mqtt
from latchstring.hub.notify.models import Channel, ChannelId, ChannelKind, State, Subject, Told, Went
from latchstring.hub.notify.quiet import QuietHours
from latchstring.hub.notify.store import Chosen
from latchstring.web.hub.auth import Asking

Name = Annotated[str, Field(min_length=1, max_length=60)]
Minutes = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Address = Annotated[SecretStr, Field(max_length=4000)]


class ShownWent(BaseModel):
    """How the last use of a channel went."""

    at: datetime
    ok: bool
    message: str


class ShownChannel(BaseModel):
    """`about` says where it leads; its address and keys are not shown again."""

    id: str
    kind: ChannelKind
    name: str
    about: str
    is_on: bool
    last: ShownWent | None


class QuietForm(BaseModel):
    """`HH:MM` by the home's clocks; over midnight when `end` is the earlier one."""

    begin: Minutes
    end: Minutes


class NotifyRules(BaseModel):
    """`zone` is an IANA name; null is the zone of the hub's machine."""

    quiet: QuietForm | None = None
    rings_in_quiet: bool = True
    per_hour: Annotated[int, Field(ge=1, le=1000)] = 12
    zone: Annotated[str | None, Field(max_length=64)] = None


class Switch(BaseModel):
    """`camera` null: of the home."""

    camera: str | None
    subject: Subject


class SwitchForm(Switch):
    is_on: bool


class Notifications(BaseModel):
    """`off` is what is not told; everything else is."""

    channels: list[ShownChannel]
    rules: NotifyRules
    off: list[Switch]


class PushKey(BaseModel):
    """`applicationServerKey`, in base64url."""

    key: str


class PushForm(BaseModel):
    """A browser's `PushSubscription`."""

    name: Name
    endpoint: Address
    p256dh: Annotated[str, Field(max_length=200)]
    auth: Annotated[str, Field(max_length=100)]


class AppriseForm(BaseModel):
    name: Name
    url: Address


class WebhookForm(BaseModel):
    name: Name
    url: Address
    with_picture: bool = True


class MqttForm(BaseModel):
    """`port` null: the usual one. `ca` is a PEM certificate, if no public authority signed the broker's."""

    name: Name
    host: Annotated[str, Field(max_length=253)]
    port: Annotated[int | None, Field(ge=1, le=65_535)] = None
    user: Annotated[str, Field(max_length=200)] = ""
    password: Annotated[SecretStr, Field(max_length=200)] = SecretStr("")
    tls: bool = False
    ca: Annotated[str, Field(max_length=20_000)] = ""


class AddedWebhook(BaseModel):
    """`secret` is what receivers check the signature with; it is shown this once."""

    channel: ShownChannel
    secret: str


class ChannelForm(BaseModel):
    """What is left out stays."""

    name: Name | None = None
    is_on: bool | None = None


class ShownDelivery(BaseModel):
    channel: str
    state: State
    message: str


class ShownNotice(BaseModel):
    """`silent` says why nobody was told."""

    id: str
    subject: Subject
    at: datetime
    title: str
    body: str
    link: str
    silent: str | None
    deliveries: list[ShownDelivery]


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api/notifications", tags=["notifications"])

    def shown() -> Notifications:
        chosen = hub.notifier.chosen()
        return Notifications(
            channels=[_channel(channel) for channel in hub.notifier.channels()],
            rules=_rules(chosen),
            off=[
                Switch(camera=camera, subject=subject)
                for camera, subject in sorted(chosen.off, key=lambda each: (each[0] or "", each[1]))
            ],
        )

    @router.get("")
    def get_notifications() -> Notifications:
        """Who is told, and of what."""
        return shown()

    @router.put("/rules")
    def change_notify_rules(form: NotifyRules) -> Notifications:
        """Quiet hours and the cap."""
        quiet = None
        if form.quiet is not None:
            begin, end = time.fromisoformat(form.quiet.begin), time.fromisoformat(form.quiet.end)
            quiet = QuietHours(begin=begin, end=end)
        hub.notifier.choose(
            replace(
                hub.notifier.chosen(),
                quiet=quiet,
                rings_in_quiet=form.rings_in_quiet,
                per_hour=form.per_hour,
                zone=form.zone,
            )
        )
        return shown()

    @router.put("/switch")
    def switch_notify(form: SwitchForm) -> Notifications:
        """Whether one subject is told, of one camera or of the home."""
        camera = hub.video.camera(CameraId(form.camera)).id if form.camera else None
        hub.notifier.switch(camera, form.subject, is_on=form.is_on)
        return shown()

    @router.get("/push-key")
    def get_push_key() -> PushKey:
        """What a browser subscribes with; made at the first call."""
        return PushKey(key=hub.notifier.push_key())

    @router.post("/push")
    def add_push(form: PushForm, session: Asking) -> ShownChannel:
        """Tell this browser, for as long as it is signed in. One that is known already is replaced."""
        endpoint = form.endpoint.get_secret_value()
        return _channel(
            hub.notifier.add_push(
                form.name,
                endpoint=endpoint,
                p256dh=form.p256dh,
                auth=form.auth,
                device=session.device,
            )
        )

    @router.post("/apprise")
    def add_apprise(form: AppriseForm) -> ShownChannel:
        """Tell through a service that Apprise knows."""
        return _channel(hub.notifier.add_apprise(form.name, form.url.get_secret_value()))

    @router.post("/webhook")
    def add_webhook(form: WebhookForm) -> AddedWebhook:
        """Tell a program of the owner's."""
        added = hub.notifier.add_webhook(
            form.name, form.url.get_secret_value(), with_picture=form.with_picture
        )
        return AddedWebhook(channel=_channel(added), secret=added.secret["secret"])

    @router.post("/mqtt")
    def add_mqtt(form: MqttForm) -> ShownChannel:
        """Mirror the home on an MQTT broker, with Home Assistant's discovery."""
        secret = mqtt.settings(
            form.host.strip(),
            form.port,
            user=form.user,
            password=form.password.get_secret_value(),
            tls=form.tls,
            ca=form.ca.strip(),
        )
        return _channel(hub.notifier.add_mqtt(form.name, secret))

    @router.put("/channels/{channel_id}")
    def change_channel(channel_id: str, form: ChannelForm) -> ShownChannel:
        """Rename it, or switch it on or off."""
        return _channel(hub.notifier.change(ChannelId(channel_id), name=form.name, is_on=form.is_on))

    @router.delete("/channels/{channel_id}", status_code=204)
    def remove_channel(channel_id: str) -> None:
        """Forget it and its address."""
        hub.notifier.remove(ChannelId(channel_id))

    @router.post("/channels/{channel_id}/test")
    def test_channel(channel_id: str) -> ShownWent:
        """Tell a test through it now; how it went is the answer."""
        return _went(hub.notifier.test(ChannelId(channel_id)))

    @router.get("/history")
    def notify_history() -> list[ShownNotice]:
        """What was told and what was not, newest first."""
        return [_told(told) for told in hub.notifier.history()]

    return router


def _channel(channel: Channel) -> ShownChannel:
    return ShownChannel(
        id=channel.id,
        kind=channel.kind,
        name=channel.name,
        about=channel.about,
        is_on=channel.is_on,
        last=_went(channel.last) if channel.last else None,
    )


def _went(went: Went) -> ShownWent:
    return ShownWent(at=went.at, ok=went.ok, message=went.message)


def _rules(chosen: Chosen) -> NotifyRules:
    quiet = chosen.quiet
    return NotifyRules(
        quiet=QuietForm(begin=f"{quiet.begin:%H:%M}", end=f"{quiet.end:%H:%M}") if quiet else None,
        rings_in_quiet=chosen.rings_in_quiet,
        per_hour=chosen.per_hour,
        zone=chosen.zone,
    )


def _told(told: Told) -> ShownNotice:
    notice = told.notice
    return ShownNotice(
        id=notice.id,
        subject=notice.subject,
        at=notice.at,
        title=notice.title,
        body=notice.body,
        link=notice.link,
        silent=told.silent,
        deliveries=[
            ShownDelivery(channel=each.channel_name, state=each.state, message=each.message)
            for each in told.deliveries
        ],
    )
