"""Disclosures as the network keeps them; the signed documents are in `sealing.manifest` and `.receipt`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from latchstring.base import canonical
from latchstring.base.ids import DisclosureId, RequestId
from latchstring.base.signing import Envelope, VerifyKey


@dataclass(frozen=True, kw_only=True)
class Made:
    """A disclosure that was handed in and entered."""

    id: DisclosureId
    request: RequestId
    nonce: str
    ciphertext_sha256: str
    size_bytes: int
    disclosure: Envelope
    receipt: Envelope
    device_key: VerifyKey
    received_at: datetime
    entry: int

    @property
    def disclosure_sha256(self) -> str:
        return canonical.sha256_hex(self.disclosure.payload)

    @property
    def receipt_sha256(self) -> str:
        return canonical.sha256_hex(self.receipt.payload)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """An officer has opened a disclosure."""

    disclosure: DisclosureId
    officer: str
    envelope: Envelope
    at: datetime
    entry: int


@dataclass(frozen=True, kw_only=True)
class Concluded:
    """What an officer says became of a request's footage."""

    request: RequestId
    officer: str
    outcome: str
    envelope: Envelope
    at: datetime
    entry: int
