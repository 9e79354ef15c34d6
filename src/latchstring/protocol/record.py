"""A request with everything that shows it may be answered, and the judgement every hub makes of it.

`verify_record` needs no network and believes nobody but the ledger's key. Its steps are numbered; each raises
its own error, and nothing after a step that does not hold is looked at.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from latchstring.base import canonical
from latchstring.base.canonical import sha256_hex
from latchstring.base.errors import BadInput, VerificationError
from latchstring.base.signing import BadSignature, Envelope, VerifyKey
from latchstring.ledger import entry as entries
from latchstring.ledger.checkpoint import BadCheckpoint, Checkpoint, WrongOrigin, open_checkpoint
from latchstring.ledger.merkle import BadInclusion, leaf_hash, verify_inclusion
from latchstring.ledger.note import BadNote, NoteForged, NoteUnsigned, Verifier
from latchstring.ledger.proofs import BadProof, Proof
from latchstring.protocol import rules
from latchstring.protocol.policy import Policy, load_policy
from latchstring.protocol.statements import PolicyName, Request, Vote, peek_request, read_request, read_vote

E = TypeVar("E", bound=entries.Entry)


class BadRecord(BadInput):
    """This is not a request with its votes, policy and log entries."""


class RecordError(VerificationError):
    """A step in the judgement of a request does not hold."""

    step: ClassVar[int]


class StatementUnreadable(RecordError):
    """The request cannot be read."""

    step = 1


class OtherNetwork(RecordError):
    """The request was made on another network."""

    step = 2


class CheckpointForged(RecordError):
    """The checkpoint is not signed by the key of this network's log."""

    step = 3


class NotInLog(RecordError):
    """Something the request rests on is not in the public log."""

    step = 4


class UnknownOfficerKey(RecordError):
    """The public log has no such officer of this agency with the key that signed."""

    step = 5


class StatementForged(RecordError):
    """The officer's signature does not fit the request: it was changed, or never signed."""

    step = 6


class SubmissionDiffers(RecordError):
    """What the public log says was asked is not what this request asks."""

    step = 7


class WrongPolicy(RecordError):
    """The policy that came along is not the published one that the request names."""

    step = 8


class VoteRefused(RecordError):
    """A vote is forged, doubled, about something else, or not in the public log."""

    step = 9


class NoQuorum(RecordError):
    """Not enough reviewers are for this request."""

    step = 10


class NotApproved(RecordError):
    """The public log has no approval of this request."""

    step = 11


class OutOfOrder(RecordError):
    """The public log has these entries in an order in which they cannot have happened."""

    step = 12


class RequestExpired(RecordError):
    """The request can no longer be answered."""

    step = 13


class RulesBroken(RecordError):
    """The request breaks the rules of its policy."""

    step = 14


@dataclass(frozen=True)
class Step:
    """A check that holds: its number, and what it shows in plain words."""

    n: int
    what: str


STEPS = (
    Step(1, "The request is complete and can be read."),
    Step(2, "It was made on this network."),
    Step(3, "The log's checkpoint is signed by this network's log key."),
    Step(4, "Everything it rests on is in the public log under this checkpoint."),
    Step(5, "The officer's key is in the log, for the agency that asks."),
    Step(6, "The officer signed exactly this request."),
    Step(7, "The log says that this was asked, in this case."),
    Step(8, "The policy is the published one that the request names."),
    Step(9, "Each vote is signed by a different reviewer in the log, about exactly this request."),
    Step(10, "Enough reviewers are for it."),
    Step(11, "The log says that it was approved."),
    Step(12, "It all happened in the right order."),
    Step(13, "It can still be answered."),
    Step(14, "It keeps every rule of the policy."),
)


@dataclass(frozen=True)
class ProvenEntry:
    """The raw bytes of a ledger entry and its tlog-proof."""

    entry: bytes
    proof: str


