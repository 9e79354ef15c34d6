"""What is told, and when."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base.ids import CameraId
from latchstring.hub.notify.models import Subject
from latchstring.hub.notify.policy import COUNTED, KEPT, STALE, Before, Rules, Silent, Tell, may_tell
from latchstring.hub.notify.quiet import QuietHours

PORCH, YARD = CameraId("cam_porch"), CameraId("cam_yard")
NIGHT = QuietHours(begin=time(22), end=time(7))
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 23, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 23, 7, tzinfo=UTC)
SUBJECTS: tuple[Subject, ...] = get_args(Subject)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_at_first_everything_is_told_at_once(subject: Subject) -> None:
    told = may_tell(subject, PORCH, rules=Rules(), before=Before(), now=NOON)
    assert told == Tell(NOON, NOON + STALE[subject])


@pytest.mark.parametrize("subject", SUBJECTS)
def test_what_is_switched_off_is_not_told_of_that_camera(subject: Subject) -> None:
    """And of the other it still is."""
    rules = Rules(off=frozenset({(PORCH, subject)}))
    assert may_tell(subject, PORCH, rules=rules, before=Before(), now=NOON) == Silent("switched off")
    assert isinstance(may_tell(subject, YARD, rules=rules, before=Before(), now=NOON), Tell)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_in_quiet_hours_motion_is_silent_and_the_rest_waits(subject: Subject) -> None:
    """A request that came at night is told in the morning; motion of the night is on the timeline."""
    rules = Rules(quiet=NIGHT, rings_in_quiet=False)
    told = may_tell(subject, PORCH, rules=rules, before=Before(), now=MIDNIGHT)
    if subject in KEPT:
        assert told == Tell(MORNING, MORNING + STALE[subject])
    else:
        assert told == Silent("quiet hours")


def test_the_bell_rings_at_night_unless_the_owner_says_no() -> None:
    rings = may_tell("press", PORCH, rules=Rules(quiet=NIGHT), before=Before(), now=MIDNIGHT)
    assert rings == Tell(MIDNIGHT, MIDNIGHT + STALE["press"])


def test_a_press_of_long_ago_wakes_nobody() -> None:
    """The camera could not be reached until now, and nobody stands at the door; by day it is told."""
    ago = timedelta(minutes=4)
    at_night = may_tell(
        "press", PORCH, rules=Rules(quiet=NIGHT), before=Before(), now=MIDNIGHT, at=MIDNIGHT - ago
    )
    assert at_night == Silent("quiet hours")
    by_day = may_tell("press", PORCH, rules=Rules(quiet=NIGHT), before=Before(), now=NOON, at=NOON - ago)
    assert by_day == Tell(NOON, NOON + STALE["press"])


@given(st.sampled_from(SUBJECTS), st.integers(0, 100), st.integers(1, 50))
def test_presses_and_requests_pass_the_cap(subject: Subject, counted: int, per_hour: int) -> None:
    """What may come often is limited; what somebody did on purpose is not."""
    decision = may_tell(
        subject, PORCH, rules=Rules(per_hour=per_hour), before=Before(counted=counted), now=NOON
    )
    assert isinstance(decision, Silent) == (subject in COUNTED and counted >= per_hour)
    assert not {"press", "request", "device"} & COUNTED


@pytest.mark.parametrize(("seconds", "told"), [(0, False), (29, False), (30, True)])
def test_motion_right_after_a_press_is_the_same_visit(seconds: int, told: bool) -> None:
    before = Before(rang_at=NOON - timedelta(seconds=seconds))
    assert isinstance(may_tell("motion", PORCH, rules=Rules(), before=before, now=NOON), Tell) == told
