"""What the hub knows of its network, and of what it sends there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from latchstring.base.ids import CameraId, DisclosureId, RequestId
from latchstring.base.time import TimeRange


class Recordings(Protocol):
    """What this home has filmed and when; clips themselves come from `redaction` only."""

    def cameras(self) -> Mapping[CameraId, str]:
        """Every camera that has recordings, with its name."""
        ...

    def covered(self, camera: CameraId, during: TimeRange) -> list[TimeRange]:
        """The unbroken stretches recorded within `during`."""
        ...


@dataclass(frozen=True, kw_only=True)
class SeenBundle:
    """The last bundle of one cell that was checked; the next may not be older."""

    etag: str | None
    issued_at: datetime
    tree_size: int  # of the checkpoint under it
    body: bytes


@dataclass(frozen=True, kw_only=True)
class RefusedRecord:
    """A record that did not hold: for the owner's diagnostics, never for the inbox."""

    statement_sha256: str
    request: str  # as it claims to be called
    step: int
    reason: str
    message: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Followed:
    """How the last look at the network went. `code` names what was wrong, if anything."""

    at: datetime
    ok: bool
    message: str
    code: str | None = None
    tree_size: int | None = None


class ShareState(StrEnum):
    """consented → sealed → uploading → disclosed; `failed` from each, with the reason."""

    CONSENTED = "consented"
    SEALED = "sealed"
    UPLOADING = "uploading"
    DISCLOSED = "disclosed"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Share:
    """One consent and how far it has come. `consent` names its folder in the outbox."""

    request: RequestId
    consent: str
    state: ShareState
    since: datetime
    clips: tuple[str, ...]
    agreed_at: datetime
    upload_after: datetime
    disclosure: DisclosureId | None = None
    entry: int | None = None
    trouble: str | None = None

    @property
    def can_be_taken_back(self) -> bool:
        """Until the first byte is sent."""
        return self.state in (ShareState.CONSENTED, ShareState.SEALED, ShareState.FAILED)