@dataclass(frozen=True)
class RequestRecord:
    """An approved request as a bundle and a package carry it.

    `entries` holds, in any order: policy-published, key-enrolled of the officer and of each voter,
    request-submitted, each vote-cast, request-approved; all proofs are under one checkpoint.
    """

    request: Envelope
    votes: tuple[Envelope, ...]
    policy: bytes
    entries: tuple[ProvenEntry, ...]

    @property
    def statement_sha256(self) -> str:
        return sha256_hex(self.request.payload)

    def to_json(self) -> dict[str, Any]:
        return {
            "request": self.request.to_json(),
            "votes": [vote.to_json() for vote in self.votes],
            "policy": canonical.to_base64(self.policy),
            "entries": [{"entry": canonical.to_base64(e.entry), "proof": e.proof} for e in self.entries],
        }

    @classmethod
    def from_json(cls, value: Any) -> RequestRecord:
        try:
            return cls(
                request=Envelope.from_json(value["request"]),
                votes=tuple(Envelope.from_json(vote) for vote in value["votes"]),
                policy=canonical.from_base64(value["policy"]),
                entries=tuple(
                    ProvenEntry(canonical.from_base64(e["entry"]), str(e["proof"])) for e in value["entries"]
                ),
            )
        except (KeyError, TypeError) as e:
            raise BadRecord from e


def verify_record(record: RequestRecord, *, verifier: Verifier, origin: str, now: datetime) -> Request:
    """The request, once every step holds; otherwise the step's error.

    For a package, `now` is when the disclosure was made.
    """
    checking = _check(record, verifier, origin, now)
    while True:
        try:
            next(checking)
        except StopIteration as done:
            request: Request = done.value
            return request


def check_record(record: RequestRecord, *, verifier: Verifier, origin: str, now: datetime) -> Iterator[Step]:
    """Each step as soon as it holds; ends with the error of the first that does not."""
    yield from _check(record, verifier, origin, now)


@dataclass(frozen=True)
class _Found(Generic[E]):
    """A proven ledger entry and where in the log it stands."""

    index: int
    entry: E


@dataclass(frozen=True)
class _Ballot:
    """A vote, the reviewer's key in the log, and the vote's own entry."""

    vote: Vote
    key: _Found[entries.KeyEnrolled]
    cast: _Found[entries.VoteCast]


Log = list[_Found[entries.Entry]]


def _check(
    record: RequestRecord, verifier: Verifier, origin: str, now: datetime
) -> Generator[Step, None, Request]:
    steps = iter(STEPS)
    request = _read_statement(record.request)
    yield next(steps)
    _check_network(request, verifier, origin)
    yield next(steps)
    proofs, checkpoint = _read_proofs(record.entries, verifier)
    yield next(steps)
    log = _look_up(record.entries, proofs, checkpoint)
    yield next(steps)
    officer = _find_officer(request, record.request.keyid, log)
    yield next(steps)
    _check_signature(record.request, officer.entry)
    yield next(steps)
    submitted = _find_submission(request, record.statement_sha256, log)
    yield next(steps)
    policy, published = _read_policy(record.policy, request, log)
    yield next(steps)
    ballots = [_read_ballot(vote, policy, log) for vote in record.votes]
    _check_ballots(ballots, request, record.statement_sha256, officer.entry)
    yield next(steps)
    in_favour = [ballot for ballot in ballots if ballot.vote.verdict == "for"]
    _check_quorum(len(in_favour), request, policy)
    yield next(steps)
    approved = _find_approval(request, record.statement_sha256, log)
    yield next(steps)
    _check_order(officer.index, published.index, submitted.index, in_favour, approved.index)
    yield next(steps)
    if now >= request.expires_at:
        raise RequestExpired(f"the request could be answered until {request.expires_at:%Y-%m-%d %H:%M} UTC")
    yield next(steps)
    if broken := rules.judge(request, policy, now=now):
        raise RulesBroken("; ".join(f"{b.rule}: {b.what}" for b in broken), broken=broken)
    yield next(steps)
    return request


def _read_statement(envelope: Envelope) -> Request:
    try:
        return peek_request(envelope)
    except BadInput as e:
        raise StatementUnreadable(e.message) from e


