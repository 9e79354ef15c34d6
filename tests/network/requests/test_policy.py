"""Who may vote, and what the votes decide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.network.requests.models import APPROVED, PENDING, REJECTED
from latchstring.network.requests.policy import decide

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
