"""Whether what a camera tells now happened long ago."""

from datetime import UTC, datetime, timedelta

import pytest

from latchstring.hub.cameras.onvif.held import held_for

NOW = datetime(2026, 11, 26, 14, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def held(ago, *, ahead=timedelta(), unheard_for=5 * MINUTE):
    """How long it was held by a camera whose clock is `ahead`, and that rang so long `ago`."""
    return held_for(NOW - ago + ahead, now=NOW, clock_ahead=ahead, unheard_for=unheard_for)


@pytest.mark.parametrize("ahead", [timedelta(), -HOUR, timedelta(days=-9000), 20 * MINUTE])
def test_a_press_from_while_the_camera_was_away_is_as_old_as_it_is(ahead):
    """By the camera's clock as it was compared, however wrong it is."""
    assert held(3 * MINUTE, ahead=ahead) == 3 * MINUTE
    assert held(5 * MINUTE, ahead=ahead) == 5 * MINUTE


@pytest.mark.parametrize("ago", [timedelta(), timedelta(seconds=59)])
def test_who_rang_within_a_minute_may_still_stand_there(ago):
    assert held(ago) == timedelta()


def test_what_would_have_been_heard_at_once_is_never_late():
    """A camera that was heard until now and says that it rang an hour ago has a wrong zone: it rings."""
    assert held(HOUR, unheard_for=timedelta(seconds=20)) == timedelta()


@pytest.mark.parametrize("ago", [HOUR, -HOUR, 6 * MINUTE])
def test_a_time_that_cannot_be_is_not_believed(ago):
    """It was heard later than that, or it has not come yet: rather a ring too many than one that is missed."""
    assert held(ago) == timedelta()


def test_a_camera_that_says_no_time_rings():
    for said_at, ahead in ((None, timedelta()), (NOW - 3 * MINUTE, None)):
        assert held_for(said_at, now=NOW, clock_ahead=ahead, unheard_for=5 * MINUTE) == timedelta()
