"""A clock that leaps, a hub that was off, and what is deleted for its age because of that: nothing for a day."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base.clock import BELIEVED_AFTER_SECONDS, SteadyClock
from latchstring.base.time import from_micros
from latchstring.hub.live.video import Video
from latchstring.hub.recording import index
from latchstring.hub.recording.age import AgeClock
from latchstring.hub.recording.reckoning import BELIEVED_AFTER_US, NOTICED_US, Reckoning
from latchstring.hub.recording.retention import Keep, Rule
from latchstring.hub.recording.writer import GopWriter
from latchstring.hub.store import Store
from latchstring.testing.clock import FakeClock
from latchstring.testing.recorded import SMALL, gops_of

HOUR = 3_600_000_000
DAY = 24 * HOUR
YEAR = 365 * DAY
BEGAN = Reckoning(at_us=60 * YEAR)


def looked(reckoning, clock_us, ran_us, *, every_us=HOUR):
    """The clock runs on from `clock_us` for so long, and is looked at now and then."""
    for _ in range(ran_us // every_us):
        clock_us += every_us
        reckoning = reckoning.look(clock_us, ran_us=every_us)
    return reckoning, clock_us


@pytest.mark.parametrize("leap_us", [12 * HOUR, YEAR, 3 * YEAR])
def test_a_leap_that_is_taken_back_within_the_day_ages_nothing(leap_us):
    """However far ahead the clock went: afterwards all is as if it had not."""
    wrong, clock_us = looked(BEGAN, BEGAN.at_us + leap_us, 20 * HOUR)
    assert wrong.at_us == BEGAN.at_us + 20 * HOUR
    right, _ = looked(wrong, clock_us - leap_us, 30 * HOUR)
    assert right == Reckoning(at_us=BEGAN.at_us + 50 * HOUR)


def test_a_hub_that_was_off_for_a_month_is_believed_after_a_day():
    """The promised days hold again then; the day is what a wrong clock must not cost."""
    found, clock_us = looked(BEGAN, BEGAN.at_us + 30 * DAY, 23 * HOUR)
    assert found.doubted_us == 30 * DAY
    found, clock_us = looked(found, clock_us, 3 * HOUR)
    assert (found.at_us, found.steps) == (clock_us, ())


def test_a_machine_without_a_battery_loses_no_day_by_its_start():
    """It wakes in 1970 and is set right after a minute; that it was off is what waits for a day."""
    early = BEGAN.look(0, ran_us=60_000_000)
    assert early.at_us == BEGAN.at_us + 60_000_000
    right = early.look(BEGAN.at_us + 8 * HOUR, ran_us=60_000_000)
    assert right.doubted_us == pytest.approx(8 * HOUR, abs=3 * 60_000_000)


def test_a_hub_that_is_off_every_night_ages_its_recordings_all_the_same():
    """Each night is believed by itself, so doubt does not grow."""
    found, clock_us = BEGAN, BEGAN.at_us
    for _ in range(60):
        found, clock_us = looked(found, clock_us + 8 * HOUR, 16 * HOUR)
    assert clock_us - found.at_us <= 2 * 8 * HOUR


def test_a_clock_that_was_a_year_ahead_and_is_set_back_is_followed():
    """Believed for its first day it was wrong; after a day of the right time that is believed."""
    wrong, clock_us = looked(BEGAN, BEGAN.at_us + YEAR, 3 * DAY)
    assert wrong.at_us == clock_us
    right, clock_us = looked(wrong, clock_us - YEAR, 25 * HOUR)
    assert right.at_us == clock_us


LOOKS = st.lists(st.tuples(st.integers(-2 * YEAR, 2 * YEAR), st.integers(0, 6 * HOUR)), max_size=30)


@given(LOOKS)
def test_within_a_day_nothing_ages_faster_than_the_hub_runs(looks):
    """Whatever the clock does: for the first day it runs, the reckoning goes on by just that time."""
    found, ran = BEGAN, 0
    for offset_us, ran_us in looks:
        if ran + ran_us >= BELIEVED_AFTER_US:
            break
        ran += ran_us
        found = found.look(BEGAN.at_us + ran + offset_us, ran_us=ran_us)
        assert found.at_us == BEGAN.at_us + ran
        assert found.doubted_us == max(0, offset_us) or abs(found.doubted_us - offset_us) <= NOTICED_US


@given(LOOKS, st.integers(-2 * YEAR, 2 * YEAR))
def test_whoever_says_the_same_for_a_day_is_believed(looks, offset_us):
    """After any confusion a clock that runs on evenly is right a day later."""
    found, ran = BEGAN, 0
    for wild_us, ran_us in looks:
        ran += ran_us
        found = found.look(BEGAN.at_us + ran + wild_us, ran_us=ran_us)
    found, clock_us = looked(found, BEGAN.at_us + ran + offset_us, 49 * HOUR)
    assert 0 <= clock_us - found.at_us <= NOTICED_US


@pytest.fixture
def machine():
    return FakeClock()


@pytest.fixture
def hub(tmp_path, machine):
    """The video side of a hub whose recordings stay for two weeks."""
    folder, stores = tmp_path, []

    def begin():
        stores.append(Store(folder / "hub.db"))
        keep = Keep(rule=Rule(days=14, event_days=14), min_free_bytes=0)
        return Video(stores[-1], folder, SteadyClock(machine), keep=keep)

    yield begin
    for store in stores:
        store.close()


def record(video, store, at):
    writer = GopWriter(store, rotate_after=timedelta(seconds=1))
    for gop in gops_of(SMALL, 2, clock=FakeClock(at)):
        writer.write(gop)
    writer.close()


def run(video, machine, hours):
    """Tidied every half hour instead of every half minute."""
    for _ in range(2 * hours):
        machine.advance(1800)
        video.tidy()


def test_a_clock_a_year_ahead_deletes_nothing_and_is_said(hub, tmp_path, machine, caplog):
    """For twenty hours the clock is wrong, long believed by all else; then somebody sets it right."""
    video = hub()
    store = Store(tmp_path / "hub.db")
    record(video, store, machine.now() - timedelta(days=3))
    run(video, machine, 1)
    machine.set(machine.now() + timedelta(days=365))
    run(video, machine, 20)
    assert len(index.segments(store)) == 2
    doubt = video.storage().doubt
    assert doubt.ahead == pytest.approx(timedelta(days=365), abs=timedelta(hours=1))
    assert doubt.until - machine.now() <= timedelta(hours=5)
    assert caplog.text.count("ahead of the time this hub has run") == 1
    machine.set(machine.now() - timedelta(days=365))
    run(video, machine, 30)
    assert len(index.segments(store)) == 2
    assert video.storage().doubt is None
    run(video, machine, 11 * 24)
    assert index.segments(store) == []
    store.close()


def test_doubt_outlives_a_restart(hub, tmp_path, machine):
    """A hub that is started anew while the clock is wrong still knows that it is; a month off is a month off."""
    video = hub()
    store = Store(tmp_path / "hub.db")
    record(video, store, machine.now())
    run(video, machine, 1)
    machine.set(machine.now() + timedelta(days=31))
    run(hub(), machine, 12)
    again = hub()
    run(again, machine, 11)
    assert len(index.segments(store)) == 2
    run(again, machine, 2)
    assert index.segments(store) == []
    store.close()


def test_a_first_start_over_old_recordings_begins_with_the_newest(store, machine):
    """A hub restored from a backup, or updated: what it recorded last is what it can answer for."""
    gops = gops_of(SMALL, 2, clock=FakeClock(machine.now() - timedelta(days=40)))
    writer = GopWriter(store)
    last = [writer.write(gop) for gop in gops][-1]
    writer.close()
    age = AgeClock(store, machine)
    machine.advance(BELIEVED_AFTER_SECONDS)
    age.look()
    assert age.now() == from_micros(last.end_us) + timedelta(seconds=BELIEVED_AFTER_SECONDS)
    assert age.doubt().ahead > timedelta(days=39)
