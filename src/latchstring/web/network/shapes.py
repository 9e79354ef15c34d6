"""What the API takes and gives: the OpenAPI document is made from these."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from latchstring.base import canonical
from latchstring.base.signing import Envelope


class Shape(BaseModel):
    """Unknown fields are refused, so that a typing error is not silently passed over."""

    model_config = ConfigDict(extra="forbid")


class SignatureShape(Shape):
    keyid: str
    sig: str


class EnvelopeShape(Shape):
    """A DSSE envelope with one signature."""

    payload: str
    payloadType: str  # noqa: N815 (DSSE spells it so)
    signatures: list[SignatureShape]

    def read(self) -> Envelope:
        return Envelope.from_json(self.model_dump())

    @classmethod
    def of(cls, envelope: Envelope) -> EnvelopeShape:
        return cls.model_validate(envelope.to_json())


class Done(Shape):
    """It is done."""

    ok: Literal[True] = True


class SignIn(Shape):
    name: str = Field(max_length=200)
    password: str = Field(max_length=200)


class PasswordChange(Shape):
    old: str = Field(max_length=200)
    new: str = Field(max_length=200)


class KeyToEnrol(Shape):
    public_key: str = Field(max_length=100, description="base64 of 32 bytes, Ed25519")


class AccountShape(Shape):
    id: str
    name: str
    role: Literal["operator", "officer", "reviewer"]
    agency: str | None
    holder: str
    key_enrolled: bool
    must_change_password: bool


class SessionShape(Shape):
    account: AccountShape
    csrf: str


class NewAccount(Shape):
    name: str
    role: Literal["operator", "officer", "reviewer"]
    agency: str | None = None


class MadeAccount(Shape):
    account: AccountShape
    password: str = Field(description="one-time; shown now and never again")


class Reset(Shape):
    key: bool = Field(False, description="whether a new signing key may be enrolled")


class OneTimePassword(Shape):
    password: str


class AgencyShape(Shape):
    agency: str
    title: str
    agency_type: str


class PlaceShape(Shape):
    cell: str
    dwellings: int


class PlacesShape(Shape):
    places: list[PlaceShape]


class Imported(Shape):
    cells: int


class NetworkShape(Shape):
    origin: str
    vkey: str
    title: str
    coarse_resolution: int


class PolicyShape(Shape):
    id: str
    version: int
    sha256: str
    text: str
    limits: dict[str, float]
    offences: dict[str, int]
    allowed_offences: list[str]
    templates: dict[str, str]
    reasons: dict[str, list[str]]
    outcomes: list[str]


class DraftToCheck(Shape):
    draft: dict[str, Any]


class BrokenRuleShape(Shape):
    rule: str
    what: str
    mend: str


class CheckedShape(Shape):
    broken: list[BrokenRuleShape]
    wide: bool
    votes_needed: int
    square_miles: float | None
    audience_bucket: str | None


class Prepared(Shape):
    statement: str = Field(description="canonical JSON: sign exactly these bytes")
    payload_type: str
    statement_sha256: str


class Signed(Shape):
    envelope: EnvelopeShape


class VoteShape(Shape):
    reviewer: str
    verdict: str
    reason: str
    at: datetime


class Happened(Shape):
    """A line of a request's story. `index` is its place in the log, null for a moment after it happened."""

    index: int | None
    entry: dict[str, Any]


class RequestSummary(Shape):
    id: str
    agency: str
    officer: str
    case_reference: str
    offence: str
    state: Literal["pending", "approved", "rejected", "expired"]
    wide: bool
    votes_needed: int
    audience_bucket: str
    created_at: datetime
    expires_at: datetime
    disclosures: int = 0


class RequestDetail(RequestSummary):
    statement: dict[str, Any]
    statement_sha256: str
    envelope: EnvelopeShape
    votes: list[VoteShape]
    timeline: list[Happened]


class ReviewItem(RequestDetail):
    broken: list[BrokenRuleShape] = Field(description="the rules judged again, now; should be empty")
    my_vote: VoteShape | None
    reviewers: int


IncidentKind = Literal[
    "parcel-theft", "break-in", "vehicle-theft", "theft-from-vehicle", "bicycle-theft", "vandalism"
]


class IncidentReport(Shape):
    kind: IncidentKind
    day: date
    cell: str = Field(max_length=20, description="H3, resolution 9: nothing finer is taken")
    household: str = Field(
        min_length=16,
        max_length=64,
        pattern="^[0-9a-zA-Z_-]*$",
        description="random, made by the browser and kept there, so that nobody counts twice; never shown",
    )


class WaitingReport(Shape):
    id: int
    kind: IncidentKind
    day: date
    cell: str


class LookedAt(Shape):
    ids: list[int] = Field(max_length=1000)
    count: bool = Field(description="true: they count from now on; false: they are dropped")


class Changed(Shape):
    reports: int


class TakenInShape(Shape):
    new: int
    known: int
    without_homes: int


class GroundShape(Shape):
    cell: str = Field(description="H3, resolution 6")
    dwellings: int
    incidents: int
    left_thousandths: int = Field(description="of the privacy budget of this year")


class MapPlan(Shape):
    area: list[str] = Field(min_length=1, max_length=7)
    resolution: Literal[8, 9] = 9
    start: date
    end: date
    kinds: list[IncidentKind] = Field(min_length=1)
    epsilon_thousandths: Literal[250, 500, 1000] = 1000
    reported_low: float = Field(0.2, gt=0, le=1)
    reported_high: float = Field(0.8, gt=0, le=1)


class MapSummary(Shape):
    sha256: str
    published_at: datetime
    area: list[str]
    start: date
    end: date
    kinds: list[str]
    resolution: int
    enough: bool
    events: int


class MapWish(Shape):
    map_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    purpose: str = Field(max_length=40)
    expires_on: date


class ReleaseShape(Shape):
    id: str
    agency: str
    map_sha256: str
    purpose: str = Field(description="empty where it was none of the list")
    asked_at: datetime
    expires_on: date
    reasons: list[str] = Field(description="the gate's rules that stood against it; none: the map was given")
    over: bool


class GateAnswer(Shape):
    granted: bool
    release: ReleaseShape
    reasons: list[BrokenRuleShape]


class LogEntry(Shape):
    index: int
    entry: dict[str, Any]
    raw: str = Field(description="base64 of the entry's bytes")


class LogPage(Shape):
    size: int
    checkpoint: str
    entries: list[LogEntry]


class Health(Shape):
    ok: Literal[True] = True
    log_size: int


def happened(index: int | None, body: bytes) -> Happened:
    return Happened(index=index, entry=canonical.decode(body))
