"""What people sign: a request, a vote, an opening, an outcome. Each travels in a DSSE envelope.

A statement is parsed from the signed bytes and never written again; unknown fields are refused, because a hub
must not act on what it does not understand.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from latchstring.base import canonical, geo, ids
from latchstring.base.errors import BadInput
from latchstring.base.geo import Area
from latchstring.base.ids import RequestId
from latchstring.base.signing import Envelope, SigningKey, VerifyKey, sign
from latchstring.base.time import TimeRange, from_text, to_text

REQUEST = "application/vnd.latchstring.request+json; v=1"
VOTE = "application/vnd.latchstring.vote+json; v=1"
OPENING = "application/vnd.latchstring.opening+json; v=1"
OUTCOME = "application/vnd.latchstring.outcome+json; v=1"

VERDICTS = ("for", "against")
OUTCOMES = ("used", "not-used", "charged", "deleted")

_HEX64 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")
_RECIPIENT = re.compile(r"age1[02-9ac-hj-np-z]{58}")
_CODE = re.compile(r"[a-z][a-z0-9-]{0,40}")
T = TypeVar("T")


class BadStatement(BadInput):
    """This is not a statement that this version understands."""


@dataclass(frozen=True, kw_only=True)
class PolicyName:
    """Which policy file a request is judged under; `sha256` is over the file's bytes."""

    id: str
    version: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Request:
    """An officer asks the owners in an area for footage of a time window."""

    id: RequestId
    network: str  # the ledger's origin
    agency: str
    officer: str  # pseudonym
    case_commitment: str  # canonical.commitment(salt, case reference)
    post_number: int  # the how-manieth request of this case, from 1
    offence: str
    incident_cell: str  # H3, resolution 9
    area: Area
    window: TimeRange
    template: str
    text: str
    recipient: str  # age recipient of the case key
    policy: PolicyName
    created_at: datetime
    expires_at: datetime

    @property
    def coarse_cells(self) -> frozenset[str]:
        """The bundles that carry it."""
        return self.area.cells(geo.COARSE_RESOLUTION)

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "network": self.network,
            "agency": self.agency,
            "officer": self.officer,
            "case_commitment": self.case_commitment,
            "post_number": self.post_number,
            "offence": self.offence,
            "incident_cell": self.incident_cell,
            "area": self.area.to_geojson(),
            "window": {"start": to_text(self.window.start), "end": to_text(self.window.end)},
            "template": self.template,
            "text": self.text,
            "recipient": self.recipient,
            "policy": {"id": self.policy.id, "version": self.policy.version, "sha256": self.policy.sha256},
            "created_at": to_text(self.created_at),
            "expires_at": to_text(self.expires_at),
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Request:
        window = _only(value.get("window"), {"start", "end"})
        policy = _only(value.get("policy"), {"id", "version", "sha256"})
        _only(value, {*_REQUEST_FIELDS})
        return cls(
            id=RequestId(ids.check("rq", _text(value, "id"))),
            network=_text(value, "network"),
            agency=_matching(_NAME, value, "agency"),
            officer=_matching(_NAME, value, "officer"),
            case_commitment=_matching(_HEX64, value, "case_commitment"),
            post_number=_whole(value, "post_number"),
            offence=_matching(_CODE, value, "offence"),
            incident_cell=geo.check_cell(_text(value, "incident_cell"), geo.FINE_RESOLUTION),
            area=Area.from_geojson(value["area"]),
            window=TimeRange(from_text(_text(window, "start")), from_text(_text(window, "end"))),
            template=_matching(_CODE, value, "template"),
            text=_text(value, "text"),
            recipient=_matching(_RECIPIENT, value, "recipient"),
            policy=PolicyName(
                id=_matching(_NAME, policy, "id"),
                version=_whole(policy, "version"),
                sha256=_matching(_HEX64, policy, "sha256"),
            ),
            created_at=from_text(_text(value, "created_at")),
            expires_at=from_text(_text(value, "expires_at")),
        )


