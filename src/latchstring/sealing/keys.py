"""The keys of a home and of a case.

device key       Ed25519 seed in a file of the hub; never leaves it, never signs anything that does
disclosure key   derived from it for one request; signs that request's receipt and disclosure
household key    age identity, kept only wrapped with the recovery code; its recipient is kept in the clear
case key         age identity of an agency's case, in the file format of `age-keygen`
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from latchstring.base import canonical
from latchstring.base.errors import BadInput, Conflict
from latchstring.base.files import write_whole
from latchstring.base.ids import RequestId
from latchstring.base.signing import BadKey, SigningKey
from latchstring.base.time import to_text
from latchstring.sealing.recovery import RecoveryCode


class BadKeyFile(BadInput):
    """This key file cannot be read."""


class KeyExists(Conflict):
    """There is a key already; it is not overwritten."""


class WrongRecoveryCode(BadInput):
    """The recovery code is well formed, but it is not the one of this household."""


def disclosure_key(device: SigningKey, request: RequestId) -> SigningKey:
    """The key for one request (HKDF-SHA-256, RFC 5869): two requests get keys that nobody else can link."""
    info = b"latchstring disclosure " + request.encode()
    return SigningKey(HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(device.seed))


def load_or_make_device_key(path: Path) -> SigningKey:
    """The hub's device key; made at first start, readable by its owner only."""
    if not path.exists():
        key = SigningKey.generate()
        write_whole(path, f"{canonical.to_base64(key.seed)}\n".encode(), mode=0o600)
        return key
    try:
        return SigningKey(canonical.from_base64(path.read_text("ascii").strip()))
    except (BadInput, BadKey, UnicodeDecodeError) as e:
        raise BadKeyFile(f"{path} does not hold a device key; restore it from a copy of this folder") from e


@dataclass(frozen=True)
class Household:
    """The household's age key as it may be stored: who can be sealed to, and the identity under the code."""

    recipient: str
    wrapped: bytes  # age file with a passphrase (scrypt)


def new_household(code: RecoveryCode) -> Household:
    """Make the household's key and wrap it. Takes about a second on purpose: so does each guess."""
    identity = pyrage.x25519.Identity.generate()
    wrapped = pyrage.passphrase.encrypt(f"{identity}\n".encode(), code.text)
    return Household(str(identity.to_public()), wrapped)


def unwrap_household(household: Household, code: RecoveryCode) -> str:
    """The household's age identity."""
    try:
        identity = pyrage.passphrase.decrypt(household.wrapped, code.text).decode().strip()
    except pyrage.DecryptError as e:
        raise WrongRecoveryCode from e
    if str(pyrage.x25519.Identity.from_str(identity).to_public()) != household.recipient:
        raise WrongRecoveryCode
    return str(identity)


@dataclass(frozen=True)
class CaseKey:
    """What opens the packages of one case."""

    identity: str = field(repr=False)  # AGE-SECRET-KEY-1…
    recipient: str  # age1…

    @classmethod
    def generate(cls) -> CaseKey:
        identity = pyrage.x25519.Identity.generate()
        return cls(str(identity), str(identity.to_public()))

    @classmethod
    def read(cls, text: str) -> CaseKey:
        """Read a key file of `age-keygen`, of `latchstring agency keygen` or of the officer's page."""
        lines = [line.strip() for line in text.splitlines()]
        secrets = [line for line in lines if line and not line.startswith("#")]
        if len(secrets) != 1:
            raise BadKeyFile(f"a case key file has one line AGE-SECRET-KEY-1…, this one has {len(secrets)}")
        try:
            identity = pyrage.x25519.Identity.from_str(secrets[0])
        except pyrage.IdentityError as e:
            raise BadKeyFile("the line AGE-SECRET-KEY-1… of this file is not a whole age identity") from e
        return cls(secrets[0], str(identity.to_public()))

    def to_text(self, created_at: datetime) -> str:
        """The file as `age-keygen` writes it, so that `age --identity` reads it."""
        return (
            f"# created: {to_text(created_at.replace(microsecond=0))}\n"
            f"# public key: {self.recipient}\n{self.identity}\n"
        )
