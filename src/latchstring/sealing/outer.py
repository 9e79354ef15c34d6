"""The outer bag of a package: ciphertext and public documents. It holds no key and no plaintext; anyone may
make, hold and check it.

    <disclosure id>/
      bagit.txt bag-info.txt manifest-sha256.txt manifest-sha512.txt tagmanifest-sha512.txt
      data/sealed.age
      public/disclosure.dsse.json public/receipt.dsse.json public/device.pub
      public/request.dsse.json public/votes/N.dsse.json public/policy.toml public/ledger.vkey
      public/entries/NN-kind.json public/entries/NN-kind.tlog-proof
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from latchstring.base.signing import Envelope, VerifyKey
from latchstring.ledger import entry as ledger_entry
from latchstring.sealing import bag, tar
from latchstring.sealing.bag import BagFile, Digest
from latchstring.sealing.manifest import Ciphertext, Disclosure, peek_disclosure

SEALED = "data/sealed.age"


class Proven(Protocol):
    """An entry of the ledger with its proof (c2sp.org/tlog-proof@v1)."""

    @property
    def entry(self) -> bytes: ...
    @property
    def proof(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class OuterParts:
    """What a package is assembled from. `sealed` reads the ciphertext anew each time, in pieces of any size.

    `entries`: policy-published, key-enrolled of the officer and of each voter, request-submitted, each
    vote-cast, request-approved and disclosure-made, in the order of the log.
    """

    disclosure: Envelope
    receipt: Envelope
    device_key: VerifyKey
    request: Envelope
    votes: Sequence[Envelope]
    policy: bytes
    vkey: str
    entries: Sequence[Proven]
    sealed: Callable[[], Iterator[bytes]] = field(repr=False)


def outer_bag_files(parts: OuterParts) -> tuple[BagFile, ...]:
    """Every file of the bag, sorted by name; equal parts give equal bytes."""
    disclosure = peek_disclosure(parts.disclosure)
    public = {
        "disclosure.dsse.json": parts.disclosure.encode(),
        "receipt.dsse.json": parts.receipt.encode(),
        "device.pub": f"{parts.device_key.to_text()}\n".encode(),
        "request.dsse.json": parts.request.encode(),
        "policy.toml": parts.policy,
        "ledger.vkey": f"{parts.vkey.strip()}\n".encode(),
    }
    for n, vote in enumerate(parts.votes, 1):
        public[f"votes/{n}.dsse.json"] = vote.encode()
    for n, proven in enumerate(parts.entries, 1):
        name = f"entries/{n:02d}-{ledger_entry.decode(proven.entry).kind}"
        public[f"{name}.json"] = proven.entry
        public[f"{name}.tlog-proof"] = proven.proof.encode()
    return bag.bag(
        [BagFile(path=SEALED, digest=_digest(disclosure.ciphertext), chunks=parts.sealed)],
        [BagFile.of_bytes(f"public/{name}", data) for name, data in public.items()],
        {
            "External-Identifier": disclosure.id,
            "Bagging-Date": disclosure.created_at.date().isoformat(),
            "Bag-Software-Agent": "latchstring",
        },
    )


def build_outer_bag(parts: OuterParts) -> Iterator[bytes]:
    """The bag as a tar stream with one top folder, named by the disclosure; equal parts give equal bytes."""
    return tar.stream(_members(parts))


def outer_bag_size(parts: OuterParts) -> int:
    """How many bytes `build_outer_bag` gives."""
    return tar.size_of(_members(parts))


def outer_bag_etag(parts: OuterParts) -> str:
    """64 hex digits that change when any byte of the bag does."""
    return next(f.digest.sha256 for f in outer_bag_files(parts) if f.path == bag.TAG_MANIFEST)


def write_outer_bag(parts: OuterParts, folder: Path) -> None:
    """Write the bag into `folder` itself, which is made."""
    bag.write_folder(outer_bag_files(parts), folder)


@dataclass(frozen=True, kw_only=True)
class _Placed:
    """A file under the tar's top folder."""

    path: str
    size: int
    chunks: Callable[[], Iterator[bytes]]


def _members(parts: OuterParts) -> list[_Placed]:
    disclosure: Disclosure = peek_disclosure(parts.disclosure)
    return [
        _Placed(path=f"{disclosure.id}/{f.path}", size=f.size, chunks=f.chunks)
        for f in outer_bag_files(parts)
    ]


def _digest(ciphertext: Ciphertext) -> Digest:
    return Digest(size=ciphertext.size, sha256=ciphertext.sha256, sha512=ciphertext.sha512)
