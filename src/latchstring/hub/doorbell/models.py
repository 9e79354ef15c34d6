"""A doorbell: a camera with a button, and what the owner chose for it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType

from latchstring.base.errors import BadInput, Conflict, NotFound, NotSignedIn
from latchstring.base.ids import CameraId

ReplyId = NewType("ReplyId", str)  # qr_
Sound = Literal["two-tone", "bell", "knock", "none"]
Method = Literal["GET", "POST"]


class NotADoorbell(Conflict):
    """This camera is not marked as a doorbell; mark it in the hub's settings, under Doorbell."""


class WrongToken(NotSignedIn):
    """This address is not known; copy the doorbell's address anew from the hub's settings."""


class NoPicture(NotFound):
    """There is no picture of this moment: the camera sent none."""


class NoPictureYet(NotFound):
    """The picture of this moment is still being made; ask again in a few seconds."""


class SomebodyTalks(Conflict):
    """Somebody is talking at this door already; only one voice can be heard there."""


class NoSuchReply(NotFound):
    """There is no such reply any more."""


class BadReplyName(BadInput):
    """A reply has a name of 1 to 60 signs."""


class TooManyReplies(Conflict):
    """There are 20 replies; remove one before you add another."""


class NotSound(BadInput):
    """No sound could be read from this; take a recording like WAV, MP3, M4A, OGG or FLAC."""


class TooLongToSay(BadInput):
    """A reply is at most 30 seconds long; nobody waits longer at a door."""


class BadChimeUrl(BadInput):
    """A chime's address begins with http:// or https:// and names a host."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """Something to say at the door, recorded before."""

    id: ReplyId
    name: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Chimed:
    """How the last call of a chime went."""

    at: datetime
    ok: bool
    message: str


@dataclass(frozen=True, kw_only=True)
class DoorbellSettings:
    """What holds for one camera's button."""

    camera: CameraId
    is_on: bool = False
    token: str = ""
    reply: ReplyId | None = None
    reply_after_s: int = 15
    chime_url: str | None = None
    chime_method: Method = "POST"
    chimed: Chimed | None = None

    def __repr__(self) -> str:
        return f"DoorbellSettings({self.camera}, is_on={self.is_on})"


def new_token() -> str:
    """192 random bits: whoever knows it may say that somebody rang, and nothing else."""
    return secrets.token_urlsafe(24)
