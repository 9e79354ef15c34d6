"""Sealed files and what may open them: each secret is tried as an age identity and as a passphrase."""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Iterator, Mapping

import pyrage

from latchstring.testing.seized.scan import Blob, Hit, Probe

HEADER = b"age-encryption.org/v1\n"
_IDENTITY = re.compile(rb"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}")
_IDENTITY_BYTES = 74
_FIRST_CHUNK = 16 + 65_536 + 16
_MAX_HEADER = 1 << 16
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def probes() -> Iterator[Probe]:
    """Age files (kind `sealed`, no finding by itself) and age identities."""
    yield Probe(frozenset([HEADER[:4]]), _sealed)
    yield Probe(frozenset([b"AGE-"]), _identity)


def _sealed(blob: Blob, at: int) -> Hit | None:
    return Hit("sealed", "age file", at) if blob.cut(at, at + len(HEADER)) == HEADER else None


def _identity(blob: Blob, at: int) -> Hit | None:
    data = blob.cut(at, at + _IDENTITY_BYTES)
    if not _IDENTITY.fullmatch(data) or _read_identity(data.decode()) is None:
        return None
    return Hit("key", "an age identity", at)


class Openers:
    """Everything that could open a sealed file."""

    def __init__(self, secrets: Mapping[str, bytes]) -> None:
        self._identities: dict[str, pyrage.x25519.Identity] = {}
        self._passphrases: dict[str, str] = {}
        self._seen: set[bytes] = set()
        for name, secret in secrets.items():
            for n, text in enumerate(_as_identities(secret)):
                self._add(f"{name} as identity {n}", text)
            if passphrase := _as_text(secret):
                self._passphrases[name] = passphrase

    def add_found(self, blob: Blob, at: int) -> None:
        """An identity that lay in what was searched opens files too."""
        self._add("an identity found there", blob.cut(at, at + _IDENTITY_BYTES).decode())

    def open(self, blob: Blob, at: int) -> str | None:
        """The name of the secret that opens the age file at `at`. Each header is tried once."""
        start = blob.cut(at, at + _MAX_HEADER + _FIRST_CHUNK)
        header = start[: start.find(b"\n--- ") + 1]
        if not header or header in self._seen:
            return None
        self._seen.add(header)
        if b"\n-> scrypt " in header:
            return next((n for n, p in self._passphrases.items() if _opens_with_passphrase(start, p)), None)
        return next((n for n, i in self._identities.items() if _opens(start, i)), None)

    def _add(self, name: str, text: str) -> None:
        if (identity := _read_identity(text)) is not None:
            self._identities[name] = identity


def _opens(data: bytes, identity: pyrage.x25519.Identity) -> bool:
    """Whether the header opens; a payload that breaks off after it does not help whoever sealed it."""
    try:
        pyrage.decrypt_io(io.BytesIO(data), io.BytesIO(), [identity])
    except pyrage.DecryptError:
        return False
    except OSError:
        return True
    return True


def _opens_with_passphrase(data: bytes, passphrase: str) -> bool:
    try:
        pyrage.passphrase.decrypt(data, passphrase)
    except pyrage.DecryptError as e:
        return "Decryption failed" not in str(e) and "header" not in str(e).lower()
    except OSError:
        return True
    return True


def _as_identities(secret: bytes) -> Iterator[str]:
    yield from (found.decode() for found in _IDENTITY.findall(secret))
    raw = {secret, *_decoded(secret.strip())}
    yield from (bech32("age-secret-key-", r).upper() for r in raw if len(r) == 32)
    yield from (bech32("age-secret-key-", r[-32:]).upper() for r in raw if len(r) in (33, 64))


def _decoded(secret: bytes) -> Iterator[bytes]:
    for decode in (binascii.unhexlify, base64.b64decode, base64.urlsafe_b64decode):
        try:
            yield decode(secret)
        except (ValueError, binascii.Error):
            continue


def _as_text(secret: bytes) -> str | None:
    try:
        text = secret.decode().strip()
    except UnicodeDecodeError:
        return None
    return text if 0 < len(text) <= 200 else None


def _read_identity(text: str) -> pyrage.x25519.Identity | None:
    try:
        return pyrage.x25519.Identity.from_str(text)
    except pyrage.IdentityError:
        return None


def bech32(prefix: str, data: bytes) -> str:
    """BIP 173, of any length."""
    bits = int.from_bytes(data, "big") << (-len(data) * 8 % 5)
    count = -(-len(data) * 8 // 5)
    values = [bits >> (5 * (count - 1 - i)) & 31 for i in range(count)]
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    checksum = _polymod([*expanded, *values, 0, 0, 0, 0, 0, 0]) ^ 1
    values += [checksum >> (5 * (5 - i)) & 31 for i in range(6)]
    return prefix + "1" + "".join(_BECH32[v] for v in values)


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            if top >> i & 1:
                check ^= generator
    return check
