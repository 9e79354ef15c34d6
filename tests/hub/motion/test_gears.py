"""How closely a camera is looked at: first gear while all is quiet, second while something stirs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from latchstring.hub.cameras.patience import RECORDED_SECONDS, TOLD_SECONDS, WATCHED_SECONDS
from latchstring.hub.events.tracker import MERGE_US
from latchstring.hub.motion.detector import MotionSample
from latchstring.hub.motion.gears import (
    AFTER_HINT_US,
    AFTER_MOTION_US,
    AFTER_START_US,
    AFTER_TOLD_US,
    AFTER_WORD_US,
    CLEAR_SHARE,
    SURE_LOOKS,
    Gears,
    Sizes,
)
from latchstring.hub.motion.models import NEEDED_SMALL

S = 1_000_000
news = st.lists(st.tuples(st.sampled_from(["moved", "told", "hinted"]), st.integers(0, 600 * S)), max_size=30)


def test_a_new_stream_is_watched_closely_at_first():
    """Until the scene is known; then keyframes will do."""
    gears = Gears(100 * S)
    assert gears.is_second(100 * S)
    assert not gears.is_second(100 * S + AFTER_START_US)


@given(news, st.integers(0, 700 * S))
def test_it_is_watched_closely_exactly_as_long_as_the_last_news_asks_for(told, at):
    """In any order, each piece of news reaches for its own time, and a weaker one never shortens a stronger one."""
    gears = Gears(-AFTER_START_US)
    reach = {"moved": AFTER_MOTION_US, "told": AFTER_WORD_US, "hinted": AFTER_HINT_US}
    for kind, when in told:
        if kind == "moved":
            gears.looked(MotionSample(when, 0.5, "motion"))
            gears.looked(MotionSample(when, 0.0, "quiet"))
        else:
            getattr(gears, kind)(when)
    assert gears.is_second(at) == any(at < when + reach[kind] for kind, when in told)


@given(st.integers(0, 10**15))
def test_word_from_outside_holds_for_its_time(at):
    """A doorbell press, or a neighbouring camera."""
    gears = Gears(at - 60 * S)
    gears.told(at)
    assert gears.is_second(at)
    assert gears.is_second(at + AFTER_WORD_US - 1)
    assert not gears.is_second(at + AFTER_WORD_US)


def test_frames_gather_longest_where_an_event_goes_on():
    """Where something may begin a look is never late; what belongs to an event that was told may be."""
    gears, looks = Gears(-AFTER_START_US), range(0, SURE_LOOKS * 200_000, 200_000)
    assert gears.patience_seconds(0) == RECORDED_SECONDS
    patience = []
    for at in looks:
        gears.looked(MotionSample(at, CLEAR_SHARE / 2, "motion"))
        patience.append(gears.patience_seconds(at))
    assert patience == [WATCHED_SECONDS] * (SURE_LOOKS - 1) + [TOLD_SECONDS]
    gears.told(looks[-1] + 1)
    assert gears.patience_seconds(looks[-1] + AFTER_TOLD_US) == WATCHED_SECONDS
    assert gears.patience_seconds(looks[-1] + 1 + AFTER_WORD_US) == RECORDED_SECONDS


def test_what_is_no_event_yet_is_looked_at_in_time():
    """So many looks open one; what is seen a moment late belongs to the event that is open."""
    assert SURE_LOOKS >= NEEDED_SMALL
    assert AFTER_TOLD_US + TOLD_SECONDS * S <= MERGE_US
    gears = Gears(0)
    for at in range(0, 10 * S, 200_000):
        gears.looked(MotionSample(at, 0.1, "motion" if at % 600_000 else "quiet"))
    assert gears.patience_seconds(10 * S) == WATCHED_SECONDS


def test_a_word_is_over_when_what_it_announced_has_come():
    """Who came by is seen out; nobody waits for them any longer."""
    gears = Gears(-AFTER_START_US)
    gears.told(0)
    for at in range(S, 2 * S, 200_000):
        gears.looked(MotionSample(at, CLEAR_SHARE / 2, "motion"))
    assert gears.is_second(at + AFTER_MOTION_US - 1)
    assert not gears.is_second(at + AFTER_MOTION_US)


def test_what_moves_beyond_doubt_is_left_to_keyframes():
    """Until one shows it no more, or none comes."""
    gears = Gears(0)
    for at in range(0, SURE_LOOKS * 200_000, 200_000):
        assert gears.is_second(at)
        gears.looked(MotionSample(at, CLEAR_SHARE, "motion"))
    assert not gears.is_second(at)
    gears.hinted(at)
    assert not gears.is_second(at)
    gears.blind(at)
    assert gears.is_second(at)
    gears.looked(MotionSample(at, CLEAR_SHARE, "motion"))
    assert not gears.is_second(at)
    gears.looked(MotionSample(at, CLEAR_SHARE / 2, "motion"))
    assert gears.is_second(at)


@given(st.integers(200, 20_000), st.lists(st.floats(0.7, 1.3), min_size=40, max_size=200))
def test_frames_of_usual_sizes_hint_at_nothing(usual, spread):
    """A third more or less is what an encoder does by itself."""
    sizes = Sizes()
    assert not any(sizes.hint(round(usual * each)) for each in spread)


@given(st.integers(200, 20_000))
def test_two_large_frames_in_a_row_are_a_hint_and_one_is_none(usual):
    """So much more than usual is worth a look; a single one is a hiccup of the encoder."""
    sizes = Sizes()
    for _ in range(40):
        sizes.hint(usual)
    assert [sizes.hint(size) for size in (usual * 5, usual, usual * 5, usual * 5)] == [
        False,
        False,
        False,
        True,
    ]


def test_what_goes_on_being_large_becomes_usual():
    """Rain all night does not keep a camera awake."""
    sizes = Sizes()
    hints = [sizes.hint(size) for size in [500] * 40 + [2000] * 300]
    assert any(hints)
    assert not any(hints[-150:])
