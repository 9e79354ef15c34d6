"""A push service and the browser behind it: checks who sends (RFC 8292) and opens what was sealed (RFC 8291).

Written from the RFCs with `cryptography` alone, so that it shares nothing with what seals and signs.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from latchstring.testing.listening import Heard

MOST_BYTES = 4096
DAY_SECONDS = 86_400
_SALT, _SIZE, _POINT = 16, 4, 65
_UNCOMPRESSED = PublicFormat.UncompressedPoint


@dataclass(frozen=True)
class Subscription:
    """What a browser made for itself."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, _UNCOMPRESSED)

    def to_json(self) -> dict[str, str]:
        return {"endpoint": self.endpoint, "p256dh": to_text(self.point), "auth": to_text(self.auth)}

    def open(self, sealed: bytes) -> bytes:
        """The plain text of an `aes128gcm` body of one record (RFC 8188, RFC 8291 section 3.4)."""
        salt, rest = sealed[:_SALT], sealed[_SALT:]
        record_size, rest = int.from_bytes(rest[:_SIZE], "big"), rest[_SIZE:]
        length, rest = rest[0], rest[1:]
        sender, cipher = rest[:length], rest[length:]
        assert length == _POINT
        assert len(cipher) <= record_size
        shared = self.key.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        )
        both = _hkdf(self.auth, shared, b"WebPush: info\x00" + self.point + sender, 32)
        key = _hkdf(salt, both, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _hkdf(salt, both, b"Content-Encoding: nonce\x00", 12)
        padded = AESGCM(key).decrypt(nonce, cipher, None)
        plain, mark = padded.rstrip(b"\x00")[:-1], padded.rstrip(b"\x00")[-1]
        assert mark == 2  # the last record
        return plain


def check_sender(call: Heard, *, audience: str, now: float) -> str:
    """The key that signed the call, once its token holds (RFC 8292 section 2)."""
    scheme, _, given = call.headers["authorization"].partition(" ")
    assert scheme == "vapid"
    parts = dict(part.strip().split("=", 1) for part in given.split(","))
    head, claims, signature = parts["t"].split(".")
    raw = from_text(signature)
    assert len(raw) == 64
    signed = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from_text(parts["k"]))
    key.verify(signed, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    header, told = _json(head), _json(claims)
    assert header == {"typ": "JWT", "alg": "ES256"}
    assert told["aud"] == audience
    assert now < told["exp"] <= now + DAY_SECONDS
    assert str(told["sub"]).startswith(("mailto:", "https://"))
    return parts["k"]


def to_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def from_text(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _json(part: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(from_text(part))
    return value


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)
