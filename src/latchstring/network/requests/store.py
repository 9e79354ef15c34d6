"""SQL of requests, votes, cases and policies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from latchstring.base.errors import NotFound
from latchstring.base.ids import RequestId
from latchstring.base.signing import Envelope
from latchstring.network.accounts.models import Account
from latchstring.network.database.pools import Transaction
from latchstring.network.requests.models import Asked, Case, CastVote
from latchstring.protocol.policy import Policy, load_policy

_PUBLISHER = 7_204_313  # the advisory lock of whoever publishes bundles
_REFERENCED = """
    select r.id, r.agency, r.officer, c.reference as case_reference, r.envelope, r.wide, r.votes_needed,
        r.audience, r.state, r.created_at, r.expires_at, r.entry, r.decision_entry
    from requests.requests r join requests.cases c using (case_commitment)
"""
_BARE = """
    select id, agency, officer, '' as case_reference, envelope, wide, votes_needed,
        audience, state, created_at, expires_at, entry, decision_entry
    from requests.requests
"""
_LIVE = f"""  -- approved, under a checkpoint, and still to be answered
    with r as ({_BARE})
    select r.*, q.coarse_cells from r join requests.requests q using (id)
        join ledger.entries e on e.id = r.decision_entry
    where r.state = 'approved' and r.expires_at > %s and e.position < %s order by e.position
"""  # noqa: S608 (nothing but constants)


class UnknownRequest(NotFound):
    """There is no such request."""


@dataclass(frozen=True, kw_only=True)
class PublishedPolicy:
    """A policy in the ledger."""

    policy: Policy
    body: bytes
    entry: int


@dataclass(frozen=True, kw_only=True)
class PublishedBundle:
    """What a cell's bundle carries, and since when."""

    requests: list[str]
    issued_at: datetime


def add_policy(published: PublishedPolicy, *, now: datetime, db: Transaction) -> None:
    name = published.policy.name
    db.execute(
        """
        insert into requests.policies (sha256, policy, version, body, entry, published_at)
        values (%s, %s, %s, %s, %s, %s)
        """,
        [name.sha256, name.id, name.version, published.body, published.entry, now],
    )


def find_policy(sha256: str, *, db: Transaction) -> PublishedPolicy | None:
    row = db.execute("select body, entry from requests.policies where sha256 = %s", [sha256]).fetchone()
    if row is None:
        return None
    body = bytes(row["body"])
    return PublishedPolicy(policy=load_policy(body), body=body, entry=row["entry"])


def find_case(agency: str, reference: str, *, db: Transaction) -> Case | None:
    row = db.execute(
        "select agency, reference, salt from requests.cases where agency = %s and reference = %s",
        [agency, reference],
    ).fetchone()
    return Case(**row) if row else None


def add_case(case: Case, *, db: Transaction) -> None:
    """Keep a case, unless somebody was first."""
    db.execute(
        """
        insert into requests.cases (case_commitment, agency, reference, salt) values (%s, %s, %s, %s)
        on conflict (agency, reference) do nothing
        """,
        [case.commitment, case.agency, case.reference, case.salt],
    )


def lock_case(case_commitment: str, *, agency: str, db: Transaction) -> bool:
    """Whether the agency has this case; until the transaction ends, others who lock it wait."""
    db.execute("select pg_advisory_xact_lock(hashtextextended(%s, 1))", [case_commitment])
    found = db.execute(
        "select 1 from requests.cases where case_commitment = %s and agency = %s", [case_commitment, agency]
    )
    return found.fetchone() is not None


def posts_of(case_commitment: str, *, db: Transaction) -> int:
    """How many requests were submitted for the case, whatever became of them."""
    row = db.execute(
        "select count(*) as n from requests.requests where case_commitment = %s", [case_commitment]
    ).fetchone()
    assert row is not None
    return int(row["n"])


