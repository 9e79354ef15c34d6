"""Seal clips for one request, at home: receipt, inner bag, padding, age, disclosure."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import BinaryIO

from latchstring.base import canonical, ids
from latchstring.base.errors import BadInput
from latchstring.base.files import sync_folder, write_whole
from latchstring.base.ids import DisclosureId, RequestId
from latchstring.base.signing import Envelope, SigningKey, VerifyKey
from latchstring.base.time import TimeRange
from latchstring.sealing import acquisition, age, bag, custody, inner, padme, tar
from latchstring.sealing.acquisition import Acquired, ClipFacts, Redaction
from latchstring.sealing.bag import BagFile
from latchstring.sealing.keys import disclosure_key
from latchstring.sealing.manifest import Ciphertext, Disclosure, sign_disclosure
from latchstring.sealing.receipt import Receipt, ReceiptClip, sign_receipt

RETENTION_DAYS = 365
"""How long an agency may keep what it opens, unless a court says otherwise."""


class NothingToSeal(BadInput):
    """A disclosure needs at least one clip."""


class RequestOver(BadInput):
    """The request has expired; nothing can be shared for it any more."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the owner answers: the parts of a request that consent is bound to."""

    request: RequestId
    network: str  # the ledger's origin
    agency: str
    statement_sha256: str
    policy_sha256: str
    recipient: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class ClipToSeal:
    """A clip that the owner chose. `camera` only tells cameras apart; it is never written down."""

    camera: str
    during: TimeRange
    source: bytes | Path
    facts: ClipFacts
    redaction: Redaction | None = None  # None: as it was recorded


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """A disclosure that is ready to go: the ciphertext as a file, and its two signed documents."""

    path: Path
    disclosure: Envelope
    receipt: Envelope
    device_key: VerifyKey

    @classmethod
    def read(cls, folder: Path) -> Sealed | None:
        """What `seal_disclosure` left in this folder, or None where it did not come to its end."""
        disclosure = folder / "disclosure.dsse.json"
        if not disclosure.exists():
            return None
        return cls(
            path=folder / "sealed.age",
            disclosure=Envelope.decode(disclosure.read_bytes()),
            receipt=Envelope.decode((folder / "receipt.dsse.json").read_bytes()),
            device_key=VerifyKey.from_text((folder / "device.pub").read_text("ascii").strip()),
        )

    def write(self, folder: Path) -> None:
        """disclosure.dsse.json comes last: while it is absent, nothing was sealed."""
        write_whole(folder / "device.pub", f"{self.device_key.to_text()}\n".encode())
        write_whole(folder / "receipt.dsse.json", self.receipt.encode())
        write_whole(folder / "disclosure.dsse.json", self.disclosure.encode())


def seal_disclosure(
    clips: Sequence[ClipToSeal],
    *,
    asked: Asked,
    device: SigningKey,
    agreed_at: datetime,
    now: datetime,
    folder: Path,
    retention_days: int = RETENTION_DAYS,
) -> Sealed:
    """Seal into `folder`, whole or not at all; `Sealed.read` finds it again after a restart."""
    if not clips:
        raise NothingToSeal
    if now >= asked.expires_at:
        raise RequestOver
    key = disclosure_key(device, asked.request)
    disclosure_id = DisclosureId(ids.new("ds"))
    chosen = _choose(clips)
    receipt = _receipt(asked, chosen, agreed_at=agreed_at)
    inner_bag = _inner_bag(disclosure_id, chosen, receipt, device=key.verify_key.fingerprint, now=now)
    folder.mkdir(parents=True, exist_ok=True)
    ciphertext = _seal_whole(inner_bag, folder / "sealed.age", asked.recipient)
    disclosure = Disclosure(
        id=disclosure_id,
        network=asked.network,
        request=asked.request,
        statement_sha256=asked.statement_sha256,
        policy_sha256=asked.policy_sha256,
        recipient=asked.recipient,
        device=key.verify_key.fingerprint,
        ciphertext=ciphertext,
        receipt_sha256=canonical.sha256_hex(receipt.encode()),
        nonce=receipt.nonce,
        expires_at=asked.expires_at,
        retention_days=retention_days,
        created_at=now,
    )
    sealed = Sealed(
        path=folder / "sealed.age",
        disclosure=sign_disclosure(disclosure, key),
        receipt=sign_receipt(receipt, key),
        device_key=key.verify_key,
    )
    sealed.write(folder)
    return sealed


