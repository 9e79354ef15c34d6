"""Check a package, offline, in numbered steps. Each raises its own error; nothing after it is looked at.

    1  the bag is whole and every file is the one its manifests list
    2  the disclosure is signed by the device key it names
    3  the sealed file is the one that was signed
    4  the owner's receipt is signed, and it is for this request, agency, recipient and policy, in its time
    5  the request, its votes, its approval and this disclosure stand in the public log, this disclosure once
  with the case key:
    6  it opens, and what is inside is whole
    7  the clips are those that the owner agreed to
    8  the chain of custody holds

Whether the request itself was rightly approved (keys, quorum, rules) is `protocol.record.verify_record`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from latchstring.base import canonical
from latchstring.base.errors import BadInput, VerificationError
from latchstring.base.signing import BadSignature
from latchstring.base.time import TimeRange, from_text, to_text
from latchstring.ledger import entry as ledger
from latchstring.ledger.note import Verifier
from latchstring.ledger.proofs import Proof, verify_entry
from latchstring.sealing import bag, inner, outer, unseal
from latchstring.sealing.acquisition import Redaction
from latchstring.sealing.bag import Digest
from latchstring.sealing.container import FolderFiles, open_files
from latchstring.sealing.errors import PackageError
from latchstring.sealing.manifest import Disclosure, read_disclosure
from latchstring.sealing.public import PublicPart, read_public
from latchstring.sealing.receipt import Receipt, read_receipt

CLOCKS_APART = timedelta(minutes=10)
"""How far a home's clock may run ahead of the verifier's."""

E = TypeVar("E", bound=ledger.Entry)


class DisclosureUnsigned(PackageError):
    """The disclosure is not signed by the device key that it names."""

    step = 2


class FromTheFuture(PackageError):
    """The disclosure says it was made later than now; check the clocks."""

    step = 2


class CiphertextSwapped(PackageError):
    """This is not the sealed file that the disclosure was signed for."""

    step = 3


class ReceiptError(PackageError):
    """The owner's receipt is not for this disclosure."""

    step = 4


class ReceiptUnsigned(ReceiptError):
    """The owner's receipt is not signed by this disclosure's device key."""


class ReceiptForOtherRequest(ReceiptError):
    """The owner agreed to answer another request."""


class ReceiptForOtherAgency(ReceiptError):
    """The owner agreed to give footage to another agency."""


class ReceiptForOtherRecipient(ReceiptError):
    """The owner agreed to have footage sealed to another case key."""


class ReceiptUnderOtherPolicy(ReceiptError):
    """The owner agreed under another version of the policy."""


class ReceiptNotInForce(ReceiptError):
    """The disclosure was not made while the owner's agreement held."""


class ReceiptForOtherTime(ReceiptError):
    """The owner agreed to a clip of another time than what the request asks about."""


class ReceiptOfOtherDisclosure(ReceiptError):
    """The owner's receipt belongs to another disclosure."""


class LedgerError(PackageError):
    """The public log does not say what this package claims."""

    step = 5


class OtherLog(LedgerError):
    """The package is of another log than the one whose key is pinned."""


class NotLogged(LedgerError):
    """The public log has no such entry."""


class ProofBroken(LedgerError):
    """The proof does not show that this entry stands in the log of the pinned key."""


class LoggedOtherwise(LedgerError):
    """The public log says something else."""


class ReceiptUsedTwice(LedgerError):
    """The owner's agreement was for one disclosure, and it has been used for another one too."""


@dataclass(frozen=True)
class Step:
    """A check that holds: its number, and what it shows in plain words."""

    n: int
    what: str


def verify_package(path: Path, *, vkey: str | None, now: datetime, identity: str | None = None) -> list[Step]:
    """All steps, or the error of the first that does not hold.

    Without a `vkey` the package's own is used, which shows only that it fits itself.
    """
    return list(check_package(path, vkey=vkey, now=now, identity=identity))


def check_package(
    path: Path, *, vkey: str | None, now: datetime, identity: str | None = None
) -> Iterator[Step]:
    """Each step as soon as it holds; ends with the error of the first that does not."""
    with open_files(path) as files:
        digests = bag.check(files)
        public = read_public(files)
        yield Step(1, f"the bag is whole: {len(digests)} files fit their manifests")
    disclosure = _check_disclosure(public, now=now)
    yield Step(2, f"the disclosure is signed by the device key {disclosure.device[:16]}…")
    _check_ciphertext(digests, disclosure)
    yield Step(3, f"the sealed file is the one that was signed ({disclosure.ciphertext.size} bytes)")
    receipt = _check_receipt(public, disclosure)
    yield Step(
        4, f"the owner agreed to give {_clips(receipt)} to {receipt.agency} for request {receipt.request}"
    )
    _check_log(public, disclosure, receipt, _verifier(public, vkey))
    pinned = "" if vkey is not None else " (key NOT PINNED: it came with the package, so this proves little)"
    yield Step(5, f"request, votes, approval and this disclosure are in the log {disclosure.network}{pinned}")
    if identity is None:
        return
    with tempfile.TemporaryDirectory() as work:
        opened = unseal.open_package(path, identity, Path(work, "opened"))
        redacted = inner.redactions(FolderFiles(opened))
    yield Step(6, "the case key opens it, and what is inside is whole")
    yield Step(7, f"{_clips(receipt)} inside, exactly what the owner agreed to{_said_of(redacted)}")
    yield Step(8, "the chain of custody holds")


