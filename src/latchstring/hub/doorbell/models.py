"""A doorbell: a camera with a button, and what the owner chose for it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType

from latchstring.base.errors import Conflict, NotFound, NotSignedIn
from latchstring.base.ids import CameraId

ReplyId = NewType("ReplyId", str)  # qr_
Sound = Literal["two-tone", "bell", "knock", "none"]


class NotADoorbell(Conflict):
    """This camera is not marked as a doorbell; mark it in the hub's settings, under Doorbell."""


class WrongToken(NotSignedIn):
    """This address is not known; copy the doorbell's address anew from the hub's settings."""


class NoPicture(NotFound):
    """There is no picture of this moment: the camera sent none."""


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
    chimed: Chimed | None = None

    def __repr__(self) -> str:
        return f"DoorbellSettings({self.camera}, is_on={self.is_on})"


def new_token() -> str:
    """192 random bits: whoever knows it may say that somebody rang, and nothing else."""
    return secrets.token_urlsafe(24)
