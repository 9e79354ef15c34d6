"""Passwords and passphrases with little work behind them, in the formats of the slow ones.

What checks and opens them is the product's own code: both formats name their work themselves.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import pyrage
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from latchstring.base import canonical
from latchstring.hub.owner import password

WORK = 8
"""As a power of two; age itself takes what lasts a second."""
_LABEL = b"age-encryption.org/v1/scrypt"
_LAST = bytes(11) + b"\x01"  # of the payload's chunks, and the only one


class QuickSecrets(ExitStack):
    """While it is open, owners' passwords are hashed and household keys are wrapped at once."""

    def __enter__(self) -> QuickSecrets:
        hasher = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
        self.enter_context(patch.object(password, "_hasher", hasher))
        self.enter_context(patch.object(pyrage.passphrase, "encrypt", wrap))
        return self

    @contextmanager
    def paused(self) -> Iterator[None]:
        self.close()
        yield
        self.__enter__()


def wrap(plain: bytes, passphrase: str) -> bytes:
    """An age file of less than 64 KiB under a passphrase (c2sp.org/age@v1)."""
    file_key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
    wrapping = hashlib.scrypt(passphrase.encode(), salt=_LABEL + salt, n=1 << WORK, r=8, p=1, dklen=32)
    wrapped = ChaCha20Poly1305(wrapping).encrypt(bytes(12), file_key, None)
    lines = ["age-encryption.org/v1", f"-> scrypt {_bare(salt)} {WORK}", _bare(wrapped), "---"]
    head = "\n".join(lines).encode()
    mac = hmac.digest(_derived(file_key, b"", b"header"), head, "sha256")
    payload = ChaCha20Poly1305(_derived(file_key, nonce, b"payload")).encrypt(_LAST, plain, None)
    return head + f" {_bare(mac)}\n".encode() + nonce + payload


def _derived(file_key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(file_key)


def _bare(data: bytes) -> str:
    return canonical.to_base64(data).rstrip("=")
