"""What the API takes and gives: the OpenAPI document is made from these."""

from __future__ import annotations

from datetime import datetime
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