def _check_network(request: Request, verifier: Verifier, origin: str) -> None:
    if verifier.name != origin:
        raise OtherNetwork(f"the log key is of {verifier.name!r}, not of {origin!r}")
    if request.network != origin:
        raise OtherNetwork(f"the request was made on {request.network[:80]!r}, not on {origin!r}")


def _read_proofs(proven: tuple[ProvenEntry, ...], verifier: Verifier) -> tuple[list[Proof], Checkpoint]:
    """The proofs and the one checkpoint they are all under, once its signature holds."""
    try:
        proofs = [Proof.decode(e.proof) for e in proven]
        texts = {proof.checkpoint_text for proof in proofs}
        if len(texts) != 1:
            raise CheckpointForged(f"the proofs must be under one checkpoint; these are under {len(texts)}")
        return proofs, open_checkpoint(texts.pop(), verifier)
    except (BadProof, BadNote, NoteUnsigned, NoteForged, BadCheckpoint, WrongOrigin) as e:
        raise CheckpointForged(e.message) from e


def _look_up(proven: tuple[ProvenEntry, ...], proofs: list[Proof], checkpoint: Checkpoint) -> Log:
    log: Log = []
    for item, proof in zip(proven, proofs, strict=True):
        try:
            leaf = leaf_hash(item.entry)
            verify_inclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
            log.append(_Found(proof.index, entries.decode(item.entry)))
        except (BadInclusion, BadInput) as e:
            raise NotInLog(f"entry {proof.index}: {e.message}") from e
    return log


def _find_officer(request: Request, keyid: str, log: Log) -> _Found[entries.KeyEnrolled]:
    found = _find_key(keyid, log)
    if found is None:
        raise UnknownOfficerKey
    key = found.entry
    if (key.role, key.holder, key.agency) != ("officer", request.officer, request.agency):
        raise UnknownOfficerKey(
            f"the log has this key for the {key.role} {key.holder!r} of agency {key.agency!r}, "
            f"not for the officer {request.officer!r} of {request.agency!r}"
        )
    return found


def _check_signature(envelope: Envelope, key: entries.KeyEnrolled) -> None:
    try:
        read_request(envelope, VerifyKey.from_text(key.public_key))
    except BadSignature as e:
        raise StatementForged from e


def _find_submission(request: Request, statement_sha256: str, log: Log) -> _Found[entries.RequestSubmitted]:
    for found in _of_kind(entries.RequestSubmitted, log):
        if found.entry.request == request.id:
            expected = submission_of(request, statement_sha256, at=found.entry.at)
            if differing := _differences(found.entry, expected):
                raise SubmissionDiffers(f"the log and the request differ in {', '.join(differing)}")
            return found
    raise SubmissionDiffers("the log entry of the request's submission is missing")


def submission_of(request: Request, statement_sha256: str, *, at: str) -> entries.RequestSubmitted:
    """What the log says of a request when it is submitted."""
    return entries.RequestSubmitted(
        at=at,
        request=request.id,
        agency=request.agency,
        officer=request.officer,
        offence=request.offence,
        cells=sorted(request.coarse_cells),
        policy_sha256=request.policy.sha256,
        case_commitment=request.case_commitment,
        recipient=request.recipient,
        statement_sha256=statement_sha256,
    )


def _read_policy(data: bytes, request: Request, log: Log) -> tuple[Policy, _Found[entries.PolicyPublished]]:
    if sha256_hex(data) != request.policy.sha256:
        raise WrongPolicy("the policy that came along is not the one that the request names")
    for found in _of_kind(entries.PolicyPublished, log):
        published = found.entry
        if (
            PolicyName(id=published.policy, version=published.version, sha256=published.sha256)
            == request.policy
        ):
            break
    else:
        raise WrongPolicy("the policy that the request names was never published in the log")
    try:
        policy = load_policy(data)
    except BadInput as e:
        raise WrongPolicy(e.message) from e
    if policy.name != request.policy:
        raise WrongPolicy("the policy file calls itself otherwise than the request calls it")
    return policy, found


