"""The officer's side of a request."""

from __future__ import annotations

from fastapi import APIRouter

from latchstring.base import canonical
from latchstring.base.ids import RequestId
from latchstring.network.database.pools import Transaction
from latchstring.network.database.roles import Role
from latchstring.network.ledger import store as log
from latchstring.network.requests import service, store
from latchstring.network.requests.models import Asked, CastVote
from latchstring.protocol.rules import BrokenRule
from latchstring.protocol.statements import REQUEST
from latchstring.web.network.access import Network, Officer
from latchstring.web.network.shapes import (
    BrokenRuleShape,
    CheckedShape,
    DraftToCheck,
    EnvelopeShape,
    Prepared,
    RequestDetail,
    RequestSummary,
    Signed,
    VoteShape,
    happened,
)

router = APIRouter(prefix="/api/requests", tags=["officer"])


@router.post("/check")
def check_draft(given: DraftToCheck, officer: Officer, network: Network) -> CheckedShape:
    """Every rule that the draft breaks. A broken rule is an answer here, not an error."""
    with network.database.transaction(Role.AGENCY) as db:
        checked = service.check(given.draft, officer=officer, now=network.clock.now(), db=db)
    return CheckedShape(
        broken=[broken_rule(b) for b in checked.broken],
        wide=checked.wide,
        votes_needed=checked.votes_needed,
        square_miles=checked.square_miles,
        audience_bucket=checked.audience,
    )


@router.post("/prepare")
def prepare_request(given: DraftToCheck, officer: Officer, network: Network) -> Prepared:
    """The whole statement of a draft that keeps the rules, for the officer's browser to sign."""
    with network.database.transaction(Role.AGENCY) as db:
        request = service.prepare(
            given.draft, officer=officer, network=network.origin, now=network.clock.now(), db=db
        )
    statement = canonical.encode(request.to_json())
    return Prepared(
        statement=statement.decode(), payload_type=REQUEST, statement_sha256=canonical.sha256_hex(statement)
    )


@router.post("", status_code=201)
def submit_request(given: Signed, officer: Officer, network: Network) -> RequestDetail:
    """Hand in a signed statement; it goes to the reviewers and into the log. Again: the same answer."""
    with network.database.transaction(Role.AGENCY) as db:
        asked = service.submit(
            given.envelope.read(), officer=officer, network=network.origin, now=network.clock.now(), db=db
        )
        return detail(asked, db=db)


@router.get("")
def list_requests(officer: Officer, network: Network) -> list[RequestSummary]:
    """What the officer's agency has asked, newest first."""
    with network.database.transaction(Role.AGENCY) as db:
        return [summary(asked, db=db) for asked in store.all_for(officer, db=db)]


@router.get("/{request_id}")
def read_request(request_id: str, officer: Officer, network: Network) -> RequestDetail:
    """A request of the officer's agency, with its story as the log tells it."""
    with network.database.transaction(Role.AGENCY) as db:
        return detail(store.get_for(officer, RequestId(request_id), db=db), db=db)


def broken_rule(broken: BrokenRule) -> BrokenRuleShape:
    return BrokenRuleShape(rule=broken.rule, what=broken.what, mend=broken.mend)


def vote_shape(vote: CastVote) -> VoteShape:
    return VoteShape(reviewer=vote.reviewer, verdict=vote.verdict, reason=vote.reason, at=vote.at)


def summary(asked: Asked, *, db: Transaction) -> RequestSummary:
    disclosures = sum(b"disclosure-made" in body for _, body in log.about(asked.id, db=db))
    return RequestSummary.model_validate(_summary(asked) | {"disclosures": disclosures})


def detail(asked: Asked, *, db: Transaction) -> RequestDetail:
    return RequestDetail.model_validate(detail_fields(asked, db=db))


def detail_fields(asked: Asked, *, db: Transaction) -> dict[str, object]:
    timeline = [happened(index, body) for index, body in log.about(asked.id, db=db)]
    return _summary(asked) | {
        "disclosures": sum(h.entry["kind"] == "disclosure-made" for h in timeline),
        "statement": canonical.decode(asked.envelope.payload),
        "statement_sha256": asked.statement_sha256,
        "envelope": EnvelopeShape.of(asked.envelope),
        "votes": [vote_shape(vote) for vote in store.votes_on(asked.id, db=db)],
        "timeline": timeline,
    }


def _summary(asked: Asked) -> dict[str, object]:
    return {
        "id": asked.id,
        "agency": asked.agency,
        "officer": asked.officer,
        "case_reference": asked.case_reference,
        "offence": asked.statement.offence,
        "state": asked.state,
        "wide": asked.wide,
        "votes_needed": asked.votes_needed,
        "audience_bucket": asked.audience,
        "created_at": asked.created_at,
        "expires_at": asked.expires_at,
    }
