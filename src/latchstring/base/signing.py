"""Ed25519 keys and DSSE envelopes: bytes are signed, never re-serialised objects.

Source: secure-systems-lab/dsse, protocol v1.0.2 (PAE and envelope).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from latchstring.base import canonical
from latchstring.base.errors import BadInput, VerificationError


class BadKey(BadInput):
    """This is not an Ed25519 key."""


class BadSignature(VerificationError):
    """The signature does not fit the key and the bytes."""


@dataclass(frozen=True)
class VerifyKey:
    """An Ed25519 public key (RFC 8032), 32 raw bytes."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != 32:
            raise BadKey

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the raw key, 64 hex digits; the `keyid` of an envelope."""
        return canonical.sha256_hex(self.raw)

    def verify(self, signature: bytes, message: bytes) -> None:
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError) as e:
            raise BadSignature from e

    def to_text(self) -> str:
        return canonical.to_base64(self.raw)

    @classmethod
    def from_text(cls, text: str) -> VerifyKey:
        return cls(canonical.from_base64(text))


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 private key: its 32-byte seed."""

    seed: bytes

    def __post_init__(self) -> None:
        if len(self.seed) != 32:
            raise BadKey

    def __repr__(self) -> str:
        return f"SigningKey(<secret>, {self.verify_key.fingerprint[:16]})"

    @classmethod
    def generate(cls) -> SigningKey:
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def verify_key(self) -> VerifyKey:
        return VerifyKey(Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


@dataclass(frozen=True)
class Envelope:
    """A DSSE envelope with one signature."""

    payload: bytes
    payload_type: str
    keyid: str
    signature: bytes

    def verify(self, key: VerifyKey, *, payload_type: str) -> bytes:
        """The payload, once type, key and signature fit; otherwise `BadSignature`."""
        if self.payload_type != payload_type:
            raise BadSignature(f"the signed thing is a {self.payload_type}, not a {payload_type}")
        if self.keyid != key.fingerprint:
            raise BadSignature("the envelope names another key")
        key.verify(self.signature, pre_authentication_encoding(self.payload_type, self.payload))
        return self.payload

    def to_json(self) -> dict[str, Any]:
        return {
            "payload": canonical.to_base64(self.payload),
            "payloadType": self.payload_type,
            "signatures": [{"keyid": self.keyid, "sig": canonical.to_base64(self.signature)}],
        }

    @classmethod
    def from_json(cls, value: Any) -> Envelope:
        try:
            [signature] = value["signatures"]
            return cls(
                payload=canonical.from_base64(value["payload"]),
                payload_type=str(value["payloadType"]),
                keyid=str(signature["keyid"]),
                signature=canonical.from_base64(signature["sig"]),
            )
        except (KeyError, TypeError, ValueError) as e:
            raise BadInput("this is not a DSSE envelope with one signature") from e

    def encode(self) -> bytes:
        return canonical.encode(self.to_json())

    @classmethod
    def decode(cls, data: bytes) -> Envelope:
        return cls.from_json(canonical.decode(data))


def sign(payload: bytes, payload_type: str, key: SigningKey) -> Envelope:
    signature = key.sign(pre_authentication_encoding(payload_type, payload))
    return Envelope(payload, payload_type, key.verify_key.fingerprint, signature)


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """DSSE's PAE: what is really signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