def _read_ballot(envelope: Envelope, policy: Policy, log: Log) -> _Ballot:
    key = _find_key(envelope.keyid, log)
    if key is None or key.entry.role != "reviewer":
        raise VoteRefused("a vote is signed by a key that the log does not have for a reviewer")
    try:
        vote = read_vote(envelope, VerifyKey.from_text(key.entry.public_key))
    except (BadInput, BadSignature) as e:
        raise VoteRefused(f"a vote: {e.message}") from e
    if vote.reviewer != key.entry.holder:
        raise VoteRefused(f"the vote of {vote.reviewer!r} is signed with the key of {key.entry.holder!r}")
    if vote.reason not in policy.reasons[vote.verdict]:
        raise VoteRefused(f"the policy has no reason {vote.reason!r} to vote {vote.verdict}")
    for cast in _of_kind(entries.VoteCast, log):
        if cast.entry == vote_entry_of(vote, sha256_hex(envelope.payload), at=cast.entry.at):
            return _Ballot(vote, key, cast)
    raise VoteRefused(f"the vote of {vote.reviewer!r} is not in the log as it was signed")


def vote_entry_of(vote: Vote, vote_sha256: str, *, at: str) -> entries.VoteCast:
    """What the log says of a vote."""
    return entries.VoteCast(
        at=at,
        request=vote.request,
        reviewer=vote.reviewer,
        verdict=vote.verdict,
        reason=vote.reason,
        vote_sha256=vote_sha256,
    )


def _check_ballots(
    ballots: list[_Ballot], request: Request, statement_sha256: str, officer: entries.KeyEnrolled
) -> None:
    voters = {officer.holder}
    keys = {officer.public_key}
    for ballot in ballots:
        vote = ballot.vote
        if (vote.request, vote.statement_sha256) != (request.id, statement_sha256):
            raise VoteRefused(f"the vote of {vote.reviewer!r} is about another statement")
        if vote.reviewer in voters or ballot.key.entry.public_key in keys:
            raise VoteRefused(f"{vote.reviewer!r} votes twice, or on a request of their own")
        voters.add(vote.reviewer)
        keys.add(ballot.key.entry.public_key)


def _check_quorum(in_favour: int, request: Request, policy: Policy) -> None:
    needed = rules.votes_needed(request, policy)
    if in_favour < needed:
        raise NoQuorum(f"{in_favour} reviewers are for this request; {needed} are needed")


def _find_approval(request: Request, statement_sha256: str, log: Log) -> _Found[entries.RequestApproved]:
    for found in _of_kind(entries.RequestApproved, log):
        if (found.entry.request, found.entry.statement_sha256) == (request.id, statement_sha256):
            return found
    raise NotApproved


def _check_order(
    officer: int, published: int, submitted: int, in_favour: list[_Ballot], approved: int
) -> None:
    if not max(officer, published) < submitted:
        raise OutOfOrder("the request was submitted before its officer's key or its policy was in the log")
    for ballot in in_favour:
        if not ballot.key.index < ballot.cast.index:
            raise OutOfOrder(f"{ballot.vote.reviewer!r} voted before their key was in the log")
        if not submitted < ballot.cast.index < approved:
            raise OutOfOrder(f"{ballot.vote.reviewer!r} did not vote between submission and approval")


def _of_kind(kind: type[E], log: Log) -> Iterator[_Found[E]]:
    for found in log:
        if isinstance(found.entry, kind):
            yield _Found(found.index, found.entry)


def _find_key(keyid: str, log: Log) -> _Found[entries.KeyEnrolled] | None:
    """The latest enrolment of this key."""
    enrolled = [found for found in _of_kind(entries.KeyEnrolled, log) if _fingerprint(found.entry) == keyid]
    return max(enrolled, key=lambda found: found.index, default=None)


def _fingerprint(key: entries.KeyEnrolled) -> str | None:
    try:
        return VerifyKey.from_text(key.public_key).fingerprint
    except BadInput:
        return None


def _differences(one: entries.Entry, other: entries.Entry) -> list[str]:
    a, b = asdict(one), asdict(other)
    return [name for name in a if a[name] != b[name]]
