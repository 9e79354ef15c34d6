import sqlite3

import pytest

from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange, from_micros
from latchstring.hub.events import store as rows
from latchstring.hub.events.bulletin import Bulletin
from latchstring.hub.events.keeper import Keeper
from latchstring.hub.motion.detector import MotionSample

CAMERA = CameraId("cam_x")
S = 1_000_000
DAY = TimeRange(from_micros(0), from_micros(86_400 * S))


@pytest.fixture
def keeper(store):
    return Keeper(CAMERA, store, Bulletin())


def walk(keeper, start, end, share=0.1):
    for tenth in range(start * 5, end * 5):
        keeper.tell(MotionSample(tenth * 200_000, share, "motion"))


def test_an_event_is_there_while_it_lasts(store, keeper):
    """The page shows it from its first moment on; it grows, and it closes."""
    walk(keeper, 10, 20)
    [event] = rows.during(store, CAMERA, DAY)
    assert event.is_open
    assert 17 * S < event.end_us <= 20 * S
    keeper.stop()
    [event] = rows.during(store, CAMERA, DAY)
    assert (event.start_us, event.end_us, event.is_open) == (10 * S, 20 * S, False)
    assert rows.get(store, event.id) == event


def test_an_event_of_a_camera_that_went_away_is_closed(store, keeper):
    """Nobody hears that it ended, so silence ends it."""
    walk(keeper, 10, 12)
    keeper.settle(15 * S)
    assert rows.latest(store)[0].is_open
    keeper.settle(60 * S)
    assert not rows.latest(store)[0].is_open


def test_a_crash_leaves_no_event_open(store, keeper):
    """At the next start they are closed where they had come to."""
    walk(keeper, 10, 12)
    with store.write() as db:
        assert rows.close_all(db=db) == 1
    assert not rows.latest(store)[0].is_open


def test_each_minute_remembers_its_liveliest_moment(store, keeper):
    """For the timeline's heat; minutes in which nothing moved have no row."""
    walk(keeper, 10, 12, 0.1)
    walk(keeper, 130, 132, 0.3)
    keeper.stop()
    assert rows.activity(store, CAMERA, DAY) == {0: 0.1, 120 * S: 0.3}


def test_a_minute_that_a_full_disk_refused_is_remembered_later(store, keeper, monkeypatch):
    """With the next one that is written."""

    def full(camera, minute_us, peak, *, db):
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(rows, "add_activity", full)
        walk(keeper, 10, 12, 0.1)
        walk(keeper, 70, 72, 0.2)
        walk(keeper, 130, 132, 0.3)
    assert rows.activity(store, CAMERA, DAY) == {}
    walk(keeper, 190, 192, 0.4)
    assert list(rows.activity(store, CAMERA, DAY)) == [0, 60 * S, 120 * S]
    keeper.stop()
    assert rows.activity(store, CAMERA, DAY) == {0: 0.1, 60 * S: 0.2, 120 * S: 0.3, 180 * S: 0.4}


def test_newest_first_and_page_by_page(store, keeper):
    """`before` the last one's start gives the next page."""
    for start in (10, 40, 70):
        walk(keeper, start, start + 2)
    keeper.stop()
    first = rows.latest(store, limit=2)
    assert [e.start_us for e in first] == [70 * S, 40 * S]
    assert [e.start_us for e in rows.latest(store, before=first[-1].during.start)] == [10 * S]
    assert rows.latest(store, cameras=[CameraId("cam_other")]) == []


def test_old_events_are_forgotten_with_their_recordings(store, keeper):
    """What belongs to deleted recordings goes; what is younger stays."""
    walk(keeper, 10, 12)
    walk(keeper, 130, 132)
    keeper.stop()
    with store.write() as db:
        rows.forget_before(CAMERA, from_micros(100 * S), db=db)
    assert [e.start_us for e in rows.latest(store)] == [130 * S]
    assert list(rows.activity(store, CAMERA, DAY)) == [120 * S]


def test_an_unknown_event_is_said(store):
    with pytest.raises(rows.NoSuchEvent):
        rows.get(store, "ev_nothing")


def test_a_full_disk_does_not_end_the_watch(store, keeper, monkeypatch):
    """What moves meanwhile is written down, and told, once there is room again: nothing of it is lost."""
    heard = []
    keeper._bulletin.listen(lambda happening: heard.append((happening.kind, happening.event)))

    def full(event, *, db):
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(rows, "save", full)
        walk(keeper, 10, 14)
        walk(keeper, 40, 42)
    assert heard == []
    walk(keeper, 42, 46)
    first, second = rows.during(store, CAMERA, DAY)
    assert (first.start_us, first.end_us, first.is_open) == (10 * S, 14 * S, False)
    assert second.is_open
    assert heard == [("motion-began", first.id), ("motion-ended", first.id), ("motion-began", second.id)]


def quiet(keeper, start, shares):
    for number, share in enumerate(shares):
        keeper.tell(MotionSample(start * S + number * 200_000, share, "quiet"))


def test_what_moves_too_little_is_remembered_for_the_slider(store, keeper):
    """The share that three looks in a row reached, told or not; a single look is a flake of snow."""
    quiet(keeper, 10, [0, 0.001, 0.0012, 0.0011, 0, 0])
    quiet(keeper, 130, [0, 0.01, 0, 0])
    keeper.stop()
    assert rows.stirrings(store, CAMERA, since_us=0) == {0: 0.001}
    assert rows.latest(store) == []


def test_the_slider_needs_one_day(store, keeper):
    """Older minutes are forgotten as new ones come."""
    quiet(keeper, 10, [0.001] * 4)
    quiet(keeper, 86_400 + 120, [0.001] * 4)
    keeper.stop()
    assert list(rows.stirrings(store, CAMERA, since_us=0)) == [(86_400 + 120) * S]
