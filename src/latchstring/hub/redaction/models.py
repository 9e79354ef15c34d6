"""A clip on its way out: what is wanted, how far it is, what the owner saw and said yes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from latchstring.base.ids import CameraId, RequestId
from latchstring.base.time import TimeRange
from latchstring.hub.redaction.plan import Plan


class ClipKey(NamedTuple):
    """One of the clips that a request touches."""

    request: RequestId
    clip: str


@dataclass(frozen=True, kw_only=True)
class Job:
    """A clip that is to be made ready."""

    key: ClipKey
    camera: CameraId
    during: TimeRange
    trouble: str | None = None


@dataclass(frozen=True, kw_only=True)
class Made:
    """A redacted clip on disk: by which plan, and the SHA-256 of its bytes."""

    plan: str
    sha256: str
    made_at: datetime


class Stage(StrEnum):
    """How far a clip is from being fit to leave."""

    AS_RECORDED = "as-recorded"  # nothing to hide: it may leave as it is
    UNPREPARED = "unprepared"
    WAITING = "waiting"
    WORKING = "working"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """What is hidden in a clip, and how far that is done; `share` from 0 to 1 while it is worked on."""

    plan: Plan
    stage: Stage
    share: float = 0
    made: Made | None = None
    size_bytes: int | None = None  # once it is made
    trouble: str | None = None


@dataclass(frozen=True, kw_only=True)
class KeptOriginal:
    """What a redacted clip was made from: the salt opens the package's commitment to it."""

    salt: bytes
    sha256: str
    kept_at: datetime
