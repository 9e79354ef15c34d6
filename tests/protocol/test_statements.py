"""What people sign: read from the signed bytes, whole, or refused."""

from __future__ import annotations

import contextlib
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base import canonical, ids
from latchstring.base.errors import BadInput
from latchstring.base.ids import RequestId
from latchstring.base.signing import BadSignature, sign
from latchstring.protocol.statements import (
    REQUEST,
    VOTE,
    BadStatement,
    Opening,
    Outcome,
    Request,
    peek_request,
    peek_vote,
    read_opening,
    read_outcome,
    read_request,
    read_vote,
    sign_opening,
    sign_outcome,
    sign_request,
    sign_vote,
)
from latchstring.testing.town import NOW, Town, key

TOWN = Town()
REQUESTED = TOWN.request()
OFFICER = key("officer-7")


def test_request_round_trip() -> None:
    envelope = sign_request(REQUESTED, OFFICER)
    assert read_request(envelope, OFFICER.verify_key) == REQUESTED == peek_request(envelope)
    assert len(REQUESTED.coarse_cells) in (1, 2, 3)


def test_vote_opening_and_outcome_round_trip() -> None:
    request = RequestId(ids.new("rq"))
    opening = Opening(request=request, disclosure_sha256="0" * 64, officer="officer-7", at=NOW)
    outcome = Outcome(request=request, officer="officer-7", outcome="not-used", at=NOW)
    vote = peek_vote(TOWN.vote(sign_request(REQUESTED, OFFICER), "reviewer-a"))
    assert read_opening(sign_opening(opening, OFFICER), OFFICER.verify_key) == opening
    assert read_outcome(sign_outcome(outcome, OFFICER), OFFICER.verify_key) == outcome
    assert read_vote(sign_vote(vote, OFFICER), OFFICER.verify_key) == vote


def test_another_key_did_not_sign_it() -> None:
    with pytest.raises(BadSignature):
        read_request(sign_request(REQUESTED, OFFICER), key("reviewer-a").verify_key)


def test_a_vote_is_not_a_request() -> None:
    """The type is signed: nothing signed as one thing is read as another."""
    vote = TOWN.vote(sign_request(REQUESTED, OFFICER), "reviewer-a")
    with pytest.raises(BadStatement):
        peek_request(vote)
    with pytest.raises(BadStatement):
        peek_vote(sign_request(REQUESTED, OFFICER))
    disguised = sign(vote.payload, REQUEST, OFFICER)
    with pytest.raises(BadInput):
        read_request(disguised, OFFICER.verify_key)
    assert vote.payload_type == VOTE


@pytest.mark.parametrize("name", REQUESTED.to_json())
def test_every_field_is_needed_and_checked(name: str) -> None:
    """Missing or of another type it is refused; so is a text that no such field can be, where form matters."""
    free = {"network", "text"}  # judged by the network's name and by R14
    spoiled = [REQUESTED.to_json() | {name: value} for value in (None, True, -1, [], {})]
    if name not in free:
        spoiled += [REQUESTED.to_json() | {name: value} for value in ("", "\n", "x" * 300)]
    spoiled.append({k: v for k, v in REQUESTED.to_json().items() if k != name})
    for value in spoiled:
        with pytest.raises(BadInput):
            peek_request(sign(canonical.encode(value), REQUEST, OFFICER))


def test_unknown_field_is_refused_by_name() -> None:
    """Also in the parts of the statement."""
    value = REQUESTED.to_json()
    for changed in (value | {"urgent": True}, value | {"window": value["window"] | {"urgent": True}}):
        with pytest.raises(BadStatement, match="urgent"):
            Request.from_json(changed)


def test_a_name_that_stands_twice_is_refused() -> None:
    """Two readers must not see two requests in the same bytes."""
    payload = canonical.encode(REQUESTED.to_json())
    doubled = b'{"agency":"harbour-police",' + payload[1:]
    with pytest.raises(BadInput, match="twice"):
        peek_request(sign(doubled, REQUEST, OFFICER))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(REQUESTED.to_json())), json_values))
def test_any_statement_is_read_or_refused_in_words(value: dict[str, Any]) -> None:
    payload = json.dumps(REQUESTED.to_json() | value).encode()
    with contextlib.suppress(BadInput):
        peek_request(sign(payload, REQUEST, OFFICER))


@pytest.mark.parametrize(
    "time",
    [
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59Z",
        "2026-11-23",
        "2026-11-23T08:30:00",
        "1969-01-01T00:00:00Z",
    ],
)
def test_times_far_off_or_without_zone_are_refused(time: str) -> None:
    with pytest.raises(BadInput):
        Request.from_json(REQUESTED.to_json() | {"created_at": time})


def test_times_are_instants() -> None:
    """Written with another zone it is the same time."""
    shifted = Request.from_json(REQUESTED.to_json() | {"created_at": "2026-11-23T10:30:00+02:00"})
    assert shifted.created_at == NOW
    assert shifted.expires_at - NOW == timedelta(days=6)
