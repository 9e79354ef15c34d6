"""The consent receipt: what an owner agreed to hand over, to whom, for which request, until when; once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from latchstring.base import canonical
from latchstring.base.ids import RequestId
from latchstring.base.signing import Envelope, SigningKey, VerifyKey, sign
from latchstring.base.time import TimeRange, to_text
from latchstring.sealing.fields import HEX64, NAME, RECIPIENT, BadDocument, Fields

RECEIPT = "application/vnd.latchstring.receipt+json; v=1"


@dataclass(frozen=True, kw_only=True)
class ReceiptClip:
    """One clip that the owner agreed to, known only by its salted commitment."""

    id: str
    camera: str  # "camera-1", numbered anew in each disclosure
    during: TimeRange
    commitment: str  # canonical.commitment(salt, clip bytes)

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "camera": self.camera,
            "start": to_text(self.during.start),
            "end": to_text(self.during.end),
            "commitment": self.commitment,
        }

    @classmethod
    def from_json(cls, value: Any) -> ReceiptClip:
        f = Fields(value, "a clip of the receipt", ("id", "camera", "start", "end", "commitment"))
        return cls(
            id=f.matching(NAME, "id"),
            camera=f.matching(NAME, "camera"),
            during=TimeRange(f.time("start"), f.time("end")),
            commitment=f.matching(HEX64, "commitment"),
        )


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The owner's yes. `nonce` (32 random bytes, hex) makes it usable once and its hash say nothing."""

    request: RequestId
    statement_sha256: str
    clips: tuple[ReceiptClip, ...]
    recipient: str
    policy_sha256: str
    agency: str
    expires_at: datetime
    nonce: str
    at: datetime

    def to_json(self) -> dict[str, Any]:
        return {
            "request": self.request,
            "statement_sha256": self.statement_sha256,
            "clips": [clip.to_json() for clip in self.clips],
            "recipient": self.recipient,
            "policy_sha256": self.policy_sha256,
            "agency": self.agency,
            "expires_at": to_text(self.expires_at),
            "nonce": self.nonce,
            "at": to_text(self.at),
        }

    @classmethod
    def from_json(cls, value: Any) -> Receipt:
        f = Fields(value, "the receipt", cls.__dataclass_fields__)
        receipt = cls(
            request=RequestId(f.id("rq", "request")),
            statement_sha256=f.matching(HEX64, "statement_sha256"),
            clips=tuple(ReceiptClip.from_json(clip) for clip in f.list("clips")),
            recipient=f.matching(RECIPIENT, "recipient"),
            policy_sha256=f.matching(HEX64, "policy_sha256"),
            agency=f.matching(NAME, "agency"),
            expires_at=f.time("expires_at"),
            nonce=f.matching(HEX64, "nonce"),
            at=f.time("at"),
        )
        if not receipt.clips:
            raise BadDocument("the receipt names no clip")
        if len({clip.id for clip in receipt.clips}) != len(receipt.clips):
            raise BadDocument("the receipt names a clip twice")
        return receipt

    def encode(self) -> bytes:
        """The bytes of receipt.json: canonical JSON (RFC 8785)."""
        return canonical.encode(self.to_json())


def sign_receipt(receipt: Receipt, key: SigningKey) -> Envelope:
    return sign(receipt.encode(), RECEIPT, key)


def read_receipt(envelope: Envelope, key: VerifyKey) -> Receipt:
    """The receipt, once its signature holds."""
    return Receipt.from_json(canonical.decode(envelope.verify(key, payload_type=RECEIPT)))


def peek_receipt(envelope: Envelope) -> Receipt:
    """The receipt as written, for those who have checked it before."""
    return Receipt.from_json(canonical.decode(envelope.payload))
