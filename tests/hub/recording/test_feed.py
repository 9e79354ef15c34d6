import pytest

from latchstring.hub.recording.assembler import WholeGop
from latchstring.hub.recording.feed import LiveFeed
from latchstring.hub.recording.models import Fragment, Run
from latchstring.testing.recorded import SMALL, data_of, made_of


@pytest.fixture
def made():
    return made_of(SMALL, 4)


def fill(feed, made):
    run = None
    for m in made:
        if isinstance(m, Run):
            run = m
        elif isinstance(m, Fragment):
            feed.add(run, m)
        else:
            feed.seal(m.seal)


def test_a_reader_who_keeps_up_gets_the_bytes_of_the_disk(made):
    """Every fragment and every seal, once, in order."""
    feed, position, got, run = LiveFeed(), None, b"", None
    for m in made:
        if isinstance(m, Run):
            run = m
            continue
        fill_one(feed, run, m)
        while (batch := feed.after(position)) is not None:
            position, got = batch.position, got + batch.data
            assert not batch.jumped
    assert got == data_of(*(m for m in made if isinstance(m, WholeGop)))


def fill_one(feed, run, m):
    if isinstance(m, Fragment):
        feed.add(run, m)
    else:
        feed.seal(m.seal)


def test_a_new_reader_starts_at_the_newest_keyframe(made):
    """The GOP in flight is in memory, so the first picture comes at once."""
    feed = LiveFeed()
    fill(feed, [m for m in made if not isinstance(m, WholeGop)][:9])
    batch = feed.after(None)
    assert batch.fragments[0].is_keyframe
    assert len(batch.fragments) == 3


def test_a_slow_reader_is_put_on_the_newest_keyframe(made):
    """More than a GOP behind, frames are left out; the next one shown is a keyframe."""
    feed = LiveFeed()
    feed.add(made[0], made[1])
    slow = feed.after(None).position
    fill(feed, made[:1] + made[2:])
    batch = feed.after(slow)
    assert batch.jumped
    assert batch.fragments[0].is_keyframe
    assert batch.fragments[0] == [m for m in made if isinstance(m, Fragment)][15]


def test_memory_is_bounded(made):
    """Two GOPs are kept, however many were filmed and however slow anybody is."""
    feed = LiveFeed()
    fill(feed, made)
    oldest = feed._gops[0]
    assert len(feed._gops) == 2
    assert oldest.fragments[0].utc_us == [m for m in made if isinstance(m, Fragment)][10].utc_us


def test_nothing_is_shown_of_a_camera_that_is_gone(made):
    """An old picture must not look like a live one."""
    feed = LiveFeed()
    fill(feed, made)
    feed.clear()
    assert feed.after(None) is None
    assert feed.run is None