def add(asked: Asked, *, db: Transaction) -> None:
    statement = asked.statement
    db.execute(
        """
        insert into requests.requests (id, agency, officer, case_commitment, post_number, statement_sha256,
            envelope, policy_sha256, coarse_cells, votes_needed, wide, audience, state, created_at,
            expires_at, entry)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        [
            asked.id, asked.agency, asked.officer, statement.case_commitment, statement.post_number,
            asked.statement_sha256, asked.envelope.encode(), statement.policy.sha256,
            sorted(statement.coarse_cells), asked.votes_needed, asked.wide, asked.audience, asked.state,
            asked.created_at, asked.expires_at, asked.entry,
        ],
    )  # fmt: skip


def get_for(officer: Account, request: RequestId, *, db: Transaction) -> Asked:
    """A request of the officer's own agency: the only way to one for the agency side."""
    row = db.execute(f"{_REFERENCED} where r.id = %s and r.agency = %s", [request, officer.agency]).fetchone()
    return _found(row)


def find_for(officer: Account, statement_sha256: str, *, db: Transaction) -> Asked | None:
    row = db.execute(
        f"{_REFERENCED} where r.statement_sha256 = %s and r.agency = %s", [statement_sha256, officer.agency]
    ).fetchone()
    return _asked(row) if row else None


def all_for(officer: Account, *, db: Transaction) -> list[Asked]:
    rows = db.execute(f"{_REFERENCED} where r.agency = %s order by r.created_at desc", [officer.agency])
    return [_asked(row) for row in rows]


def get_for_review(request: RequestId, *, lock: bool = False, db: Transaction) -> Asked:
    row = db.execute(
        f"{_REFERENCED} where r.id = %s{' for update of r' if lock else ''}", [request]
    ).fetchone()
    return _found(row)


def in_states(states: Sequence[str], *, db: Transaction) -> list[Asked]:
    """For the reviewers' desk, oldest first."""
    rows = db.execute(f"{_REFERENCED} where r.state = any(%s) order by r.created_at", [list(states)])
    return [_asked(row) for row in rows]


def get_bare(request: RequestId, *, db: Transaction) -> Asked:
    """A request without its case reference, for those who hand in disclosures and for the worker."""
    return _found(db.execute(f"{_BARE} where id = %s", [request]).fetchone())


def decide(request: RequestId, state: str, entry: int, *, db: Transaction) -> None:
    db.execute(
        "update requests.requests set state = %s, decision_entry = %s where id = %s", [state, entry, request]
    )


def overdue(*, now: datetime, db: Transaction) -> list[Asked]:
    """Open requests whose time is over, locked; those that somebody else holds come next time."""
    rows = db.execute(
        f"{_BARE} where state in ('pending', 'approved') and expires_at <= %s for update skip locked", [now]
    )
    return [_asked(row) for row in rows]


def expire(request: RequestId, entry: int, *, db: Transaction) -> None:
    db.execute(
        "update requests.requests set state = 'expired', expiry_entry = %s where id = %s", [entry, request]
    )


def live(*, below: int, now: datetime, db: Transaction) -> Iterator[tuple[Asked, list[str]]]:
    """Approved requests whose approval stands below this tree size, with their coarse cells, oldest first."""
    rows = db.execute(_LIVE, [now, below])
    for row in rows:
        cells = row.pop("coarse_cells")
        yield _asked(row), cells


def add_vote(vote: CastVote, *, db: Transaction) -> None:
    db.execute(
        """
        insert into requests.votes (request, reviewer, verdict, reason, vote_sha256, envelope, at, entry)
        values (%s, %s, %s, %s, %s, %s, %s, %s)
        """,
        [
            vote.request, vote.reviewer, vote.verdict, vote.reason, vote.vote_sha256,
            vote.envelope.encode(), vote.at, vote.entry,
        ],
    )  # fmt: skip


def votes_on(request: RequestId, *, db: Transaction) -> list[CastVote]:
    rows = db.execute(
        """
        select request, reviewer, verdict, reason, envelope, at, entry
        from requests.votes where request = %s order by entry
        """,
        [request],
    )
    return [CastVote(**row | {"envelope": Envelope.decode(bytes(row["envelope"]))}) for row in rows]


def lock_publisher(*, db: Transaction) -> None:
    """One publisher at a time, until the transaction ends."""
    db.execute("select pg_advisory_xact_lock(%s)", [_PUBLISHER])


def bundles(*, db: Transaction) -> dict[str, PublishedBundle]:
    rows = db.execute("select cell, requests, issued_at from requests.bundles")
    return {row.pop("cell"): PublishedBundle(**row) for row in rows}


def put_bundle(
    cell: str, requests: Sequence[str], issued_at: datetime, expires_at: datetime, *, db: Transaction
) -> None:
    db.execute(
        """
        insert into requests.bundles (cell, requests, issued_at, expires_at) values (%s, %s, %s, %s)
        on conflict (cell) do update set requests = excluded.requests,
            issued_at = excluded.issued_at, expires_at = excluded.expires_at
        """,
        [cell, list(requests), issued_at, expires_at],
    )


def _found(row: dict[str, Any] | None) -> Asked:
    if row is None:
        raise UnknownRequest
    return _asked(row)


def _asked(row: dict[str, Any]) -> Asked:
    return Asked(**row | {"envelope": Envelope.decode(bytes(row["envelope"]))})
