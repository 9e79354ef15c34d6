"""The reviewers' desk."""

from __future__ import annotations

from fastapi import APIRouter

from latchstring.base.ids import RequestId
from latchstring.network.accounts.models import Account
from latchstring.network.daemon import NetworkDaemon
from latchstring.network.database.pools import Transaction
from latchstring.network.database.roles import Role
from latchstring.network.requests import service, store
from latchstring.network.requests.models import APPROVED, EXPIRED, PENDING, REJECTED, Asked
from latchstring.protocol import rules
from latchstring.web.network.access import Network, Reviewer
from latchstring.web.network.requests import broken_rule, detail_fields, vote_shape
from latchstring.web.network.shapes import ReviewItem, Signed

router = APIRouter(prefix="/api/review", tags=["reviewer"])


@router.get("")
def review_queue(reviewer: Reviewer, network: Network) -> list[ReviewItem]:
    """What waits for votes, oldest first."""
    with network.database.transaction(Role.REVIEW) as db:
        return [_item(asked, reviewer, network, db) for asked in store.in_states([PENDING], db=db)]


@router.get("/done")
def reviewed(reviewer: Reviewer, network: Network) -> list[ReviewItem]:
    """What has been decided or has expired, newest first."""
    with network.database.transaction(Role.REVIEW) as db:
        asked = store.in_states([APPROVED, REJECTED, EXPIRED], db=db)
        return [_item(a, reviewer, network, db) for a in reversed(asked)]


@router.get("/{request_id}")
def review_request(request_id: str, reviewer: Reviewer, network: Network) -> ReviewItem:
    """One request with everything a reviewer decides by."""
    with network.database.transaction(Role.REVIEW) as db:
        return _item(store.get_for_review(RequestId(request_id), db=db), reviewer, network, db)


@router.post("/{request_id}/vote")
def cast_vote(request_id: str, given: Signed, reviewer: Reviewer, network: Network) -> ReviewItem:
    """Take a signed vote; the one that completes the quorum decides. Again: the same answer."""
    with network.database.transaction(Role.REVIEW) as db:
        asked = service.vote(
            RequestId(request_id), given.envelope.read(), reviewer=reviewer, now=network.clock.now(), db=db
        )
        return _item(asked, reviewer, network, db)


def _item(asked: Asked, reviewer: Account, network: NetworkDaemon, db: Transaction) -> ReviewItem:
    policy = service.policy_of(asked.statement.policy.sha256, db=db).policy
    votes = store.votes_on(asked.id, db=db)
    mine = next((vote_shape(vote) for vote in votes if vote.reviewer == reviewer.holder), None)
    broken = rules.judge(asked.statement, policy, now=network.clock.now())
    return ReviewItem.model_validate(
        detail_fields(asked, db=db)
        | {"broken": [broken_rule(b) for b in broken], "my_vote": mine, "reviewers": policy.reviewers}
    )
