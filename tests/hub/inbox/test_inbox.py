"""The inbox: what the owner is shown, and that answers stay in the house."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from latchstring.base.ids import CameraId, RequestId
from latchstring.base.time import TimeRange
from latchstring.hub.inbox import service as inbox
from latchstring.hub.inbox.models import Answer, HeldStep, InboxItem, MatchedClip, NotInInbox, State, state_of
from latchstring.protocol.statements import peek_vote
from latchstring.testing.town import NOW, Town

SOON, OVER = NOW + timedelta(hours=1), NOW + timedelta(days=7)


@pytest.fixture(scope="module")
def made() -> InboxItem:
    town = Town()
    request = town.request()
    record = town.approve(request)
    during = TimeRange(request.window.start, request.window.start + timedelta(seconds=30))
    return InboxItem(
        request=request,
        votes=tuple(peek_vote(vote) for vote in record.votes),
        record=record,
        steps=(HeldStep(n=1, what="It can be read."),),
        tree_size=town.checkpoint.size,
        clips=(MatchedClip(id="clip-1", camera=CameraId("cam_porch"), during=during),),
        arrived_at=NOW,
    )


def test_what_is_kept_is_what_arrived(store, made) -> None:
    """Statement, votes, checks, proofs and clips come back as they were verified."""
    assert inbox.receive(store, made)
    assert inbox.item(store, made.request.id) == made
    assert inbox.items(store) == [made]


def test_the_same_request_arrives_once(store, made) -> None:
    inbox.receive(store, made)
    inbox.not_now(store, made.request.id)
    assert not inbox.receive(store, made)
    assert inbox.item(store, made.request.id).answer is Answer.NOT_NOW


def test_not_now_can_be_undone(store, made) -> None:
    inbox.receive(store, made)
    inbox.not_now(store, made.request.id)
    inbox.reopen(store, made.request.id)
    assert inbox.item(store, made.request.id) == made


def test_an_unknown_request_cannot_be_answered(store) -> None:
    for act in (inbox.item, inbox.not_now, inbox.reopen):
        with pytest.raises(NotInInbox):
            act(store, RequestId("rq_unknown"))


@pytest.mark.parametrize(
    ("answer", "muted", "now", "state"),
    [
        (None, False, SOON, State.NEW),
        (None, True, SOON, State.MUTED),
        (None, False, OVER, State.EXPIRED),
        (None, True, OVER, State.EXPIRED),
        (Answer.NOT_NOW, False, SOON, State.NOT_NOW),
        (Answer.NOT_NOW, True, SOON, State.MUTED),
        (Answer.NOT_NOW, False, OVER, State.EXPIRED),
        (Answer.SHARE, False, SOON, State.SHARED),
        (Answer.SHARE, True, OVER, State.SHARED),
    ],
)
def test_the_state_that_is_shown(made, answer, muted, now, state) -> None:
    """A yes stays a yes; muting and expiry hide the rest; unmuting brings it back."""
    agencies = {made.request.agency} if muted else set()
    assert state_of(replace(made, answer=answer), muted=agencies, now=now) is state


def test_it_expires_at_the_very_instant(made) -> None:
    before = made.request.expires_at - timedelta(microseconds=1)
    assert state_of(made, muted=set(), now=before) is State.NEW
    assert state_of(made, muted=set(), now=made.request.expires_at) is State.EXPIRED
