"""The hub judges for itself: the bundle, the log it rests on, and each request in it.

1. the bundle is signed by the network, for this cell, and fresh   (protocol.bundle, its own numbered steps)
2. its checkpoint continues the last one seen                      (ledger.verify)
3. each request holds every step by itself                         (protocol.record, its own numbered steps)

A bundle that fails 1 or 2 is dropped whole. A request that fails 3 is kept as refused and shown to nobody but
the owner who asks for it; the others in the bundle are judged all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from latchstring.base.errors import BadInput, NotFound, VerificationError
from latchstring.hub.inbox.models import HeldStep
from latchstring.hub.owner.models import NetworkAddress
from latchstring.hub.uplink.models import RefusedRecord
from latchstring.ledger.checkpoint import Checkpoint
from latchstring.ledger.storage import Reader
from latchstring.ledger.verify import RolledBack, SplitView, verify_grown
from latchstring.protocol.record import RecordError, RequestRecord, check_record
from latchstring.protocol.statements import Request, Vote, peek_request, peek_vote


class LogRolledBack(VerificationError):
    """The network's public log has become shorter than this hub has seen it: entries were taken out."""


class LogSplit(VerificationError):
    """The network's public log is not the one this hub has seen before: somebody is shown another history."""


class LogUnproven(VerificationError):
    """The network does not show that its public log continues the one this hub has seen before."""


@dataclass(frozen=True, kw_only=True)
class HeldRequest:
    """A request that holds every step."""

    request: Request
    votes: tuple[Vote, ...]
    steps: tuple[HeldStep, ...]


def check_grown(reader: Reader, *, seen: Checkpoint | None, now: Checkpoint, at_least: int) -> None:
    """Nothing when the log `now` and the one `seen` are one log, and it did not shrink below `at_least`.

    A bundle may be a little behind the checkpoint of another cell's bundle; then that one must continue it.
    """
    if now.size < at_least:
        raise LogRolledBack(
            f"the network's public log had {at_least} entries when this hub last looked; now it shows only "
            f"{now.size}, so entries were taken out"
        )
    if seen is None:
        return
    older, newer = (seen, now) if seen.size <= now.size else (now, seen)
    try:
        verify_grown(reader, older, newer)
    except (RolledBack, SplitView) as e:
        raise LogSplit from e
    except (NotFound, VerificationError) as e:
        raise LogUnproven(f"{LogUnproven.__doc__} ({e.message})") from e


def judge(record: RequestRecord, network: NetworkAddress, *, now: datetime) -> HeldRequest | RefusedRecord:
    """Check one request by the ledger's key alone."""
    steps: list[HeldStep] = []
    try:
        for step in check_record(record, verifier=network.verifier, origin=network.origin, now=now):
            steps.append(HeldStep(n=step.n, what=step.what))
    except (VerificationError, BadInput) as e:
        return RefusedRecord(
            statement_sha256=record.statement_sha256,
            request=_claimed_name(record),
            step=e.step if isinstance(e, RecordError) else len(steps) + 1,
            reason=e.code,
            message=e.message,
            at=now,
        )
    return HeldRequest(
        request=peek_request(record.request),
        votes=tuple(peek_vote(vote) for vote in record.votes),
        steps=tuple(steps),
    )


def _claimed_name(record: RequestRecord) -> str:
    try:
        return peek_request(record.request).id
    except BadInput:
        return "(unreadable)"
