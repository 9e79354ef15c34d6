"""Who may vote, and what the votes decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.network.accounts.models import OFFICER, REVIEWER, Account
from latchstring.network.accounts.policy import Granted
from latchstring.network.requests.models import APPROVED, PENDING, REJECTED, Asked
from latchstring.network.requests.policy import decide, may_submit, may_vote
from latchstring.protocol.rules import CLOCK_TOLERANCE
from latchstring.protocol.statements import Vote, sign_request
from latchstring.testing.town import NOW, ORIGIN, Town, key

SECOND = timedelta(seconds=1)
verdicts = st.lists(st.sampled_from(["for", "against"]), max_size=3)


@pytest.mark.parametrize(("cast", "needed", "state"), [
    ([], 2, PENDING), (["for"], 2, PENDING), (["against"], 2, PENDING), (["for", "against"], 2, PENDING),
    (["for", "for"], 2, APPROVED), (["against", "against"], 2, REJECTED), (["for", "against", "for"], 2, APPROVED),
    (["for", "against", "against"], 2, REJECTED),
    (["for", "for"], 3, PENDING), (["for", "for", "for"], 3, APPROVED), (["against"], 3, REJECTED),
])  # fmt: skip
def test_two_of_three_approve_and_a_wide_request_needs_all_three(cast, needed, state):
    """Rejected as soon as the quorum is out of reach."""
    assert decide(cast, needed=needed, reviewers=3) == state


@given(verdicts, st.integers(1, 3))
def test_when_everybody_has_voted_it_is_decided_and_never_both_ways(cast, needed):
    """No request hangs for ever, and none is approved without its votes."""
    state = decide(cast, needed=needed, reviewers=3)

    assert (state == APPROVED) == (cast.count("for") >= needed)
    assert state != PENDING or len(cast) < 3


def account(role: str, agency: str | None, holder: str) -> Account:
    return replace(Account.new("Jordan", role, agency), holder=holder)


@pytest.mark.parametrize(("changes", "why"), [
    ({}, None),
    ({"network": "elsewhere.test/ledger"}, "for the network"),
    ({"agency": "hillside-police"}, "another agency"),
    ({"officer": "officer-8"}, "another agency or officer"),
    ({"policy": "other"}, "another policy"),
])  # fmt: skip
def test_only_a_statement_of_ones_own_is_handed_in(changes, why):
    """For this network, by this officer of this agency, under the policy in force."""
    town = Town()
    request, officer = town.request(), account(OFFICER, "riverside-police", "officer-7")
    changes = changes | ({"policy": replace(request.policy, sha256="0" * 64)} if "policy" in changes else {})
    decision = may_submit(replace(request, **changes), officer, network=ORIGIN, policy=town.policy)
    assert isinstance(decision, Granted) if why is None else why in decision.reason


@pytest.mark.parametrize(("of_the_vote", "of_the_request", "why"), [
    ({}, {}, None),
    ({"reviewer": "reviewer-b"}, {}, "another reviewer"),
    ({"statement_sha256": "0" * 64}, {}, "another statement"),
    ({"reason": "because"}, {}, "not a reason"),
    ({"at": NOW - CLOCK_TOLERANCE}, {}, None),
    ({"at": NOW - CLOCK_TOLERANCE - SECOND}, {}, "not dated now"),
    ({}, {"expires_at": NOW + SECOND}, None),
    ({}, {"expires_at": NOW}, "expired"),
    ({}, {"state": REJECTED}, "rejected already"),
])  # fmt: skip
def test_a_vote_is_ones_own_and_in_time(of_the_vote, of_the_request, why):
    """On this statement, dated now, until the very instant at which the request expires."""
    town = Town()
    request = town.request()
    asked = Asked(
        id=request.id, agency=request.agency, officer=request.officer, case_reference="", wide=False,
        envelope=sign_request(request, key("officer-7")), votes_needed=2, audience="", state=PENDING,
        created_at=NOW, expires_at=request.expires_at, entry=1, decision_entry=None,
    )  # fmt: skip
    vote = Vote(
        request=request.id, statement_sha256=asked.statement_sha256, reviewer="reviewer-a", verdict="for",
        reason="within-the-rules", at=NOW,
    )  # fmt: skip
    reviewer = account(REVIEWER, None, "reviewer-a")
    decision = may_vote(
        replace(vote, **of_the_vote), replace(asked, **of_the_request), reviewer, policy=town.policy, now=NOW
    )
    assert isinstance(decision, Granted) if why is None else why in decision.reason
