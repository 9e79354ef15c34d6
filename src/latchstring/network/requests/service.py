"""Asking and reviewing: check, prepare, submit, vote, decide, expire."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from latchstring.base import geo, ids
from latchstring.base.errors import BadInput, Conflict, NotAllowed, NotFound
from latchstring.base.ids import RequestId
from latchstring.base.signing import Envelope, VerifyKey
from latchstring.base.time import to_text
from latchstring.ledger.entry import (
    PolicyPublished,
    RequestApproved,
    RequestExpired,
    RequestRejected,
)
from latchstring.network.accounts.models import Account
from latchstring.network.accounts.policy import Refused
from latchstring.network.database.pools import Transaction
from latchstring.network.ledger import service as ledger
from latchstring.network.places import store as places
from latchstring.network.places.models import audience_bucket
from latchstring.network.requests import policy, store
from latchstring.network.requests.models import APPROVED, PENDING, Asked, Case, CastVote, Checked
from latchstring.network.requests.store import PublishedPolicy
from latchstring.protocol import policy as policies
from latchstring.protocol import rules, statements
from latchstring.protocol.drafts import Draft
from latchstring.protocol.policy import Policy
from latchstring.protocol.record import submission_of, vote_entry_of
from latchstring.protocol.rules import BrokenRule
from latchstring.protocol.statements import Request

_MAX_COUNTED_SQUARE_MILES = 10  # far above every limit; counting a county would take long


class RulesBroken(BadInput):
    """The request breaks the rules."""

    def __init__(self, broken: tuple[BrokenRule, ...]) -> None:
        named = " ".join(f"{b.rule}: {b.what} {b.mend}" for b in broken)
        super().__init__(f"The request breaks the rules. {named}", broken=[b.to_json() for b in broken])


class NoKey(NotAllowed):
    """Enrol your signing key first; what you sign is checked with it."""


class NotYours(NotAllowed):
    """This statement is not yours to hand in."""


class UnknownCase(NotFound):
    """Your agency has no case with this commitment; prepare the request first."""


class CannotVote(NotAllowed):
    """This vote cannot be taken."""


class AlreadyVoted(Conflict):
    """You have voted on this request; a vote is not taken back."""


class NoPolicy(NotFound):
    """The policy is not published yet."""


def publish_policy(*, now: datetime, db: Transaction) -> None:
    """Enter the packaged policy, unless this very file is in the ledger already."""
    body = policies.policy_bytes()
    current = policies.current()
    if store.find_policy(current.sha256, db=db) is not None:
        return
    entry = ledger.enter(
        PolicyPublished(at=_at(now), policy=current.id, version=current.version, sha256=current.sha256), db=db
    )
    store.add_policy(PublishedPolicy(policy=current, body=body, entry=entry), now=now, db=db)


def policy_in_force(*, db: Transaction) -> PublishedPolicy:
    return policy_of(policies.current().sha256, db=db)


def policy_of(sha256: str, *, db: Transaction) -> PublishedPolicy:
    if (published := store.find_policy(sha256, db=db)) is None:
        raise NoPolicy
    return published


def check(draft: Mapping[str, Any], *, officer: Account, now: datetime, db: Transaction) -> Checked:
    """Every rule that the draft breaks; nothing is kept."""
    current = policy_in_force(db=db).policy
    read = Draft.from_json(draft)
    case = store.find_case(_agency(officer), read.case_reference or "", db=db)
    prior = store.posts_of(case.commitment, db=db) if case else 0
    return Checked(
        broken=rules.judge_draft(draft, current, now=now, prior_posts=prior),
        wide=rules.is_wide(read, current),
        votes_needed=rules.votes_needed(read, current),
        square_miles=read.area.square_miles if read.area else None,
        audience=_audience(read, db=db),
    )


def prepare(
    draft: Mapping[str, Any], *, officer: Account, network: str, now: datetime, db: Transaction
) -> Request:
    """The statement to sign: the draft, completed with everything that the network knows."""
    if officer.key is None:
        raise NoKey
    if broken := check(draft, officer=officer, now=now, db=db).broken:
        raise RulesBroken(broken)
    current = policy_in_force(db=db).policy
    read = Draft.from_json(draft)
    assert read.case_reference and read.offence and read.incident_cell and read.area and read.window  # noqa: PT018
    assert read.template and read.recipient and read.expires_at  # noqa: PT018
    agency = _agency(officer)
    store.add_case(Case(agency=agency, reference=read.case_reference, salt=secrets.token_bytes(32)), db=db)
    case = store.find_case(agency, read.case_reference, db=db)
    assert case is not None
    return Request(
        id=RequestId(ids.new("rq")),
        network=network,
        agency=agency,
        officer=officer.holder,
        case_commitment=case.commitment,
        post_number=store.posts_of(case.commitment, db=db) + 1,
        offence=read.offence,
        incident_cell=read.incident_cell,
        area=read.area,
        window=read.window,
        template=read.template,
        text=rules.render(read.template, read.offence, read.window, current),
        recipient=read.recipient,
        policy=current.name,
        created_at=now,
        expires_at=read.expires_at,
    )


def submit(envelope: Envelope, *, officer: Account, network: str, now: datetime, db: Transaction) -> Asked:
    """Take a signed request to the reviewers. The same one again gives the same answer."""
    request = statements.read_request(envelope, _key(officer))
    current = policy_in_force(db=db).policy
    decision = policy.may_submit(request, officer, network=network, policy=current)
    if isinstance(decision, Refused):
        raise NotYours(decision.reason)
    if not store.lock_case(request.case_commitment, agency=request.agency, db=db):
        raise UnknownCase
    asked = Asked(
        id=request.id,
        agency=request.agency,
        officer=request.officer,
        case_reference="",
        envelope=envelope,
        wide=rules.is_wide(request, current),
        votes_needed=rules.votes_needed(request, current),
        audience=audience_bucket(places.among(request.area.cells(geo.FINE_RESOLUTION), db=db)),
        state=PENDING,
        created_at=request.created_at,
        expires_at=request.expires_at,
        entry=0,
        decision_entry=None,
    )
    if (known := store.find_for(officer, asked.statement_sha256, db=db)) is not None:
        return known
    prior = store.posts_of(request.case_commitment, db=db)
    if broken := rules.judge_submission(request, current, now=now, prior_posts=prior):
        raise RulesBroken(broken)
    entry = ledger.enter(submission_of(request, asked.statement_sha256, at=_at(now)), db=db)
    store.add(replace(asked, entry=entry), db=db)
    return store.get_for(officer, asked.id, db=db)


def vote(
    request: RequestId, envelope: Envelope, *, reviewer: Account, now: datetime, db: Transaction
) -> Asked:
    """Count a signed vote, and decide the request if it is the one that was missing."""
    cast = statements.read_vote(envelope, _key(reviewer))
    asked = store.get_for_review(request, lock=True, db=db)
    votes = store.votes_on(request, db=db)
    if mine := [v for v in votes if v.reviewer == reviewer.holder]:
        if mine[0].envelope.payload == envelope.payload:
            return asked
        raise AlreadyVoted
    current = policy_of(asked.statement.policy.sha256, db=db).policy
    decision = policy.may_vote(cast, asked, reviewer, policy=current, now=now)
    if isinstance(decision, Refused):
        raise CannotVote(decision.reason)
    counted = CastVote(
        request=request,
        reviewer=cast.reviewer,
        verdict=cast.verdict,
        reason=cast.reason,
        envelope=envelope,
        at=cast.at,
        entry=0,
    )
    entry = ledger.enter(vote_entry_of(cast, counted.vote_sha256, at=_at(now)), db=db)
    counted = replace(counted, entry=entry)
    store.add_vote(counted, db=db)
    _decide(asked, [*votes, counted], current, now=now, db=db)
    return store.get_for_review(request, db=db)


def expire(*, now: datetime, db: Transaction) -> int:
    """Close every open request whose time is over; returns how many."""
    overdue = store.overdue(now=now, db=db)
    for asked in overdue:
        store.expire(asked.id, ledger.enter(RequestExpired(at=_at(now), request=asked.id), db=db), db=db)
    return len(overdue)


def _decide(asked: Asked, votes: list[CastVote], current: Policy, *, now: datetime, db: Transaction) -> None:
    verdicts = [v.verdict for v in votes]
    state = policy.decide(verdicts, needed=asked.votes_needed, reviewers=current.reviewers)
    if state == PENDING:
        return
    kind = RequestApproved if state == APPROVED else RequestRejected
    decided = kind(at=_at(now), request=asked.id, statement_sha256=asked.statement_sha256)
    store.decide(asked.id, state, ledger.enter(decided, db=db), db=db)


def _audience(draft: Draft, *, db: Transaction) -> str | None:
    if draft.area is None or draft.area.square_miles > _MAX_COUNTED_SQUARE_MILES:
        return None
    return audience_bucket(places.among(draft.area.cells(geo.FINE_RESOLUTION), db=db))


def _agency(officer: Account) -> str:
    if officer.agency is None:
        raise NotYours("only an agency's officers ask")
    return officer.agency


def _key(account: Account) -> VerifyKey:
    if account.key is None:
        raise NoKey
    return account.key


def _at(now: datetime) -> str:
    return to_text(now.replace(microsecond=0))
