"""Taking in what owners share, and giving it to the agency that asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from latchstring.base import canonical
from latchstring.base.errors import BadInput, NotAllowed
from latchstring.base.signing import Envelope
from latchstring.base.time import to_text
from latchstring.ledger.entry import DisclosureMade, DisclosureOpened, OutcomeEntered
from latchstring.ledger.storage import Reader
from latchstring.network.accounts.models import Account
from latchstring.network.accounts.policy import Refused
from latchstring.network.database.pools import Database, Transaction
from latchstring.network.database.roles import Role
from latchstring.network.disclosures import policy, store
from latchstring.network.disclosures.blobs import Blobs
from latchstring.network.disclosures.models import Concluded, Made, Opened
from latchstring.network.disclosures.uploads import Spool, UploadDamaged, UploadTooLarge
from latchstring.network.ledger import service as ledger
from latchstring.network.ledger import store as log
from latchstring.network.requests import records
from latchstring.network.requests import service as requests
from latchstring.network.requests import store as requests_store
from latchstring.network.requests.models import Asked
from latchstring.protocol import statements
from latchstring.protocol.messages import DisclosurePost
from latchstring.sealing.manifest import Disclosure, read_disclosure
from latchstring.sealing.outer import OuterParts
from latchstring.sealing.receipt import read_receipt

_KEEP_UPLOADS = timedelta(days=1)


class DisclosureRefused(BadInput):
    """This disclosure does not answer its request."""


class NotYours(NotAllowed):
    """This statement is not yours to hand in."""


@dataclass(frozen=True, kw_only=True)
class Intake:
    """Where ciphertext arrives and where it stays."""

    database: Database
    spool: Spool
    blobs: Blobs
    max_bytes: int

    def disclose(self, post: DisclosurePost, *, network: str, now: datetime) -> tuple[Made, int | None]:
        """Take a disclosure in, with its index once it is public. The same one again gives the same answer.

        The ciphertext is hashed and moved between two transactions: it is large, and no lock may wait for it.
        """
        with self.database.transaction(Role.INTAKE) as db:
            made, disclosure, known = _examine(post, network=network, now=now, db=db)
            if known is not None:
                return known, _index(known, db=db)
        self._take(disclosure)
        with self.database.transaction(Role.INTAKE) as db:
            made, _, known = _examine(post, network=network, now=now, db=db)
            if known is None:
                entry = ledger.enter(
                    DisclosureMade(
                        at=to_text(now.replace(microsecond=0)),
                        request=made.request,
                        disclosure_sha256=made.disclosure_sha256,
                        receipt_sha256=made.receipt_sha256,
                    ),
                    db=db,
                )
                store.add(replace(made, entry=entry), db=db)
                store.forget_upload(made.ciphertext_sha256, db=db)
            return known or made, None

    def received(self, sha256: str) -> int:
        """How many bytes of a ciphertext are here, on their way or taken in."""
        if self.blobs.has(sha256):
            return self.blobs.size(sha256)
        return self.spool.offset(sha256)

    def touch(self, sha256: str, received_bytes: int, *, now: datetime) -> None:
        """Note that an upload is alive."""
        with self.database.transaction(Role.INTAKE) as db:
            store.touch_upload(sha256, received_bytes, now=now, db=db)

    def clean(self, *, now: datetime) -> None:
        """Throw away uploads that nobody finished or claimed for a day."""
        with self.database.transaction(Role.JOBS) as db:
            dropped = store.drop_old_uploads(now - _KEEP_UPLOADS, db=db)
        for sha256 in dropped:
            self.spool.drop(sha256)
            self.blobs.delete(sha256)

    def _take(self, disclosure: Disclosure) -> None:
        """Move the whole, checked ciphertext to where it stays."""
        ciphertext = disclosure.ciphertext
        if ciphertext.size > self.max_bytes:
            raise UploadTooLarge
        if self.blobs.has(ciphertext.sha256):
            return  # moved by an earlier try that was cut off
        if self.spool.whole(ciphertext.sha256, ciphertext.size).sha512 != ciphertext.sha512:
            raise UploadDamaged("the SHA-512 in disclosure.json is not the ciphertext's")
        self.blobs.take(ciphertext.sha256, self.spool.file(ciphertext.sha256))


def parts_of(
    made: Made, *, officer: Account, reader: Reader, vkey: str, blobs: Blobs, db: Transaction
) -> OuterParts:
    """What the package of a disclosure is assembled from, under the newest checkpoint."""
    asked = requests_store.get_for(officer, made.request, db=db)
    head = log.get_head(db=db)
    record = records.record_of(asked, reader=reader, head=head, db=db)
    disclosed = records.proven([made.entry], reader=reader, head=head, db=db)
    return OuterParts(
        disclosure=made.disclosure,
        receipt=made.receipt,
        device_key=made.device_key,
        request=record.request,
        votes=record.votes,
        policy=record.policy,
        vkey=vkey,
        entries=(*record.entries, *disclosed),
        sealed=lambda: blobs.read(made.ciphertext_sha256),
    )


def enter_opening(
    made: Made, envelope: Envelope, *, officer: Account, now: datetime, db: Transaction
) -> Opened:
    """Enter that an officer opened a disclosure; each officer once."""
    if officer.key is None:
        raise requests.NoKey
    opening = statements.read_opening(envelope, officer.key)
    asked = requests_store.get_for(officer, made.request, db=db)
    decision = policy.may_open(opening, asked, made.disclosure_sha256, officer=officer.holder, now=now)
    if isinstance(decision, Refused):
        raise NotYours(decision.reason)
    store.lock_opening(made.id, officer.holder, db=db)
    for known in store.openings_of(made.id, db=db):
        if known.officer == officer.holder:
            return known
    opening_sha256 = canonical.sha256_hex(envelope.payload)
    entry = ledger.enter(
        DisclosureOpened(
            at=to_text(now.replace(microsecond=0)),
            request=made.request,
            disclosure_sha256=made.disclosure_sha256,
            officer=officer.holder,
            opening_sha256=opening_sha256,
        ),
        db=db,
    )
    opened = Opened(disclosure=made.id, officer=officer.holder, envelope=envelope, at=opening.at, entry=entry)
    store.add_opening(opened, opening_sha256, db=db)
    return opened


def enter_outcome(
    asked: Asked, envelope: Envelope, *, officer: Account, now: datetime, db: Transaction
) -> Concluded:
    """Enter what became of the footage. The same statement again gives the same answer."""
    if officer.key is None:
        raise requests.NoKey
    outcome = statements.read_outcome(envelope, officer.key)
    decision = policy.may_conclude(outcome, asked, officer=officer.holder, now=now)
    if isinstance(decision, Refused):
        raise NotYours(decision.reason)
    store.lock_outcomes(asked.id, db=db)
    for known in store.outcomes_of(asked.id, db=db):
        if known.envelope.payload == envelope.payload:
            return known
    outcome_sha256 = canonical.sha256_hex(envelope.payload)
    entry = ledger.enter(
        OutcomeEntered(
            at=to_text(now.replace(microsecond=0)),
            request=asked.id,
            officer=officer.holder,
            outcome=outcome.outcome,
            outcome_sha256=outcome_sha256,
        ),
        db=db,
    )
    concluded = Concluded(
        request=asked.id,
        officer=officer.holder,
        outcome=outcome.outcome,
        envelope=envelope,
        at=outcome.at,
        entry=entry,
    )
    store.add_outcome(concluded, outcome_sha256, db=db)
    return concluded


def _examine(
    post: DisclosurePost, *, network: str, now: datetime, db: Transaction
) -> tuple[Made, Disclosure, Made | None]:
    """The disclosure once its documents hold, and the same one if it was handed in before."""
    disclosure = read_disclosure(post.disclosure, post.device_key)
    receipt = read_receipt(post.receipt, post.device_key)
    made = Made(
        id=disclosure.id,
        request=disclosure.request,
        nonce=disclosure.nonce,
        ciphertext_sha256=disclosure.ciphertext.sha256,
        size_bytes=disclosure.ciphertext.size,
        disclosure=post.disclosure,
        receipt=post.receipt,
        device_key=post.device_key,
        received_at=now,
        entry=0,
    )
    if (known := store.find_same(made.disclosure_sha256, db=db)) is not None:
        return made, disclosure, known
    asked = requests_store.get_bare(disclosure.request, db=db)
    decision = policy.may_disclose(disclosure, receipt, made.receipt_sha256, asked, network=network, now=now)
    if isinstance(decision, Refused):
        raise DisclosureRefused(decision.reason)
    store.check_unused(made, db=db)
    return made, disclosure, None


def _index(made: Made, *, db: Transaction) -> int | None:
    entered = log.entered([made.entry], db=db).get(made.entry)
    return entered.position if entered else None
