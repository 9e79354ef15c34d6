"""What stands on a locked phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from latchstring.base.ids import RequestId
from latchstring.hub.events.bulletin import Happening, Kind
from latchstring.hub.notify.words import SUBJECTS, notice_of

LONDON = ZoneInfo("Europe/London")


def test_of_a_request_nothing_is_said_but_that_it_waits(happens: Callable[..., Happening]) -> None:
    """Its number leads to the public log, and so to the street: neither number nor agency nor area is told."""
    happening = replace(happens("request"), request=RequestId("rq_abc"), about="Riverside Police, Mill Lane")
    notice = notice_of(happening, camera_name="", zone=LONDON)
    assert notice is not None
    assert (notice.title, notice.body, notice.link) == (
        "A request waits",
        "Open Latchstring to see it.",
        "#/inbox",
    )
    assert "rq_abc" not in repr(notice)
    assert "Mill Lane" not in repr(notice)


def test_a_ring_says_where_and_when_and_leads_to_its_moment(happens: Callable[..., Happening]) -> None:
    happening = happens("press")
    notice = notice_of(happening, camera_name="Porch", zone=ZoneInfo("Asia/Kolkata"))
    assert notice is not None
    assert (notice.title, notice.body) == ("Porch", "Somebody rang at 14:30.")
    assert notice.link == f"#/cameras/{happening.camera}?at=2026-11-23T09%3A00%3A00Z"


def test_a_ring_that_is_told_late_says_that_it_was_then(happens: Callable[..., Happening]) -> None:
    notice = notice_of(replace(happens("press"), kind="press-late"), camera_name="Porch", zone=LONDON)
    assert notice is not None
    assert notice.body == "Somebody rang at 09:00. The camera could not be reached until now."
    assert "?at=2026-11-23T09%3A00%3A00Z" in notice.link


def test_the_end_of_motion_is_not_told(happens: Callable[..., Happening]) -> None:
    """One notification an event."""
    assert notice_of(replace(happens(), kind="motion-ended"), camera_name="Porch", zone=LONDON) is None


@pytest.mark.parametrize("kind", sorted(SUBJECTS))
def test_everything_that_is_told_has_words(happens: Callable[..., Happening], kind: Kind) -> None:
    notice = notice_of(happens(kind), camera_name="Porch", zone=LONDON)
    assert notice is not None
    assert notice.subject == SUBJECTS[kind]
    assert notice.title
    assert notice.body.endswith(".")