@dataclass(frozen=True, kw_only=True)
class _Chosen:
    """A clip under the names that it has in this disclosure only."""

    id: str
    camera: str
    clip: ClipToSeal
    salt: bytes
    file: BagFile


def _choose(clips: Sequence[ClipToSeal]) -> list[_Chosen]:
    """Number clips and cameras anew, so that two disclosures of one home share no name."""
    cameras = {camera: n for n, camera in enumerate(dict.fromkeys(clip.camera for clip in clips), 1)}
    chosen = []
    for n, clip in enumerate(clips, 1):
        path = (inner.derivative if clip.redaction else inner.original)(f"clip-{n}")
        chosen.append(
            _Chosen(
                id=f"clip-{n}",
                camera=f"camera-{cameras[clip.camera]}",
                clip=clip,
                salt=secrets.token_bytes(32),
                file=BagFile.of_file(path, clip.source)
                if isinstance(clip.source, Path)
                else BagFile.of_bytes(path, clip.source),
            )
        )
    return chosen


def _receipt(asked: Asked, chosen: Sequence[_Chosen], *, agreed_at: datetime) -> Receipt:
    return Receipt(
        request=asked.request,
        statement_sha256=asked.statement_sha256,
        clips=tuple(
            ReceiptClip(
                id=c.id,
                camera=c.camera,
                during=c.clip.during,
                commitment=inner.commitment(c.salt, c.file.digest),
            )
            for c in chosen
        ),
        recipient=asked.recipient,
        policy_sha256=asked.policy_sha256,
        agency=asked.agency,
        expires_at=asked.expires_at,
        nonce=secrets.token_hex(32),
        at=agreed_at,
    )


def _inner_bag(
    disclosure: DisclosureId, chosen: Sequence[_Chosen], receipt: Receipt, *, device: str, now: datetime
) -> tuple[BagFile, ...]:
    acquired = [
        Acquired(
            id=c.id,
            camera=c.camera,
            file=c.file.path,
            during=c.clip.during,
            digest=c.file.digest,
            facts=c.clip.facts,
            redaction=c.clip.redaction,
        )
        for c in chosen
    ]
    redacted = {c.id: c.clip.redaction for c in chosen if c.clip.redaction}
    documents = {
        inner.ACQUISITION: canonical.encode(
            acquisition.document(
                disclosure=disclosure,
                request=receipt.request,
                device=device,
                clips=acquired,
            )
        ),
        inner.CUSTODY: custody.encode(
            inner.custody_events(disclosure, receipt, device=device, sealed_at=now, redacted=redacted)
        ),
        inner.SALTS: canonical.encode({c.id: c.salt.hex() for c in chosen}),
        inner.README: files("latchstring.sealing").joinpath("inner-readme.txt").read_bytes(),
    }
    payload = [c.file for c in chosen] + [BagFile.of_bytes(path, data) for path, data in documents.items()]
    info = {"External-Identifier": disclosure, "Bagging-Date": now.date().isoformat()}
    return bag.bag(payload, [], info)


def _seal_whole(files: Sequence[BagFile], path: Path, recipient: str) -> Ciphertext:
    """The files as a tar, padded, sealed to a file that is whole or absent."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as out:
            measured = _Measured(out)
            age.seal(tar.stream(files, pad_to=padme.padded(tar.size_of(files))), measured, [recipient])
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
    return measured.ciphertext()


class _Measured:
    """A file that hashes what is written to it."""

    def __init__(self, out: BinaryIO) -> None:
        self._out, self._size = out, 0
        self._sha256, self._sha512 = hashlib.sha256(), hashlib.sha512()

    def write(self, data: bytes) -> int:
        self._sha256.update(data)
        self._sha512.update(data)
        self._size += len(data)
        return self._out.write(data)

    def flush(self) -> None:
        self._out.flush()

    def ciphertext(self) -> Ciphertext:
        return Ciphertext(sha256=self._sha256.hexdigest(), sha512=self._sha512.hexdigest(), size=self._size)
