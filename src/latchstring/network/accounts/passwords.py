"""Passwords: argon2id (RFC 9106) at rest, one-time ones to begin with."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from latchstring.base.errors import BadInput

MIN_CHARACTERS = 10
MAX_CHARACTERS = 200

_hasher = PasswordHasher()
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else


class WeakPassword(BadInput):
    """A password has 10 to 200 characters; four or five words are a good one."""


def one_time() -> str:
    """A password to be typed once: 80 bits in four groups."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def check_new(password: str) -> str:
    if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS:
        raise WeakPassword
    return password


def hash_of(password: str) -> str:
    return _hasher.hash(password)


def fits(password: str, stored: str | None) -> bool:
    """Whether it is the password. Without an account the same work is done, so that time tells nothing."""
    try:
        return _hasher.verify(stored or _nobody(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


_nobodys: list[str] = []


def _nobody() -> str:
    if not _nobodys:
        _nobodys.append(_hasher.hash(secrets.token_hex(16)))
    return _nobodys[0]
