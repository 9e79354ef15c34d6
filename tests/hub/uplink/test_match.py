"""Matching: half-open time against recordings, and a point against an area."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from latchstring.base.geo import Point
from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange
from latchstring.hub.uplink.match import MAX_CLIP, asks_here, matching_clips
from latchstring.testing.town import MIDDLE, Town, square

START = datetime(2026, 11, 22, tzinfo=UTC)
PORCH, YARD = CameraId("cam_porch"), CameraId("cam_yard")


def minutes(start: float, end: float) -> TimeRange:
    return TimeRange(START + timedelta(minutes=start), START + timedelta(minutes=end))


def test_a_home_inside_or_on_the_border_is_asked_and_one_outside_is_not() -> None:
    request = replace(Town().request(), area=square(MIDDLE, 0.004))
    assert asks_here(request, MIDDLE)
    assert asks_here(request, request.area.corners[0])
    assert not asks_here(request, Point(MIDDLE.latitude + 0.0021, MIDDLE.longitude))


def test_recordings_that_only_touch_the_window_do_not_match() -> None:
    """[start, end): what ends as the window begins is before it."""
    recorded = {PORCH: [minutes(0, 10), minutes(20, 30)]}
    assert matching_clips(minutes(10, 20), recorded) == ()
    assert len(matching_clips(minutes(9.9, 20), recorded)) == 1
    assert len(matching_clips(minutes(10, 20.1), recorded)) == 1


def test_clips_are_cut_to_the_window_and_numbered_in_time() -> None:
    clips = matching_clips(minutes(5, 25), {YARD: [minutes(20, 40)], PORCH: [minutes(0, 8)]})
    assert [(c.id, c.camera, c.during) for c in clips] == [
        ("clip-1", PORCH, minutes(5, 8)),
        ("clip-2", YARD, minutes(20, 25)),
    ]


def test_long_recordings_come_in_pieces() -> None:
    clips = matching_clips(minutes(0, 60), {PORCH: [minutes(0, 25)]})
    assert [c.during for c in clips] == [minutes(0, 10), minutes(10, 20), minutes(20, 25)]


spans = st.tuples(st.integers(0, 500), st.integers(1, 200)).map(lambda s: minutes(s[0], s[0] + s[1]))


@given(window=spans, stretches=st.lists(spans, max_size=4))
def test_pieces_cover_exactly_what_was_recorded_within_the_window(window, stretches) -> None:
    """Nothing outside the window is offered, nothing within it is left out, and no piece is too long."""
    clips = matching_clips(window, {PORCH: stretches})
    offered = sum((c.during.duration for c in clips), timedelta())
    recorded = sum((part.duration for s in stretches if (part := s.overlap(window))), timedelta())
    assert offered == recorded
    assert all(c.during.overlap(window) == c.during for c in clips)
    assert all(c.during.duration <= MAX_CLIP for c in clips)
    assert [c.id for c in clips] == [f"clip-{n}" for n in range(1, len(clips) + 1)]
