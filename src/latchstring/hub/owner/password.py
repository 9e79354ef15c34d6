"""The owner's password, kept as argon2id (RFC 9106, the library's defaults: 64 MiB, 3 passes)."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from latchstring.base.errors import BadInput
from latchstring.hub.owner.models import WrongPassword

MIN_CHARACTERS = 10
MAX_CHARACTERS = 1000
_hasher = PasswordHasher()


class WeakPassword(BadInput):
    """The password needs at least 10 characters; a few words that belong together only for you are best."""


def hash_password(password: str) -> str:
    if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS or len(set(password)) < 4:
        raise WeakPassword
    return _hasher.hash(password)


def check_password(hashed: str, password: str) -> None:
    """Nothing when it fits; `WrongPassword` otherwise."""
    try:
        _hasher.verify(hashed, password[:MAX_CHARACTERS])
    except (VerifyMismatchError, VerificationError, InvalidHashError) as e:
        raise WrongPassword from e
