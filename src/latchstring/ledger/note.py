"""Signed notes: a text and who signs it (c2sp.org/signed-note v1.0.0), Ed25519 only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from latchstring.base import canonical
from latchstring.base.errors import BadInput, VerificationError
from latchstring.base.signing import BadKey, BadSignature, SigningKey, VerifyKey

MAX_NOTE_BYTES = 65_536
MAX_SIGNATURES = 64

_ED25519 = b"\x01"
_NAME = re.compile(r"[^\s+\x00-\x1f]+")
_SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")


class BadVerifierKey(BadInput):
    """This is not a verifier key; one looks like example.org/log+530d903a+AekyeRrm56hA…"""


class BadNote(VerificationError):
    """This is not a signed note."""


class NoteUnsigned(VerificationError):
    """The note is not signed by the expected key."""


class NoteForged(VerificationError):
    """The note carries the expected key's name, but its signature does not fit."""


@dataclass(frozen=True)
class Verifier:
    """A name and the key that signs under it; `vkey` is its text form."""

    name: str
    key: VerifyKey

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise BadVerifierKey(f"a key's name has no space and no plus; {self.name[:60]!r} does")

    @cached_property
    def key_id(self) -> bytes:
        return canonical.sha256(self.name.encode() + b"\n" + _ED25519 + self.key.raw)[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{canonical.to_base64(_ED25519 + self.key.raw)}"

    @classmethod
    def from_vkey(cls, text: str) -> Verifier:
        try:
            name, key_id, encoded = text.strip().split("+", 2)
            key = canonical.from_base64(encoded)
            if key[:1] != _ED25519:
                raise BadVerifierKey("only Ed25519 verifier keys are known here")
            verifier = cls(name, VerifyKey(key[1:]))
        except (ValueError, BadKey) as e:
            raise BadVerifierKey from e
        except BadInput as e:
            raise BadVerifierKey(e.message) from e
        if verifier.key_id.hex() != key_id:
            raise BadVerifierKey("the verifier key's id does not fit its name and key; a part was mistyped")
        return verifier


@dataclass(frozen=True)
class Signer:
    """Signs notes under a name."""

    name: str
    key: SigningKey

    @cached_property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self.key.verify_key)

    @property
    def vkey(self) -> str:
        return self.verifier.vkey


def sign_note(text: str, signer: Signer) -> str:
    """`text` (which ends in a newline) with one signature line below it."""
    if not text.endswith("\n"):
        raise BadNote("the text of a note ends in a newline")
    signature = canonical.to_base64(signer.verifier.key_id + signer.key.sign(text.encode()))
    return f"{text}\n— {signer.name} {signature}\n"


def open_note(note: str, verifier: Verifier) -> str:
    """The note's text, once the verifier's key has signed it; signatures of unknown keys are passed over."""
    text, lines = _take_apart(note)
    signed = False
    for name, key_id, signature in _signatures(lines):
        if name == verifier.name and key_id == verifier.key_id:
            try:
                verifier.key.verify(signature, text.encode())
            except BadSignature as e:
                raise NoteForged from e
            signed = True
    if not signed:
        raise NoteUnsigned(f"the note is not signed by the key of {verifier.name}")
    return text


def _take_apart(note: str) -> tuple[str, list[str]]:
    try:
        too_large = len(note.encode()) > MAX_NOTE_BYTES
    except UnicodeEncodeError as e:
        raise BadNote("the note is not UTF-8") from e
    if too_large:
        raise BadNote(f"the note is larger than {MAX_NOTE_BYTES} bytes")
    if any(c < " " and c != "\n" for c in note):
        raise BadNote("the note holds a control character")
    text, blank, below = note.rpartition("\n\n")
    if not blank or not below.endswith("\n"):
        raise BadNote("the note has no signature lines, or its end is cut off")
    lines = below[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise BadNote(f"the note has more than {MAX_SIGNATURES} signatures")
    return text + "\n", lines


def _signatures(lines: list[str]) -> Iterator[tuple[str, bytes, bytes]]:
    for line in lines:
        if not (match := _SIGNATURE.fullmatch(line)):
            raise BadNote(f"{line[:60]!r} is not a signature line")
        try:
            blob = canonical.from_base64(match[2])
        except BadInput as e:
            raise BadNote(e.message) from e
        yield match[1], blob[:4], blob[4:]
