"""Packages as a forger would make them: every hash and signature right that the forger is able to make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from latchstring.base import canonical
from latchstring.base.signing import Envelope, SigningKey, sign
from latchstring.sealing import bag
from latchstring.sealing.bag import BagFile, Digest, chunks_of
from latchstring.sealing.keys import disclosure_key
from latchstring.sealing.manifest import Ciphertext, peek_disclosure, sign_disclosure
from latchstring.sealing.outer import write_outer_bag
from latchstring.sealing.receipt import peek_receipt, sign_receipt
from latchstring.sealing.seal import Sealed
from latchstring.testing.packages import NOW, Approved, MadePackage


def flip(path: Path, bit: int) -> None:
    """Flip one bit of a file, counted from its start and again from there when the file is shorter."""
    data = bytearray(path.read_bytes())
    place = bit % (8 * len(data))
    data[place // 8] ^= 1 << place % 8
    path.write_bytes(data)


def rebag(folder: Path) -> None:
    """Write a bag's manifests anew for the files that lie in it now."""
    names = [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]
    payload = [BagFile.of_file(n, folder / n) for n in names if n.startswith("data/")]
    tags = [BagFile.of_file(n, folder / n) for n in names if n.startswith("public/")]
    for f in bag.bag(payload, tags, {}):
        if "/" not in f.path:
            (folder / f.path).write_bytes(b"".join(f.chunks()))


def replace_files(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Put other files into a package and make its manifests fit them."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    rebag(folder)
    return folder


def resigned(envelope: Envelope, changes: Mapping[str, Any], key: SigningKey) -> Envelope:
    """The same document with other values, signed by `key`."""
    payload = canonical.encode({**canonical.decode(envelope.payload), **changes})
    return sign(payload, envelope.payload_type, key)


def forge(
    made: MadePackage,
    folder: Path,
    *,
    receipt: Mapping[str, Any] | None = None,
    disclosure: Mapping[str, Any] | None = None,
    ciphertext: Path | None = None,
    approved: Approved | None = None,
    entered_at: datetime = NOW,
) -> Path:
    """A package whose device lies and whose network enters the lie.

    The forger holds the home's device key: `receipt` and `disclosure` say which fields differ; everything
    that follows from them (hashes, signatures, entry, proofs, manifests) is made to fit.
    """
    approved = approved or made.approved
    key = disclosure_key(made.device, approved.request.id)
    told = replace(peek_receipt(made.sealed.receipt), **(receipt or {}))
    path = ciphertext or made.sealed.path
    digest = Digest.of(chunks_of(path))
    claimed = replace(
        peek_disclosure(made.sealed.disclosure),
        **{
            "device": key.verify_key.fingerprint,
            "ciphertext": Ciphertext(size=digest.size, sha256=digest.sha256, sha512=digest.sha512),
            "receipt_sha256": canonical.sha256_hex(told.encode()),
            "nonce": told.nonce,
            **(disclosure or {}),
        },
    )
    sealed = Sealed(
        path=path,
        disclosure=sign_disclosure(claimed, key),
        receipt=sign_receipt(told, key),
        device_key=key.verify_key,
    )
    write_outer_bag(made.network.disclose(approved, sealed, at=entered_at), folder)
    return folder
