"""What a hub and the network say to each other over HTTP, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from latchstring.base import canonical
from latchstring.base.errors import BadInput
from latchstring.base.signing import Envelope, VerifyKey

LEDGER_PATH = "/ledger"
VKEY_PATH = "/ledger.vkey"
DISCLOSURES_PATH = "/api/disclosures"
UPLOAD_OFFSET = "Upload-Offset"
"""The header that says how many bytes of an upload have arrived."""


class BadMessage(BadInput):
    """This is not a message that a hub sends."""


@dataclass(frozen=True)
class DisclosurePost:
    """A hub hands over a disclosure whose ciphertext is uploaded; `device_key` signed both envelopes."""

    disclosure: Envelope
    receipt: Envelope
    device_key: VerifyKey

    def to_json(self) -> dict[str, Any]:
        return {
            "disclosure": self.disclosure.to_json(),
            "receipt": self.receipt.to_json(),
            "device_key": self.device_key.to_text(),
        }

    def encode(self) -> bytes:
        return canonical.encode(self.to_json())

    @classmethod
    def decode(cls, data: bytes) -> DisclosurePost:
        value = canonical.decode(data)
        try:
            return cls(
                disclosure=Envelope.from_json(value["disclosure"]),
                receipt=Envelope.from_json(value["receipt"]),
                device_key=VerifyKey.from_text(value["device_key"]),
            )
        except (KeyError, TypeError) as e:
            raise BadMessage from e


@dataclass(frozen=True)
class DisclosureAnswer:
    """The network has it; `index` is its place in the log, None until the log has taken it in."""

    disclosure: str
    index: int | None

    def to_json(self) -> dict[str, Any]:
        return {"disclosure": self.disclosure, "index": self.index}

    @classmethod
    def decode(cls, data: bytes) -> DisclosureAnswer:
        value = canonical.decode(data)
        disclosure, index = value.get("disclosure"), value.get("index")
        if not isinstance(disclosure, str) or not (index is None or type(index) is int):
            raise BadMessage("this is not the network's answer to a disclosure")
        return cls(disclosure, index)


def bundle_path(cell: str) -> str:
    """Where a coarse cell's bundle is served."""
    return f"/bundles/{cell}.json"


def upload_path(ciphertext_sha256: str) -> str:
    """Where the ciphertext with this SHA-256 is uploaded, at `?offset=N`."""
    return f"/api/uploads/{ciphertext_sha256}"
