"""A request with its votes, policy and log proofs, as bundles and packages carry it."""

from __future__ import annotations

from latchstring.ledger.storage import Reader
from latchstring.network.accounts import store as accounts
from latchstring.network.database.pools import Transaction
from latchstring.network.ledger import service as ledger
from latchstring.network.ledger import store as log
from latchstring.network.ledger.service import NotYetPublic
from latchstring.network.ledger.store import Head
from latchstring.network.requests import service, store
from latchstring.network.requests.models import Asked
from latchstring.protocol.record import ProvenEntry, RequestRecord


def record_of(asked: Asked, *, reader: Reader, head: Head, db: Transaction) -> RequestRecord:
    """Everything a hub or an agency needs to judge an approved request by itself, under one checkpoint."""
    votes = store.votes_on(asked.id, db=db)
    published = service.policy_of(asked.statement.policy.sha256, db=db)
    signers = {asked.envelope.keyid, *(vote.envelope.keyid for vote in votes)}
    keys = [
        key.entry
        for key in accounts.keys_of([asked.officer, *(vote.reviewer for vote in votes)], db=db)
        if key.key.fingerprint in signers
    ]
    assert asked.decision_entry is not None
    ids = [published.entry, *keys, asked.entry, *(vote.entry for vote in votes), asked.decision_entry]
    return RequestRecord(
        request=asked.envelope,
        votes=tuple(vote.envelope for vote in votes),
        policy=published.body,
        entries=proven(ids, reader=reader, head=head, db=db),
    )


def proven(ids: list[int], *, reader: Reader, head: Head, db: Transaction) -> tuple[ProvenEntry, ...]:
    """These entries with their proofs under `head`, in the order of the log."""
    entered = log.entered(ids, db=db)
    if len(entered) < len(set(ids)):
        raise NotYetPublic
    return tuple(
        ProvenEntry(entry.body, ledger.prove(reader, entry, head).encode())
        for entry in sorted(entered.values(), key=lambda e: e.position)
    )
