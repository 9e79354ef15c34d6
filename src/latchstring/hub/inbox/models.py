"""A request in the inbox: verified, touching this home, waiting for nobody."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from latchstring.base.errors import Conflict, NotFound
from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange
from latchstring.protocol.record import RequestRecord
from latchstring.protocol.statements import Request, Vote


class NotInInbox(NotFound):
    """This request is not in the inbox."""


class AlreadyShared(Conflict):
    """This request was answered with a yes already; a consent is used once."""


class NoLongerOpen(Conflict):
    """This request has expired; nothing can be shared for it any more."""


class State(StrEnum):
    NEW = "new"
    SHARED = "shared"
    NOT_NOW = "not-now"
    MUTED = "muted"
    EXPIRED = "expired"


class Answer(StrEnum):
    SHARE = "share"
    NOT_NOW = "not-now"


@dataclass(frozen=True, kw_only=True)
class MatchedClip:
    """A recording that a request touches; `id` is unique within the request."""

    id: str
    camera: CameraId
    during: TimeRange


@dataclass(frozen=True, kw_only=True)
class HeldStep:
    """A numbered check that held when the request arrived."""

    n: int
    what: str


@dataclass(frozen=True, kw_only=True)
class InboxItem:
    """A request as it was verified, with the recordings that it touches."""

    request: Request
    votes: tuple[Vote, ...]
    record: RequestRecord
    steps: tuple[HeldStep, ...]
    tree_size: int  # of the checkpoint that its proofs lead to
    clips: tuple[MatchedClip, ...]
    arrived_at: datetime
    answer: Answer | None = None


def state_of(item: InboxItem, *, muted: Set[str], now: datetime) -> State:
    """What the owner is shown. Only a yes is an answer; every other state is the same silence outside."""
    if item.answer is Answer.SHARE:
        return State.SHARED
    if now >= item.request.expires_at:
        return State.EXPIRED
    if item.request.agency in muted:
        return State.MUTED
    return State.NOT_NOW if item.answer is Answer.NOT_NOW else State.NEW
