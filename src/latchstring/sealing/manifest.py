"""disclosure.json: what was sealed, for whom, under which request and receipt. Signed by the disclosure key.

Its SHA-256 stands in the ledger, so the key that may sign it is named in it: `device`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from latchstring.base import canonical
from latchstring.base.ids import DisclosureId, RequestId
from latchstring.base.signing import BadSignature, Envelope, SigningKey, VerifyKey, sign
from latchstring.base.time import to_text
from latchstring.sealing.fields import HEX64, HEX128, RECIPIENT, Fields

DISCLOSURE = "application/vnd.latchstring.disclosure+json; v=1"


@dataclass(frozen=True, kw_only=True)
class Ciphertext:
    """The sealed file, as anybody can measure it."""

    sha256: str
    sha512: str
    size: int

    def to_json(self) -> dict[str, Any]:
        return {"sha256": self.sha256, "sha512": self.sha512, "size": self.size}

    @classmethod
    def from_json(cls, value: Any) -> Ciphertext:
        f = Fields(value, "the ciphertext of disclosure.json", cls.__dataclass_fields__)
        return cls(
            sha256=f.matching(HEX64, "sha256"), sha512=f.matching(HEX128, "sha512"), size=f.whole("size")
        )


@dataclass(frozen=True, kw_only=True)
class Disclosure:
    """One answer to one request. `nonce` is the receipt's; `device` the fingerprint of its signing key."""

    id: DisclosureId
    network: str  # the ledger's origin
    request: RequestId
    statement_sha256: str
    policy_sha256: str
    recipient: str
    device: str
    ciphertext: Ciphertext
    receipt_sha256: str
    nonce: str
    expires_at: datetime
    retention_days: int
    created_at: datetime

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "network": self.network,
            "request": self.request,
            "statement_sha256": self.statement_sha256,
            "policy_sha256": self.policy_sha256,
            "recipient": self.recipient,
            "device": self.device,
            "ciphertext": self.ciphertext.to_json(),
            "receipt_sha256": self.receipt_sha256,
            "nonce": self.nonce,
            "expires_at": to_text(self.expires_at),
            "retention_days": self.retention_days,
            "created_at": to_text(self.created_at),
        }

    @classmethod
    def from_json(cls, value: Any) -> Disclosure:
        f = Fields(value, "disclosure.json", cls.__dataclass_fields__)
        return cls(
            id=DisclosureId(f.id("ds", "id")),
            network=f.text("network"),
            request=RequestId(f.id("rq", "request")),
            statement_sha256=f.matching(HEX64, "statement_sha256"),
            policy_sha256=f.matching(HEX64, "policy_sha256"),
            recipient=f.matching(RECIPIENT, "recipient"),
            device=f.matching(HEX64, "device"),
            ciphertext=Ciphertext.from_json(f.any("ciphertext")),
            receipt_sha256=f.matching(HEX64, "receipt_sha256"),
            nonce=f.matching(HEX64, "nonce"),
            expires_at=f.time("expires_at"),
            retention_days=f.whole("retention_days"),
            created_at=f.time("created_at"),
        )

    def encode(self) -> bytes:
        """The bytes of disclosure.json: canonical JSON (RFC 8785)."""
        return canonical.encode(self.to_json())


def sign_disclosure(disclosure: Disclosure, key: SigningKey) -> Envelope:
    return sign(disclosure.encode(), DISCLOSURE, key)


def read_disclosure(envelope: Envelope, key: VerifyKey) -> Disclosure:
    """The disclosure, once its signature holds and it names this key."""
    disclosure = Disclosure.from_json(canonical.decode(envelope.verify(key, payload_type=DISCLOSURE)))
    if disclosure.device != key.fingerprint:
        raise BadSignature("disclosure.json names another device key than the one that signed it")
    return disclosure


def peek_disclosure(envelope: Envelope) -> Disclosure:
    """The disclosure as written, before anything is checked: only to lay out what was checked before."""
    return Disclosure.from_json(canonical.decode(envelope.payload))