_REQUEST_FIELDS = (
    "id", "network", "agency", "officer", "case_commitment", "post_number", "offence", "incident_cell",
    "area", "window", "template", "text", "recipient", "policy", "created_at", "expires_at",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Vote:
    """A reviewer is for or against one exact statement."""

    request: RequestId
    statement_sha256: str
    reviewer: str
    verdict: str
    reason: str
    at: datetime

    def to_json(self) -> dict[str, Any]:
        return {
            "request": self.request,
            "statement_sha256": self.statement_sha256,
            "reviewer": self.reviewer,
            "verdict": self.verdict,
            "reason": self.reason,
            "at": to_text(self.at),
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Vote:
        _only(value, {"request", "statement_sha256", "reviewer", "verdict", "reason", "at"})
        return cls(
            request=RequestId(ids.check("rq", _text(value, "request"))),
            statement_sha256=_matching(_HEX64, value, "statement_sha256"),
            reviewer=_matching(_NAME, value, "reviewer"),
            verdict=_one_of(VERDICTS, value, "verdict"),
            reason=_matching(_CODE, value, "reason"),
            at=from_text(_text(value, "at")),
        )


@dataclass(frozen=True, kw_only=True)
class Opening:
    """An officer has opened a disclosure."""

    request: RequestId
    disclosure_sha256: str
    officer: str
    at: datetime

    def to_json(self) -> dict[str, Any]:
        return {
            "request": self.request,
            "disclosure_sha256": self.disclosure_sha256,
            "officer": self.officer,
            "at": to_text(self.at),
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Opening:
        _only(value, {"request", "disclosure_sha256", "officer", "at"})
        return cls(
            request=RequestId(ids.check("rq", _text(value, "request"))),
            disclosure_sha256=_matching(_HEX64, value, "disclosure_sha256"),
            officer=_matching(_NAME, value, "officer"),
            at=from_text(_text(value, "at")),
        )


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of the footage."""

    request: RequestId
    officer: str
    outcome: str
    at: datetime

    def to_json(self) -> dict[str, Any]:
        return {
            "request": self.request,
            "officer": self.officer,
            "outcome": self.outcome,
            "at": to_text(self.at),
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Outcome:
        _only(value, {"request", "officer", "outcome", "at"})
        return cls(
            request=RequestId(ids.check("rq", _text(value, "request"))),
            officer=_matching(_NAME, value, "officer"),
            outcome=_one_of(OUTCOMES, value, "outcome"),
            at=from_text(_text(value, "at")),
        )


def check_recipient(text: str) -> str:
    """`text` itself when it has the form of an age recipient."""
    if not _RECIPIENT.fullmatch(text):
        raise BadStatement(f"{text[:70]!r} is not an age recipient")
    return text


def sign_request(request: Request, key: SigningKey) -> Envelope:
    return sign(canonical.encode(request.to_json()), REQUEST, key)


def sign_vote(vote: Vote, key: SigningKey) -> Envelope:
    return sign(canonical.encode(vote.to_json()), VOTE, key)


def sign_opening(opening: Opening, key: SigningKey) -> Envelope:
    return sign(canonical.encode(opening.to_json()), OPENING, key)


def sign_outcome(outcome: Outcome, key: SigningKey) -> Envelope:
    return sign(canonical.encode(outcome.to_json()), OUTCOME, key)


def read_request(envelope: Envelope, key: VerifyKey) -> Request:
    """The request, once its signature holds."""
    return _read(Request.from_json, envelope.verify(key, payload_type=REQUEST))


def read_vote(envelope: Envelope, key: VerifyKey) -> Vote:
    return _read(Vote.from_json, envelope.verify(key, payload_type=VOTE))


def read_opening(envelope: Envelope, key: VerifyKey) -> Opening:
    return _read(Opening.from_json, envelope.verify(key, payload_type=OPENING))


def read_outcome(envelope: Envelope, key: VerifyKey) -> Outcome:
    return _read(Outcome.from_json, envelope.verify(key, payload_type=OUTCOME))


def peek_request(envelope: Envelope) -> Request:
    """The request as written, nothing checked: only to find out which key it claims to be signed by."""
    if envelope.payload_type != REQUEST:
        raise BadStatement("this envelope does not hold a request")
    return _read(Request.from_json, envelope.payload)


def peek_vote(envelope: Envelope) -> Vote:
    """The vote as written, before anything is checked."""
    if envelope.payload_type != VOTE:
        raise BadStatement("this envelope does not hold a vote")
    return _read(Vote.from_json, envelope.payload)


def _read(parse: Callable[[dict[str, Any]], T], payload: bytes) -> T:
    value = canonical.decode(payload)
    try:
        return parse(value)
    except KeyError as e:
        raise BadStatement(f"the statement has no {e.args[0]!r}") from e


def _only(value: Any, names: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadStatement
    if unknown := sorted(value.keys() - names):
        raise BadStatement(f"the statement has an unknown field {unknown[0]!r}")
    return value


def _text(value: dict[str, Any], name: str) -> str:
    if not isinstance(text := value[name], str):
        raise BadStatement(f"{name!r} must be text")
    return text


def _whole(value: dict[str, Any], name: str) -> int:
    number = value[name]
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise BadStatement(f"{name!r} must be a whole number from 1")
    return number


def _matching(form: re.Pattern[str], value: dict[str, Any], name: str) -> str:
    if not form.fullmatch(text := _text(value, name)):
        raise BadStatement(f"{name!r} cannot be {text[:60]!r}")
    return text


def _one_of(choices: tuple[str, ...], value: dict[str, Any], name: str) -> str:
    if (text := _text(value, name)) not in choices:
        raise BadStatement(f"{name!r} must be one of {', '.join(choices)}")
    return text
