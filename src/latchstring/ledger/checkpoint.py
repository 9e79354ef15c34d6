"""Checkpoints: the signed state of a log (c2sp.org/tlog-checkpoint v1.0.0)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from latchstring.base import canonical
from latchstring.base.errors import BadInput, VerificationError
from latchstring.ledger.merkle import EMPTY_ROOT, HASH_BYTES
from latchstring.ledger.note import Signer, Verifier, open_note, sign_note

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


class BadCheckpoint(VerificationError):
    """This is not a checkpoint."""


class WrongOrigin(VerificationError):
    """The checkpoint is of another log."""


@dataclass(frozen=True)
class Checkpoint:
    """A log's name, how many entries it has, and its root hash (RFC 6962)."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def empty(cls, origin: str) -> Checkpoint:
        return cls(origin, 0, EMPTY_ROOT)

    @property
    def body(self) -> str:
        """The note text that is signed."""
        return f"{self.origin}\n{self.size}\n{canonical.to_base64(self.root)}\n"


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> str:
    """The signed note that is served as `checkpoint`; the signer's name is the log's origin."""
    if signer.name != checkpoint.origin:
        raise WrongOrigin(f"the key of {signer.name} does not sign for {checkpoint.origin}")
    return sign_note(checkpoint.body, signer)


def open_checkpoint(text: str, verifier: Verifier) -> Checkpoint:
    """The checkpoint, once it is signed by the verifier's key and of the log with the verifier's name."""
    checkpoint = _parse(open_note(text, verifier))
    if checkpoint.origin != verifier.name:
        raise WrongOrigin(f"the checkpoint is of {checkpoint.origin[:80]!r}, not of {verifier.name!r}")
    return checkpoint


def whole_number(text: str) -> int:
    """A decimal number as checkpoints and proofs write it: no sign, no leading zero, below 2^63."""
    if not _DECIMAL.fullmatch(text) or (number := int(text)) >= 1 << 63:
        raise BadCheckpoint(f"{text[:30]!r} is not a number as logs write it")
    return number


def _parse(body: str) -> Checkpoint:
    lines = body.split("\n")
    if len(lines) < 4 or "" in lines[:-1]:
        raise BadCheckpoint("a checkpoint has an origin, a size and a root hash, each on its line")
    try:
        root = canonical.from_base64(lines[2])
    except BadInput as e:
        raise BadCheckpoint(e.message) from e
    size = whole_number(lines[1])
    if len(root) != HASH_BYTES or (size == 0 and root != EMPTY_ROOT):
        raise BadCheckpoint("the checkpoint's root hash cannot be right")
    return Checkpoint(lines[0], size, root)
