"""Hours of events that are known to lie between two times."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.analysis.hotspots.aoristic import DAY, WEEK, BadCycle, BadResamples, BadTimes, aoristic

hours = st.floats(0, 400, allow_nan=False).map(lambda each: round(each, 3))


def test_an_event_is_spread_over_its_hours():
    """A parcel between 9:30 and 12:00: half an hour, one hour and one hour of two and a half."""
    found = aoristic([9.5], [12.0])
    assert found.weights[9:12] == pytest.approx([0.2, 0.4, 0.4])
    assert found.weights.sum() == pytest.approx(1)


def test_across_midnight_and_across_sunday():
    """22:00 to 2:00 are four hours of two days; Sunday 23:00 to Monday 1:00 end one week and begin the next."""
    night = aoristic([22.0], [26.0]).weights
    assert night[[22, 23, 0, 1]] == pytest.approx([0.25] * 4)
    week = aoristic([167.0], [169.0], cycle=WEEK).weights
    assert week[[167, 0]] == pytest.approx([0.5, 0.5])


def test_a_moment_belongs_to_the_hour_it_opens():
    """Start and end alike, also at midnight; an interval that ends at eight has no part in the hour from
    eight.
    """
    assert aoristic([7.0], [7.0]).weights[7] == 1
    assert aoristic([24.0], [24.0]).weights[0] == 1
    assert aoristic([7.0], [8.0]).weights[8] == 0


def test_who_was_away_for_a_fortnight_only_levels_the_picture():
    """A whole number of cycles is the same everywhere, and is said to be."""
    found = aoristic([5.3], [5.3 + 14 * 24])
    assert found.weights == pytest.approx(np.full(24, 1 / 24))
    assert (found.whole_cycle, found.within_an_hour) == (1, 0)


@given(
    st.lists(st.tuples(hours, hours.map(lambda each: each / 4)), min_size=1, max_size=20),
    st.sampled_from([DAY, WEEK]),
)
def test_every_event_counts_once(events, cycle):
    """Whatever the times: weights add up to the events, and a share lies in its interval."""
    start = np.array([each for each, _ in events])
    found = aoristic(start, start + [length for _, length in events], cycle=cycle, resamples=100)
    assert found.weights.sum() == pytest.approx(len(events))
    assert (found.weights >= 0).all()
    assert (found.share_low <= found.share).all()
    assert (found.share <= found.share_high).all()


def test_an_hour_without_an_event_is_not_impossible():
    """Ten events at nine o'clock: the other hours may have up to 31 %, and nine may have as little as 69 %."""
    found = aoristic(np.full(10, 9.0), np.full(10, 9.5))
    assert found.share_high[3] == pytest.approx(1 - 0.025**0.1)
    assert found.share_low[9] == pytest.approx(0.025**0.1)


@pytest.mark.parametrize("events", [200, 25_000])
def test_intervals_hold_the_truth(events):
    """Bootstrap, and normal for many: of the true shares of a skewed day, 19 of 20 lie within."""
    rng = np.random.default_rng(4)
    true = np.linspace(1, 5, 24) / np.linspace(1, 5, 24).sum()
    covered = []
    for _ in range(40):
        at = rng.choice(24, events, p=true).astype(float)
        found = aoristic(at, at, resamples=200)
        covered.append((found.share_low <= true) & (true <= found.share_high))
    assert np.mean(covered) == pytest.approx(0.95, abs=0.03)


def test_the_same_input_gives_the_same_answer():
    """The seed is fixed."""
    one, other = (aoristic([1.0, 5.0, 9.0], [3.0, 6.0, 30.0]) for _ in range(2))
    assert (one.share_low == other.share_low).all()


def test_times_that_are_none_are_refused():
    """An end before its start, a missing one, none at all; a cycle of no clock; too few resamples."""
    with pytest.raises(BadTimes, match="event 2 of 2"):
        aoristic([1.0, 5.0], [2.0, 4.0])
    with pytest.raises(BadTimes, match="event 1 of 1"):
        aoristic([1.0], [np.nan])
    for start, end in (([], []), ([1.0], [1.0, 2.0])):
        with pytest.raises(BadTimes):
            aoristic(start, end)
    with pytest.raises(BadCycle):
        aoristic([1.0], [2.0], cycle=12)
    with pytest.raises(BadResamples):
        aoristic([1.0], [2.0], resamples=10)
