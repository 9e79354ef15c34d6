"""Whole, valid packages on paper: a ledger in memory, an officer, three reviewers and a home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from latchstring.base import canonical, ids
from latchstring.base.geo import FINE_RESOLUTION, Area, Point
from latchstring.base.ids import RequestId
from latchstring.base.signing import Envelope, SigningKey
from latchstring.base.time import TimeRange, to_text
from latchstring.ledger import log
from latchstring.ledger.checkpoint import Checkpoint, sign_checkpoint
from latchstring.ledger.entry import (
    AgencyEnrolled,
    DisclosureMade,
    Entry,
    KeyEnrolled,
    PolicyPublished,
    RequestApproved,
)
from latchstring.ledger.merkle import EMPTY_ROOT
from latchstring.ledger.note import Signer
from latchstring.ledger.proofs import prove_inclusion
from latchstring.protocol import policy as policies
from latchstring.protocol import rules
from latchstring.protocol.record import ProvenEntry, submission_of, vote_entry_of
from latchstring.protocol.statements import Request, Vote, sign_request, sign_vote
from latchstring.sealing.acquisition import ClipFacts, ClockState
from latchstring.sealing.bag import chunks_of
from latchstring.sealing.keys import CaseKey
from latchstring.sealing.outer import OuterParts, write_outer_bag
from latchstring.sealing.seal import Asked, ClipToSeal, Sealed, seal_disclosure
from latchstring.testing.storage import MemoryStorage

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
ORIGIN = "latchstring.test/ledger"
WINDOW = TimeRange(NOW - timedelta(hours=18), NOW - timedelta(hours=16))
STREETS = Area(
    (Point(52.0000, 4.3000), Point(52.0000, 4.3053), Point(52.0032, 4.3053), Point(52.0032, 4.3000))
)
FACTS = ClipFacts(
    codec="avc1.64001f",
    width=1280,
    height=720,
    nominal_frames_per_second=25.0,
    measured_frames_per_second=24.98,
    gaps=(),
    gop_sha256=("ab" * 32, "cd" * 32),
    clock=ClockState(source="system clock"),
)


class PaperLedger:
    """A ledger in memory, signed anew after each entry."""

    def __init__(self, origin: str, key: SigningKey) -> None:
        self.storage = MemoryStorage()
        self.signer = Signer(origin, key)
        self.checkpoint = Checkpoint(origin, 0, EMPTY_ROOT)
        self.entries: list[bytes] = []

    def enter(self, entry: Entry) -> int:
        """The entry's index."""
        self.entries.append(entry.encode())
        self.checkpoint = log.integrate(self.storage, old=self.checkpoint, entries=self.entries[-1:])
        log.publish(self.storage, self.checkpoint, self.signer)
        return self.checkpoint.size - 1

    def prove(self, index: int) -> ProvenEntry:
        """The entry under the newest checkpoint."""
        text = sign_checkpoint(self.checkpoint, self.signer)
        proof = prove_inclusion(self.storage, index, text, self.checkpoint.size)
        return ProvenEntry(self.entries[index], proof.encode())


@dataclass(frozen=True, kw_only=True)
class Approved:
    """A request that reviewers approved, and where in the log it and what it rests on stand."""

    request: Request
    statement: Envelope
    votes: tuple[Envelope, ...]
    case_key: CaseKey
    indexes: tuple[int, ...]

    @property
    def asked(self) -> Asked:
        return Asked(
            request=self.request.id,
            network=self.request.network,
            agency=self.request.agency,
            statement_sha256=canonical.sha256_hex(self.statement.payload),
            policy_sha256=self.request.policy.sha256,
            recipient=self.request.recipient,
            expires_at=self.request.expires_at,
        )