def _said_of(redacted: Mapping[str, Redaction]) -> str:
    """Which clips are not as recorded, and why; nothing where all are."""
    return "".join(
        f"; {clip} was redacted before it left ({', '.join(redaction.kinds).replace('-', ' ')}), "
        "its original stayed at home"
        for clip, redaction in sorted(redacted.items())
    )


def _clips(receipt: Receipt) -> str:
    return "1 clip" if len(receipt.clips) == 1 else f"{len(receipt.clips)} clips"


def _check_disclosure(public: PublicPart, *, now: datetime) -> Disclosure:
    file = "public/disclosure.dsse.json"
    try:
        disclosure = read_disclosure(public.disclosure, public.device_key)
    except (BadSignature, BadInput) as e:
        raise DisclosureUnsigned(e.message, file=file) from e
    if disclosure.created_at > now + CLOCKS_APART:
        raise FromTheFuture(file=file)
    return disclosure


def _check_ciphertext(digests: Mapping[str, Digest], disclosure: Disclosure) -> None:
    if extra := sorted(name for name in digests if name.startswith("data/") and name != outer.SEALED):
        raise CiphertextSwapped("a package seals one file only", file=extra[0])
    found, signed = digests.get(outer.SEALED), disclosure.ciphertext
    if found is None or (found.size, found.sha256, found.sha512) != (
        signed.size,
        signed.sha256,
        signed.sha512,
    ):
        raise CiphertextSwapped(file=outer.SEALED)


