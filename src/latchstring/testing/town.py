"""A network in memory, with an officer and three reviewers, whose requests hold every check."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from latchstring.base import canonical, ids
from latchstring.base.geo import FINE_RESOLUTION, Area, Point
from latchstring.base.ids import RequestId
from latchstring.base.signing import Envelope, SigningKey
from latchstring.base.time import TimeRange, to_text
from latchstring.ledger import log, proofs
from latchstring.ledger.checkpoint import Checkpoint
from latchstring.ledger.entry import (
    AgencyEnrolled,
    Entry,
    KeyEnrolled,
    PolicyPublished,
    RequestApproved,
)
from latchstring.ledger.note import Signer
from latchstring.protocol import policy as policies
from latchstring.protocol.bundle import Bundle
from latchstring.protocol.record import ProvenEntry, RequestRecord, submission_of, vote_entry_of
from latchstring.protocol.rules import render
from latchstring.protocol.statements import Request, Vote, sign_request, sign_vote
from latchstring.testing.storage import MemoryStorage

ORIGIN = "latchstring.test/ledger"
NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
MIDDLE = Point(51.5, -0.12)
RECIPIENT = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
REVIEWERS = ("reviewer-a", "reviewer-b", "reviewer-c")


def square(middle: Point = MIDDLE, side_degrees: float = 0.004) -> Area:
    """An area around `middle`; the standing one has about 0.05 square miles at 51.5 degrees."""
    half = side_degrees / 2
    corners = [(-1, -1), (-1, 1), (1, 1), (1, -1)]
    return Area(tuple(Point(middle.latitude + a * half, middle.longitude + b * half) for a, b in corners))


def key(name: str) -> SigningKey:
    """The signing key that `name` has in every test."""
    return SigningKey(canonical.sha256(name.encode()))


class Town:
    """One network. What it enters and signs is real; only the place where it is kept is memory."""

    def __init__(self, origin: str = ORIGIN, *, policy: bytes | None = None) -> None:
        self.origin = origin
        self.signer = Signer(origin, key(f"log of {origin}"))
        self.storage = MemoryStorage()
        self.checkpoint = Checkpoint.empty(origin)
        self.policy_bytes = policies.policy_bytes() if policy is None else policy
        self.policy = policies.load_policy(self.policy_bytes)
        self.entries: list[bytes] = []
        self.enter(
            PolicyPublished(
                at=to_text(NOW), policy=self.policy.id, version=self.policy.version, sha256=self.policy.sha256
            ),
            AgencyEnrolled(at=to_text(NOW), agency="riverside-police", agency_type="local-police"),
            self.enrolment("officer-7", "officer", "riverside-police"),
            *(self.enrolment(reviewer, "reviewer", "") for reviewer in REVIEWERS),
        )

    def enrolment(self, holder: str, role: str, agency: str) -> KeyEnrolled:
        public_key = key(holder).verify_key.to_text()
        return KeyEnrolled(at=to_text(NOW), holder=holder, role=role, agency=agency, public_key=public_key)

    def enter(self, *entries: Entry) -> None:
        """Add entries to the log and publish the new checkpoint."""
        raw = [entry.encode() for entry in entries]
        self.checkpoint = log.integrate(self.storage, old=self.checkpoint, entries=raw)
        self.checkpoint_text = log.publish(self.storage, self.checkpoint, self.signer)
        self.entries += raw

    def request(self, **changes: Any) -> Request:
        """A request that keeps every rule, with `changes`; its text fits the changed fields."""
        request = Request(
            id=RequestId(ids.new("rq")),
            network=self.origin,
            agency="riverside-police",
            officer="officer-7",
            case_commitment=canonical.commitment(bytes(32), b"RP-2026-1187"),
            post_number=1,
            offence="burglary",
            incident_cell=MIDDLE.cell(FINE_RESOLUTION),
            area=square(),
            window=TimeRange(NOW - timedelta(hours=38), NOW - timedelta(hours=36)),
            template="footage",
            text="",
            recipient=RECIPIENT,
            policy=self.policy.name,
            created_at=NOW,
            expires_at=NOW + timedelta(days=6),
        )
        request = replace(request, **changes)
        if not request.text and request.template in self.policy.templates:
            text = render(request.template, request.offence, request.window, self.policy)
            request = replace(request, text=text)
        return request

    def vote(self, request: Envelope, reviewer: str, **changes: Any) -> Envelope:
        """A reviewer's signed vote for a signed request, with `changes`."""
        vote = Vote(
            request=RequestId(canonical.decode(request.payload)["id"]),
            statement_sha256=canonical.sha256_hex(request.payload),
            reviewer=reviewer,
            verdict="for",
            reason="within-the-rules",
            at=NOW + timedelta(minutes=5),
        )
        return sign_vote(replace(vote, **changes), key(reviewer))

    def approve(self, request: Request, voters: tuple[str, ...] = REVIEWERS[:2]) -> RequestRecord:
        """Sign, submit, vote and approve; the record is proven under the log's present checkpoint."""
        envelope = sign_request(request, key(request.officer))
        votes = tuple(self.vote(envelope, voter) for voter in voters)
        self.enter_request(request, envelope, votes)
        return self.record(envelope, votes)

    def enter_request(self, request: Request, envelope: Envelope, votes: tuple[Envelope, ...]) -> None:
        statement_sha256 = canonical.sha256_hex(envelope.payload)
        self.enter(submission_of(request, statement_sha256, at=to_text(NOW)))
        for vote in votes:
            said = Vote.from_json(canonical.decode(vote.payload))
            self.enter(vote_entry_of(said, canonical.sha256_hex(vote.payload), at=to_text(NOW)))
        self.enter(RequestApproved(at=to_text(NOW), request=request.id, statement_sha256=statement_sha256))

    def record(self, envelope: Envelope, votes: tuple[Envelope, ...]) -> RequestRecord:
        """The record of an entered request: with every entry of the log but those of other requests."""
        request_id = canonical.decode(envelope.payload)["id"]
        needed = [
            i
            for i, raw in enumerate(self.entries)
            if canonical.decode(raw).get("request", request_id) == request_id
        ]
        return RequestRecord(
            request=envelope,
            votes=votes,
            policy=self.policy_bytes,
            entries=tuple(ProvenEntry(self.entries[i], self.proof(i)) for i in needed),
        )

    def proof(self, index: int) -> str:
        size = self.checkpoint.size
        return proofs.prove_inclusion(self.storage, index, self.checkpoint_text, size).encode()

    def bundle(self, *records: RequestRecord, **changes: Any) -> Bundle:
        """A bundle for the cell around `MIDDLE`, issued now and good for a day, with `changes`."""
        bundle = Bundle(
            origin=self.origin,
            cell=MIDDLE.cell(6),
            issued_at=NOW,
            expires_at=NOW + timedelta(hours=24),
            checkpoint=self.checkpoint_text,
            records=records,
        )
        return replace(bundle, **changes)
