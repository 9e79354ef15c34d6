"""Who is told, of what, and how it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NewType

from latchstring.base.errors import BadInput, NotFound
from latchstring.base.ids import CameraId, EventId

ChannelId = NewType("ChannelId", str)  # ch_
NoticeId = NewType("NoticeId", str)  # nt_

ChannelKind = Literal["push", "apprise", "webhook", "mqtt"]
Subject = Literal["press", "motion", "camera", "request", "device", "disk"]
State = Literal["waiting", "sending", "told", "failed", "late", "unsure"]


class NoSuchChannel(NotFound):
    """There is no such channel; perhaps it was removed."""


class BadChannelName(BadInput):
    """A channel's name has 1 to 60 signs."""


@dataclass(frozen=True, kw_only=True)
class Went:
    """How the last use of a channel went."""

    at: datetime
    ok: bool
    message: str


@dataclass(frozen=True, kw_only=True)
class Channel:
    """Somewhere that the owner wants to be told."""

    id: ChannelId
    kind: ChannelKind
    name: str
    about: str  # where it leads, without anything secret
    secret: Mapping[str, Any]
    device: str | None = None  # of push: what signed in; when its rights end, this does
    is_on: bool = True
    last: Went | None = None

    def __repr__(self) -> str:
        return f"Channel({self.id}, {self.kind})"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What is told: plain words, and a page of the hub to go to."""

    id: NoticeId
    subject: Subject
    at: datetime
    title: str
    body: str
    link: str  # from # on
    camera: CameraId | None = None
    event: EventId | None = None
    jpeg: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A notice on its way through one channel."""

    notice: NoticeId
    channel: ChannelId
    channel_name: str
    state: State
    tries: int
    until: datetime
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A line of the history: what happened, and how telling it went. `silent` says why nobody was told."""

    notice: Notice
    silent: str | None
    deliveries: tuple[Delivery, ...]
