"""The public documents of a package, as they lie in its outer bag; read, not yet believed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from latchstring.base.errors import BadInput
from latchstring.base.signing import Envelope, VerifyKey
from latchstring.sealing import bag
from latchstring.sealing.bag import BadBagFile, Files

_ENTRY = re.compile(r"public/entries/\d{2,}-[a-z-]+\.json")
_VOTE = re.compile(r"public/votes/(\d+)\.dsse\.json")


@dataclass(frozen=True, kw_only=True)
class LoggedEntry:
    """An entry of the ledger with its proof, and the file it came from."""

    file: str
    entry: bytes
    proof: str


@dataclass(frozen=True, kw_only=True)
class PublicPart:
    """What anybody may read."""

    disclosure: Envelope
    receipt: Envelope
    device_key: VerifyKey
    request: Envelope
    votes: dict[str, Envelope]  # by file
    policy: bytes
    vkey: str
    entries: tuple[LoggedEntry, ...]


def read_public(files: Files) -> PublicPart:
    """Read every public document; one that is missing or malformed is named."""
    names = files.names()
    votes = sorted((int(m[1]), name) for name in names if (m := _VOTE.fullmatch(name)))
    return PublicPart(
        disclosure=_envelope(files, "public/disclosure.dsse.json"),
        receipt=_envelope(files, "public/receipt.dsse.json"),
        device_key=_device_key(files, "public/device.pub"),
        request=_envelope(files, "public/request.dsse.json"),
        votes={name: _envelope(files, name) for _, name in votes},
        policy=bag.read_tag(files, "public/policy.toml"),
        vkey=_text(files, "public/ledger.vkey").strip(),
        entries=tuple(_entry(files, name) for name in sorted(names) if _ENTRY.fullmatch(name)),
    )


def _entry(files: Files, name: str) -> LoggedEntry:
    proof = name.removesuffix(".json") + ".tlog-proof"
    return LoggedEntry(file=name, entry=bag.read_tag(files, name), proof=_text(files, proof))


def _envelope(files: Files, name: str) -> Envelope:
    try:
        return Envelope.decode(bag.read_tag(files, name))
    except BadInput as e:
        raise BadBagFile(e.message, file=name) from e


def _device_key(files: Files, name: str) -> VerifyKey:
    try:
        return VerifyKey.from_text(_text(files, name).strip())
    except BadInput as e:
        raise BadBagFile("it is not an Ed25519 public key in base64", file=name) from e


def _text(files: Files, name: str) -> str:
    try:
        return bag.read_tag(files, name).decode()
    except UnicodeDecodeError as e:
        raise BadBagFile("it is not text in UTF-8", file=name) from e
