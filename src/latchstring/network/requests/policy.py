"""What may happen to a request. Pure; the rules themselves are in `protocol.rules`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from latchstring.network.accounts.models import OFFICER, REVIEWER, Account
from latchstring.network.accounts.policy import Granted, Refused
from latchstring.network.requests.models import APPROVED, PENDING, REJECTED, Asked
from latchstring.protocol.policy import Policy
from latchstring.protocol.rules import CLOCK_TOLERANCE
from latchstring.protocol.statements import Request, Vote


def may_submit(request: Request, account: Account, *, network: str, policy: Policy) -> Granted | Refused:
    """Whether the statement is this officer's, for this network, under the policy in force."""
    if account.role != OFFICER:
        return Refused("only officers ask")
    if request.network != network:
        return Refused(f"the request is for the network {request.network[:80]!r}, this one is {network!r}")
    if request.agency != account.agency or request.officer != account.holder:
        return Refused("the request names another agency or officer; prepare it again")
    if request.policy != policy.name:
        return Refused("the request names another policy than the one in force; prepare it again")
    return Granted()


def may_vote(
    vote: Vote, asked: Asked, account: Account, *, policy: Policy, now: datetime
) -> Granted | Refused:
    if account.role != REVIEWER:
        return Refused("only reviewers vote")
    if vote.reviewer != account.holder:
        return Refused("the vote names another reviewer")
    if vote.request != asked.id or vote.statement_sha256 != asked.statement_sha256:
        return Refused("the vote is about another statement")
    if vote.reason not in policy.reasons[vote.verdict]:
        reasons = ", ".join(policy.reasons[vote.verdict])
        return Refused(f"{vote.reason!r} is not a reason {vote.verdict}; choose {reasons}")
    if abs(now - vote.at) > CLOCK_TOLERANCE:
        return Refused("the vote is not dated now; set the clock right and vote again")
    if now >= asked.expires_at:
        return Refused("the request has expired")
    if asked.state != PENDING:
        return Refused(f"the request is {asked.state} already")
    return Granted()


def decide(verdicts: Sequence[str], *, needed: int, reviewers: int) -> str:
    """Approved with enough votes for it, rejected once there cannot be enough any more, else pending."""
    if verdicts.count("for") >= needed:
        return APPROVED
    if reviewers - verdicts.count("against") < needed:
        return REJECTED
    return PENDING
