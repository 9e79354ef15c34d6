"""What the public log says: kinds of entry and their canonical bytes.

An entry is canonical JSON (RFC 8785) with `kind`, `v` and the kind's fields. It holds closed codes,
pseudonyms, keys and commitments; never free text, a person's name or the bare hash of a clip. Fields are
only ever added.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar

from latchstring.base import canonical
from latchstring.base.errors import BadInput

_TYPES = {"str": str, "int": int, "list[str]": list}
MAX_ENTRY_BYTES = 65_535
"""C2SP tlog-tiles: an entry's length is a uint16."""


class BadEntry(BadInput):
    """This is not an entry of the ledger."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Anything entered. `at` is RFC 3339 in UTC, to the second."""

    kind: ClassVar[str]
    at: str

    def encode(self) -> bytes:
        return canonical.encode({"kind": self.kind, "v": 1, **asdict(self)})


@dataclass(frozen=True, kw_only=True)
class PolicyPublished(Entry):
    """A policy file is in force from now on; `sha256` is over the file's bytes."""

    kind: ClassVar[str] = "policy-published"
    policy: str
    version: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class AgencyEnrolled(Entry):
    """An agency may ask. `agency` is its public short name, `agency_type` a code of the policy."""

    kind: ClassVar[str] = "agency-enrolled"
    agency: str
    agency_type: str


@dataclass(frozen=True, kw_only=True)
class KeyEnrolled(Entry):
    """A person's signing key. `holder` is a stable pseudonym; `agency` is empty for reviewers."""

    kind: ClassVar[str] = "key-enrolled"
    holder: str
    role: str  # officer | reviewer
    agency: str
    public_key: str  # base64 of 32 bytes, Ed25519


@dataclass(frozen=True, kw_only=True)
class RequestSubmitted(Entry):
    """An officer asked. The statement itself is published only when it is approved."""

    kind: ClassVar[str] = "request-submitted"
    request: str
    agency: str
    officer: str
    offence: str
    cells: list[str]  # coarse, resolution 6
    policy_sha256: str
    case_commitment: str
    recipient: str  # age recipient of the case key
    statement_sha256: str


@dataclass(frozen=True, kw_only=True)
class VoteCast(Entry):
    """A reviewer decided, for a reason from the closed list."""

    kind: ClassVar[str] = "vote-cast"
    request: str
    reviewer: str
    verdict: str  # for | against
    reason: str
    vote_sha256: str


@dataclass(frozen=True, kw_only=True)
class RequestApproved(Entry):
    kind: ClassVar[str] = "request-approved"
    request: str
    statement_sha256: str


@dataclass(frozen=True, kw_only=True)
class RequestRejected(Entry):
    kind: ClassVar[str] = "request-rejected"
    request: str
    statement_sha256: str


@dataclass(frozen=True, kw_only=True)
class RequestExpired(Entry):
    """Nobody can answer it any more. How many did is not said."""

    kind: ClassVar[str] = "request-expired"
    request: str


@dataclass(frozen=True, kw_only=True)
class DisclosureMade(Entry):
    """Somebody shared. Both values are commitments: the documents they hash each hold 32 random bytes."""

    kind: ClassVar[str] = "disclosure-made"
    request: str
    disclosure_sha256: str
    receipt_sha256: str


@dataclass(frozen=True, kw_only=True)
class DisclosureOpened(Entry):
    kind: ClassVar[str] = "disclosure-opened"
    request: str
    disclosure_sha256: str
    officer: str
    opening_sha256: str


@dataclass(frozen=True, kw_only=True)
class OutcomeEntered(Entry):
    kind: ClassVar[str] = "outcome-entered"
    request: str
    officer: str
    outcome: str  # used | not-used | charged | deleted
    outcome_sha256: str


@dataclass(frozen=True, kw_only=True)
class MapReleased(Entry):
    """An agency was given the map that residents see. `map_sha256` is over its published bytes."""

    kind: ClassVar[str] = "map-released"
    release: str
    agency: str
    officer: str
    cells: list[str]  # coarse, resolution 6
    purpose: str
    expires_on: str  # the last day of use
    epsilon_thousandths: int
    events: str  # a bucket
    map_sha256: str


@dataclass(frozen=True, kw_only=True)
class MapRefused(Entry):
    """The gate did not give an agency a map, for these rules."""

    kind: ClassVar[str] = "map-refused"
    release: str
    agency: str
    officer: str
    cells: list[str]
    map_sha256: str
    reasons: list[str]


@dataclass(frozen=True, kw_only=True)
class MapExpired(Entry):
    """The last day of a release has passed; the agency may not use the map any more."""

    kind: ClassVar[str] = "map-expired"
    release: str
    agency: str


@dataclass(frozen=True, kw_only=True)
class PlanLocked(Entry):
    """The plan of an impact study stands; `plan_sha256` is over the plan's canonical JSON."""

    kind: ClassVar[str] = "plan-locked"
    study: str
    holder: str
    plan_sha256: str
    readable_on: str  # the first day on which outcomes may be read


@dataclass(frozen=True, kw_only=True)
class StudyRead(Entry):
    """The outcome of a locked plan was read, once; `result_sha256` is over the published result's bytes."""

    kind: ClassVar[str] = "study-read"
    study: str
    holder: str
    plan_sha256: str
    result_sha256: str
    finding: str  # cannot-tell | fewer | more


KINDS: dict[str, type[Entry]] = {
    k.kind: k
    for k in (
        PolicyPublished, AgencyEnrolled, KeyEnrolled, RequestSubmitted, VoteCast, RequestApproved,
        RequestRejected, RequestExpired, DisclosureMade, DisclosureOpened, OutcomeEntered,
        MapReleased, MapRefused, MapExpired, PlanLocked, StudyRead,
    )
}  # fmt: skip


def decode(data: bytes) -> Entry:
    """Read an entry; bytes that are not canonical are refused, fields of a later version left out."""
    value: dict[str, Any] = canonical.decode(data)
    if canonical.encode(value) != data:
        raise BadEntry("the entry is not canonical JSON")
    kind = KINDS.get(str(value.pop("kind", None)))
    if kind is None or value.pop("v", None) != 1:
        raise BadEntry
    for field in fields(kind):
        if type(value.get(field.name)) is not _TYPES[str(field.type)]:
            raise BadEntry(f"the entry lacks the field {field.name!r}, or it is of another type")
    return kind(**{field.name: value[field.name] for field in fields(kind)})
