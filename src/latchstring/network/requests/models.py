"""Requests as the network keeps them. The statement itself is in `protocol.statements`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from latchstring.base import canonical
from latchstring.base.ids import RequestId
from latchstring.base.signing import Envelope
from latchstring.protocol.rules import BrokenRule
from latchstring.protocol.statements import Request, peek_request

PENDING, APPROVED, REJECTED, EXPIRED = "pending", "approved", "rejected", "expired"


@dataclass(frozen=True, kw_only=True)
class Case:
    """An agency's case. Officers and reviewers see the reference; the public sees the commitment."""

    agency: str
    reference: str
    salt: bytes

    @property
    def commitment(self) -> str:
        return canonical.commitment(self.salt, self.reference.encode())


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What the rules say to a draft."""

    broken: tuple[BrokenRule, ...]
    wide: bool
    votes_needed: int
    square_miles: float | None
    audience: str | None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A submitted request and where it stands."""

    id: RequestId
    agency: str
    officer: str
    case_reference: str
    envelope: Envelope
    wide: bool
    votes_needed: int
    audience: str
    state: str
    created_at: datetime
    expires_at: datetime
    entry: int
    decision_entry: int | None

    @property
    def statement_sha256(self) -> str:
        return canonical.sha256_hex(self.envelope.payload)

    @property
    def statement(self) -> Request:
        """Read again from the bytes that were signed and checked when it came in."""
        return peek_request(self.envelope)


@dataclass(frozen=True, kw_only=True)
class CastVote:
    """A reviewer's signed vote."""

    request: RequestId
    reviewer: str
    verdict: str
    reason: str
    envelope: Envelope
    at: datetime
    entry: int

    @property
    def vote_sha256(self) -> str:
        return canonical.sha256_hex(self.envelope.payload)
