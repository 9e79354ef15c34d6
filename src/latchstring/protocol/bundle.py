"""Bundles: the static file that carries a coarse cell's requests to every home in it.

A bundle is a DSSE envelope by the network's log key. Everybody in the cell fetches it on the same schedule,
so that fetching it says nothing. It is good for a day; an older one than the last seen is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from latchstring.base import canonical
from latchstring.base.errors import BadInput, VerificationError
from latchstring.base.signing import BadSignature, Envelope, sign
from latchstring.base.time import from_text, to_text
from latchstring.ledger.checkpoint import open_checkpoint
from latchstring.ledger.note import Signer, Verifier
from latchstring.protocol.record import RequestRecord
from latchstring.protocol.rules import CLOCK_TOLERANCE

BUNDLE = "application/vnd.latchstring.bundle+json; v=1"
MAX_BUNDLE_BYTES = 8 * 1024 * 1024
MAX_LIFETIME = timedelta(hours=48)

_FIELDS = {"origin", "cell", "issued_at", "expires_at", "checkpoint", "records"}


class BundleError(VerificationError):
    """The bundle cannot be used."""

    step: ClassVar[int]


class BundleTooLarge(BundleError):
    """The bundle is larger than 8 MiB and was not read."""

    step = 1
    status = 413


class BundleUnreadable(BundleError):
    """This is not a bundle."""

    step = 2


class WrongNetwork(BundleError):
    """The bundle is of another network."""

    step = 3


class BundleForged(BundleError):
    """The network's signature does not fit the bundle: it was changed on the way."""

    step = 4


class WrongCell(BundleError):
    """The bundle is for another cell."""

    step = 5


class StaleBundle(BundleError):
    """The bundle is too old, or older than one already seen."""

    step = 6


class BundleCheckpointForged(BundleError):
    """The bundle's checkpoint is not signed by the network's log key."""

    step = 7


class ProofElsewhere(BundleError):
    """A proof in the bundle is under another checkpoint than the bundle's."""

    step = 8


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """The approved requests of one coarse cell; every proof is under `checkpoint`, a signed note."""

    origin: str
    cell: str
    issued_at: datetime
    expires_at: datetime
    checkpoint: str
    records: tuple[RequestRecord, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "origin": self.origin,
            "cell": self.cell,
            "issued_at": to_text(self.issued_at),
            "expires_at": to_text(self.expires_at),
            "checkpoint": self.checkpoint,
            "records": [record.to_json() for record in self.records],
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Bundle:
        if value.keys() != _FIELDS or not isinstance(value["records"], list):
            raise BundleUnreadable(f"a bundle has exactly the fields {', '.join(sorted(_FIELDS))}")
        texts = {name: value[name] for name in _FIELDS - {"records"}}
        if not all(isinstance(text, str) for text in texts.values()):
            raise BundleUnreadable
        return cls(
            origin=texts["origin"],
            cell=texts["cell"],
            issued_at=from_text(texts["issued_at"]),
            expires_at=from_text(texts["expires_at"]),
            checkpoint=texts["checkpoint"],
            records=tuple(RequestRecord.from_json(record) for record in value["records"]),
        )


def encode(bundle: Bundle, signer: Signer) -> bytes:
    """The signed file, as it is served."""
    return sign(canonical.encode(bundle.to_json()), BUNDLE, signer.key).encode()


def decode(data: bytes, verifier: Verifier) -> Bundle:
    """Read a bundle, once the network's log key has signed it."""
    if len(data) > MAX_BUNDLE_BYTES:
        raise BundleTooLarge(f"the bundle has {len(data)} bytes; at most {MAX_BUNDLE_BYTES} are read")
    try:
        envelope = Envelope.decode(data)
    except BadInput as e:
        raise BundleUnreadable(e.message) from e
    if envelope.payload_type != BUNDLE:
        raise BundleUnreadable(f"this is a {envelope.payload_type[:80]}, not a bundle")
    if envelope.keyid != verifier.key.fingerprint:
        raise WrongNetwork(f"the bundle is not signed with the log key of {verifier.name}")
    try:
        payload = envelope.verify(verifier.key, payload_type=BUNDLE)
    except BadSignature as e:
        raise BundleForged from e
    try:
        return Bundle.from_json(canonical.decode(payload))
    except BadInput as e:
        raise BundleUnreadable(e.message) from e


def open_bundle(
    data: bytes, *, verifier: Verifier, origin: str, cell: str, now: datetime, not_before: datetime | None
) -> Bundle:
    """The bundle, once it is of this network and cell and fresh; its records are still to be judged.

    `not_before` is the `issued_at` of the last bundle seen for this cell.
    """
    bundle = decode(data, verifier)
    if bundle.origin != origin:
        raise WrongNetwork(f"the bundle is of {bundle.origin[:80]!r}, not of {origin!r}")
    if bundle.cell != cell:
        raise WrongCell(f"the bundle is for cell {bundle.cell[:20]!r}, not for {cell!r}")
    _check_times(bundle, now, not_before)
    try:
        open_checkpoint(bundle.checkpoint, verifier)
    except VerificationError as e:
        raise BundleCheckpointForged(e.message) from e
    for record in bundle.records:
        if not all(item.proof.endswith(f"\n\n{bundle.checkpoint}") for item in record.entries):
            raise ProofElsewhere
    return bundle


def _check_times(bundle: Bundle, now: datetime, not_before: datetime | None) -> None:
    if not timedelta() < bundle.expires_at - bundle.issued_at <= MAX_LIFETIME:
        raise StaleBundle("the bundle says of itself that it is good for more than two days, or for no time")
    if bundle.issued_at > now + CLOCK_TOLERANCE:
        raise StaleBundle(f"the bundle is dated ahead, {to_text(bundle.issued_at)}; is this clock right?")
    if now >= bundle.expires_at:
        raise StaleBundle(f"the bundle was good until {to_text(bundle.expires_at)}")
    if not_before is not None and bundle.issued_at < not_before:
        raise StaleBundle(f"a later bundle, of {to_text(not_before)}, was already seen")