def _check_receipt(public: PublicPart, disclosure: Disclosure) -> Receipt:
    """Signed by the same key, equal to the request and the disclosure wherever they speak of the same."""
    file = "public/receipt.dsse.json"
    try:
        receipt = read_receipt(public.receipt, public.device_key)
    except (BadSignature, BadInput) as e:
        raise ReceiptUnsigned(e.message, file=file) from e
    if canonical.sha256_hex(public.request.payload) != disclosure.statement_sha256:
        raise ReceiptForOtherRequest(
            "this is not the request that was answered", file="public/request.dsse.json"
        )
    asked = _Asked.read(public)
    statements = {disclosure.statement_sha256, receipt.statement_sha256}
    if len({disclosure.request, receipt.request, asked.id}) > 1 or len(statements) > 1:
        raise ReceiptForOtherRequest(file=file)
    if receipt.agency != asked.agency:
        raise ReceiptForOtherAgency(file=file)
    if not receipt.recipient == disclosure.recipient == asked.recipient:
        raise ReceiptForOtherRecipient(file=file)
    if not receipt.policy_sha256 == disclosure.policy_sha256 == asked.policy_sha256:
        raise ReceiptUnderOtherPolicy(file=file)
    if not receipt.expires_at == disclosure.expires_at == asked.expires_at:
        raise ReceiptNotInForce(
            "the receipt, the disclosure and the request end at different times", file=file
        )
    if not receipt.at <= disclosure.created_at < receipt.expires_at:
        raise ReceiptNotInForce(file=file)
    for clip in receipt.clips:
        if clip.during.overlap(asked.window) is None:
            raise ReceiptForOtherTime(f"{clip.id} lies outside the time that was asked about", file=file)
    if (
        disclosure.receipt_sha256 != canonical.sha256_hex(receipt.encode())
        or disclosure.nonce != receipt.nonce
    ):
        raise ReceiptOfOtherDisclosure(file=file)
    return receipt


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What a receipt is held against, from the signed bytes of the request."""

    id: str
    agency: str
    recipient: str
    policy_sha256: str
    window: TimeRange
    expires_at: datetime

    @classmethod
    def read(cls, public: PublicPart) -> _Asked:
        try:
            value: dict[str, Any] = canonical.decode(public.request.payload)
            return cls(
                id=value["id"],
                agency=value["agency"],
                recipient=value["recipient"],
                policy_sha256=value["policy"]["sha256"],
                window=TimeRange(from_text(value["window"]["start"]), from_text(value["window"]["end"])),
                expires_at=from_text(value["expires_at"]),
            )
        except (BadInput, KeyError, TypeError) as e:
            raise ReceiptForOtherRequest("it cannot be read", file="public/request.dsse.json") from e


def _verifier(public: PublicPart, vkey: str | None) -> Verifier:
    """The pinned log key where there is one; the package must be of the same log."""
    pinned = Verifier.from_vkey(vkey) if vkey is not None else None
    try:
        own = Verifier.from_vkey(public.vkey)
    except BadInput as e:
        raise OtherLog(e.message, file="public/ledger.vkey") from e
    if pinned is not None and own != pinned:
        raise OtherLog(f"the package is of the log {own.vkey}", file="public/ledger.vkey")
    return own


@dataclass(frozen=True)
class _Found:
    """An entry that the log holds, and where."""

    file: str
    index: int
    at: datetime
    entry: ledger.Entry


def _check_log(public: PublicPart, disclosure: Disclosure, receipt: Receipt, verifier: Verifier) -> None:
    if disclosure.network != verifier.name:
        raise LoggedOtherwise(
            f"it was made in the network {disclosure.network}, not in {verifier.name}",
            file="public/disclosure.dsse.json",
        )
    found = [_prove(logged.file, logged.entry, logged.proof, verifier) for logged in public.entries]
    at_submission, submitted = _one(ledger.RequestSubmitted, found, disclosure.request)
    _same(
        at_submission,
        {
            "statement_sha256": (submitted.statement_sha256, disclosure.statement_sha256),
            "agency": (submitted.agency, receipt.agency),
            "recipient": (submitted.recipient, receipt.recipient),
            "policy_sha256": (submitted.policy_sha256, receipt.policy_sha256),
        },
    )
    _check_policy(public, disclosure, found)
    _check_votes(public, found, disclosure.request)
    at_approval, approved = _one(ledger.RequestApproved, found, disclosure.request)
    _same(at_approval, {"statement_sha256": (approved.statement_sha256, disclosure.statement_sha256)})
    at_disclosure = _check_disclosed_once(public, found, disclosure)
    if not at_submission.index < at_approval.index < at_disclosure.index:
        raise LoggedOtherwise(
            "the log has submission, approval and disclosure in another order", file=at_disclosure.file
        )


def _prove(file: str, entry: bytes, proof: str, verifier: Verifier) -> _Found:
    try:
        verify_entry(entry, proof, verifier)
        logged = ledger.decode(entry)
        return _Found(file, Proof.decode(proof).index, from_text(logged.at), logged)
    except (VerificationError, BadInput) as e:
        raise ProofBroken(e.message, file=file) from e


def _check_policy(public: PublicPart, disclosure: Disclosure, found: list[_Found]) -> None:
    if canonical.sha256_hex(public.policy) != disclosure.policy_sha256:
        raise LoggedOtherwise("this is not the policy that the request names", file="public/policy.toml")
    published = [f for f, e in _of(ledger.PolicyPublished, found) if e.sha256 == disclosure.policy_sha256]
    if not published:
        raise NotLogged("the log has no such policy", file="public/policy.toml")


def _check_votes(public: PublicPart, found: list[_Found], request: str) -> None:
    cast = {e.vote_sha256: f.file for f, e in _of(ledger.VoteCast, found) if e.request == request}
    for file, vote in public.votes.items():
        if cast.pop(canonical.sha256_hex(vote.payload), None) is None:
            raise NotLogged("the log has no such vote", file=file)
    if cast:
        raise LoggedOtherwise("the vote itself is not in the package", file=min(cast.values()))


def _check_disclosed_once(public: PublicPart, found: list[_Found], disclosure: Disclosure) -> _Found:
    disclosure_sha256 = canonical.sha256_hex(public.disclosure.payload)
    made = _of(ledger.DisclosureMade, found)
    for f, e in made:
        if e.disclosure_sha256 != disclosure_sha256 and e.receipt_sha256 == disclosure.receipt_sha256:
            raise ReceiptUsedTwice(file=f.file)
    ours = [(f, e) for f, e in made if e.disclosure_sha256 == disclosure_sha256]
    if len(ours) != 1 or len(made) != 1:
        raise NotLogged(
            f"the package must hold the log's one entry of this disclosure; it holds {len(ours)}, "
            f"and {len(made) - len(ours)} of others",
            file="public/disclosure.dsse.json",
        )
    [(at, entry)] = ours
    _same(
        at,
        {
            "request": (entry.request, disclosure.request),
            "receipt_sha256": (entry.receipt_sha256, disclosure.receipt_sha256),
        },
    )
    if at.at >= disclosure.expires_at + CLOCKS_APART:
        expired = to_text(disclosure.expires_at)
        raise LoggedOtherwise(f"it was entered after the request had expired at {expired}", file=at.file)
    return at


def _one(kind: type[E], found: list[_Found], request: str) -> tuple[_Found, E]:
    matching = [(f, e) for f, e in _of(kind, found) if getattr(e, "request", None) == request]
    if len(matching) != 1:
        raise NotLogged(
            f"the package must hold one {kind.kind} of request {request}; it holds {len(matching)}",
            file=matching[-1][0].file if matching else "public/entries",
        )
    return matching[0]


def _of(kind: type[E], found: list[_Found]) -> list[tuple[_Found, E]]:
    return [(f, f.entry) for f in found if isinstance(f.entry, kind)]


def _same(at: _Found, values: Mapping[str, tuple[str, str]]) -> None:
    for name, (logged, here) in values.items():
        if logged != here:
            raise LoggedOtherwise(f"its {name!r} is not that of the package", file=at.file)
