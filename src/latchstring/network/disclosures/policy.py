"""Whether a disclosure answers its request. Pure."""

from __future__ import annotations

from datetime import datetime

from latchstring.network.accounts.policy import Granted, Refused
from latchstring.network.requests.models import APPROVED, Asked
from latchstring.protocol.rules import CLOCK_TOLERANCE
from latchstring.protocol.statements import Opening, Outcome
from latchstring.sealing.manifest import Disclosure
from latchstring.sealing.receipt import Receipt


def may_disclose(
    disclosure: Disclosure,
    receipt: Receipt,
    receipt_sha256: str,
    asked: Asked,
    *,
    network: str,
    now: datetime,
) -> Granted | Refused:
    """Whether both documents fit the approved request and each other, and can still be acted on."""
    request = asked.statement
    if asked.state != APPROVED:
        return Refused(f"the request is {asked.state}; only an approved one can be answered")
    if now >= min(request.expires_at, receipt.expires_at, disclosure.expires_at):
        return Refused("the request or the owner's consent has expired")
    if max(receipt.expires_at, disclosure.expires_at) > request.expires_at:
        return Refused("the consent goes on for longer than the request")
    if disclosure.network != network:
        return Refused("the disclosure is for another network")
    if disclosure.request != asked.id or receipt.request != asked.id:
        return Refused("disclosure and receipt are not about the same request")
    for name, expected in (
        ("statement_sha256", asked.statement_sha256),
        ("policy_sha256", request.policy.sha256),
        ("recipient", request.recipient),
    ):
        if getattr(disclosure, name) != expected or getattr(receipt, name) != expected:
            return Refused(f"{name} is not the request's")
    if receipt.agency != request.agency:
        return Refused("the consent is for another agency")
    if disclosure.receipt_sha256 != receipt_sha256 or disclosure.nonce != receipt.nonce:
        return Refused("the disclosure names another receipt")
    if not request.created_at <= disclosure.created_at <= now + CLOCK_TOLERANCE:
        return Refused("the disclosure is dated before its request or ahead of now")
    return Granted()


def may_open(
    opening: Opening, asked: Asked, disclosure_sha256: str, *, officer: str, now: datetime
) -> Granted | Refused:
    if opening.officer != officer:
        return Refused("the statement names another officer")
    if opening.request != asked.id or opening.disclosure_sha256 != disclosure_sha256:
        return Refused("the statement is about another disclosure")
    return _dated(opening.at, now)


def may_conclude(outcome: Outcome, asked: Asked, *, officer: str, now: datetime) -> Granted | Refused:
    if outcome.officer != officer:
        return Refused("the statement names another officer")
    if outcome.request != asked.id:
        return Refused("the statement is about another request")
    if asked.decision_entry is None or asked.state == "rejected":
        return Refused("the request was not approved, so it has no outcome")
    return _dated(outcome.at, now)


def _dated(at: datetime, now: datetime) -> Granted | Refused:
    if abs(now - at) > CLOCK_TOLERANCE:
        return Refused("the statement is not dated now; set the clock right and sign again")
    return Granted()