@dataclass(kw_only=True)
class PaperNetwork:
    """A network without processes: what stands in its ledger is what a real one would enter."""

    origin: str = ORIGIN
    agency: str = "north-district"
    at: datetime = NOW - timedelta(days=30)
    ledger_key: SigningKey = field(default_factory=SigningKey.generate)
    officer_key: SigningKey = field(default_factory=SigningKey.generate)
    reviewer_keys: tuple[SigningKey, ...] = field(
        default_factory=lambda: tuple(SigningKey.generate() for _ in range(3))
    )

    def __post_init__(self) -> None:
        self.ledger = PaperLedger(self.origin, self.ledger_key)
        self.policy = policies.policy_bytes()
        name, at = policies.current().name, to_text(self.at)
        self._set_up = [
            self.ledger.enter(
                PolicyPublished(at=at, policy=name.id, version=name.version, sha256=name.sha256)
            ),
            self.ledger.enter(AgencyEnrolled(at=at, agency=self.agency, agency_type="police")),
            self.ledger.enter(self._enrolled("officer-1", "officer", self.agency, self.officer_key)),
            *(
                self.ledger.enter(self._enrolled(f"reviewer-{n}", "reviewer", "", key))
                for n, key in enumerate(self.reviewer_keys, 1)
            ),
        ]

    @property
    def vkey(self) -> str:
        return self.ledger.signer.vkey

    def approve(self, *, now: datetime = NOW, case_key: CaseKey | None = None, **changes: Any) -> Approved:
        """Ask, vote twice for it, approve: all of it half an hour to an hour before `now`."""
        case_key = case_key or CaseKey.generate()
        policy = policies.current()
        asked_at = now - timedelta(hours=1)
        window = changes.get("window", WINDOW)
        request = replace(
            Request(
                id=RequestId(ids.new("rq")),
                network=self.origin,
                agency=self.agency,
                officer="officer-1",
                case_commitment=canonical.commitment(bytes(32), b"case 1"),
                post_number=1,
                offence="burglary",
                incident_cell=Point(52.0016, 4.3026).cell(FINE_RESOLUTION),
                area=STREETS,
                window=window,
                template="footage",
                text=rules.render("footage", "burglary", window, policy),
                recipient=case_key.recipient,
                policy=policy.name,
                created_at=asked_at,
                expires_at=now + timedelta(days=3),
            ),
            **changes,
        )
        statement = sign_request(request, self.officer_key)
        sha256 = canonical.sha256_hex(statement.payload)
        indexes = [self.ledger.enter(submission_of(request, sha256, at=to_text(asked_at)))]
        votes = []
        for n, key in enumerate(self.reviewer_keys[:2], 1):
            vote = Vote(
                request=request.id,
                statement_sha256=sha256,
                reviewer=f"reviewer-{n}",
                verdict="for",
                reason="within-the-rules",
                at=asked_at + timedelta(minutes=10 * n),
            )
            votes.append(sign_vote(vote, key))
            cast = vote_entry_of(vote, canonical.sha256_hex(votes[-1].payload), at=to_text(vote.at))
            indexes.append(self.ledger.enter(cast))
        approved_at = to_text(asked_at + timedelta(minutes=30))
        indexes.append(
            self.ledger.enter(RequestApproved(at=approved_at, request=request.id, statement_sha256=sha256))
        )
        return Approved(
            request=request,
            statement=statement,
            votes=tuple(votes),
            case_key=case_key,
            indexes=tuple(indexes),
        )

    def disclose(self, approved: Approved, sealed: Sealed, *, at: datetime = NOW) -> OuterParts:
        """Enter the disclosure, believing everything; the parts that its package is made from."""
        index = self.ledger.enter(
            DisclosureMade(
                at=to_text(at),
                request=approved.request.id,
                disclosure_sha256=canonical.sha256_hex(sealed.disclosure.payload),
                receipt_sha256=canonical.sha256_hex(sealed.receipt.payload),
            )
        )
        indexes = [i for i in self._set_up if b'"agency-enrolled"' not in self.ledger.entries[i]]
        return OuterParts(
            disclosure=sealed.disclosure,
            receipt=sealed.receipt,
            device_key=sealed.device_key,
            request=approved.statement,
            votes=approved.votes,
            policy=self.policy,
            vkey=self.vkey,
            entries=[self.ledger.prove(i) for i in (*indexes, *approved.indexes, index)],
            sealed=lambda: chunks_of(sealed.path),
        )

    def _enrolled(self, holder: str, role: str, agency: str, key: SigningKey) -> KeyEnrolled:
        return KeyEnrolled(
            at=to_text(self.at),
            holder=holder,
            role=role,
            agency=agency,
            public_key=key.verify_key.to_text(),
        )


def clips_of(*contents: bytes, during: TimeRange | None = None) -> list[ClipToSeal]:
    """Clips with these bytes, one after the other, of one camera."""
    start = during.start if during else WINDOW.start + timedelta(minutes=20)
    return [
        ClipToSeal(
            camera="cam_porch",
            during=during or TimeRange(start + timedelta(minutes=n), start + timedelta(minutes=n + 1)),
            source=content,
            facts=FACTS,
        )
        for n, content in enumerate(contents)
    ]


@dataclass(frozen=True, kw_only=True)
class MadePackage:
    """A package as a folder, and everything that is needed to check, open and forge it."""

    folder: Path
    parts: OuterParts
    sealed: Sealed
    approved: Approved
    network: PaperNetwork
    device: SigningKey

    @property
    def vkey(self) -> str:
        return self.network.vkey

    @property
    def identity(self) -> str:
        return self.approved.case_key.identity


def make_package(
    folder: Path,
    *,
    clips: Sequence[ClipToSeal] | None = None,
    network: PaperNetwork | None = None,
    device: SigningKey | None = None,
    approved: Approved | None = None,
    now: datetime = NOW,
) -> MadePackage:
    """Ask, approve, agree, seal, disclose: package in `folder`/package, home's side in /sealed."""
    network = network or PaperNetwork()
    device = device or SigningKey.generate()
    approved = approved or network.approve()
    sealed = seal_disclosure(
        clips if clips is not None else clips_of(b"first clip" * 5000, b"second clip" * 3000),
        asked=approved.asked,
        device=device,
        agreed_at=now - timedelta(minutes=5),
        now=now,
        folder=folder / "sealed",
    )
    parts = network.disclose(approved, sealed)
    write_outer_bag(parts, folder / "package")
    return MadePackage(
        folder=folder / "package",
        parts=parts,
        sealed=sealed,
        approved=approved,
        network=network,
        device=device,
    )
