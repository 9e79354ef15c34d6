from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base.time import from_micros, to_micros
from latchstring.hub.recording import index
from latchstring.hub.recording.retention import Keep, Retention, StoredSegment, to_delete
from latchstring.hub.recording.writer import GopWriter

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def segment(number, *, age, size=100):
    return StoredSegment(id=number, path=f"{number}.mp4", end_us=to_micros(NOW - age), size_bytes=size)


def test_what_is_too_old_goes():
    """Fourteen days and no longer; a file that still has a younger second in it stays."""
    segments = [segment(1, age=15 * DAY), segment(2, age=14 * DAY), segment(3, age=13.9 * DAY)]
    gone = to_delete(segments, Keep(days=14, min_free_bytes=0), now=NOW, free_bytes=10**9, growing=())
    assert [s.id for s in gone] == [1, 2]


def test_the_oldest_goes_first_when_the_disk_is_short():
    """Only as much as is needed, whichever camera it belongs to."""
    segments = [segment(3, age=1 * DAY), segment(1, age=3 * DAY), segment(2, age=2 * DAY)]
    gone = to_delete(segments, Keep(min_free_bytes=250), now=NOW, free_bytes=100, growing=())
    assert [s.id for s in gone] == [1, 2]


def test_a_file_that_grows_is_never_deleted():
    """Not even when it is the oldest."""
    segments = [segment(1, age=3 * DAY), segment(2, age=2 * DAY)]
    gone = to_delete(segments, Keep(min_free_bytes=150), now=NOW, free_bytes=100, growing={"1.mp4"})
    assert [s.id for s in gone] == [2]


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 1000)), max_size=20),
    st.integers(0, 5000),
    st.integers(0, 5000),
)
def test_enough_is_freed_or_everything_is_gone(ages, free, needed):
    """And nothing younger goes before something older."""
    segments = [segment(n, age=age * DAY, size=size) for n, (age, size) in enumerate(ages)]
    gone = to_delete(segments, Keep(days=14, min_free_bytes=needed), now=NOW, free_bytes=free, growing=())
    left = [s for s in segments if s not in gone]
    assert free + sum(s.size_bytes for s in gone) >= needed or not left
    assert all(g.end_us <= s.end_us for g in gone for s in left)


@pytest.fixture
def two_files(store, gops):
    writer = GopWriter(store, rotate_after=timedelta(seconds=2))
    stored = [writer.write(gop) for gop in gops]
    yield stored
    writer.close()


def test_files_and_rows_go_together(store, two_files):
    """After deleting, neither the file nor its rows are left, and the growing file is whole."""
    growing = two_files[-1].path
    later = from_micros(two_files[-1].end_us) + 30 * DAY
    freed = Retention(store, Keep(days=14, min_free_bytes=0)).make_room(now=later, growing={growing})
    assert freed > 0
    assert [p.name for p in index.folder(store).rglob("*.mp4")] == [growing.rsplit("/", 1)[1]]
    with store.read() as db:
        assert [row["start_us"] for row in db.execute("SELECT start_us FROM gop")] == [
            gop.start_us for gop in two_files[2:]
        ]


def test_nothing_goes_while_there_is_room(store, two_files):
    """The allowed twin: young files on a disk with space."""
    retention = Retention(store, Keep(days=14, min_free_bytes=0))
    assert retention.has_room()
    assert retention.make_room(now=from_micros(two_files[-1].end_us), growing=()) == 0
    assert len(list(index.folder(store).rglob("*.mp4"))) == 2
