from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base.ids import CameraId
from latchstring.base.time import from_micros, to_micros
from latchstring.hub.recording import index
from latchstring.hub.recording.retention import (
    Keep,
    Moment,
    Rule,
    StoredSegment,
    mark_events,
    to_delete,
)
from latchstring.hub.recording.room import Room
from latchstring.hub.recording.writer import GopWriter
from latchstring.testing.recorded import CAMERA

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTES = timedelta(minutes=5)
PORCH, GATE = CameraId("cam_porch"), CameraId("cam_gate")


def segment(number, *, age, size=100, camera=PORCH, has_event=False):
    return StoredSegment(
        id=number,
        camera=camera,
        path=f"{number}.mp4",
        start_us=to_micros(NOW - age - MINUTES),
        end_us=to_micros(NOW - age),
        size_bytes=size,
        has_event=has_event,
    )


def gone(segments, keep, *, missing=0, growing=()):
    return [s.id for s in to_delete(segments, keep, now=NOW, missing_bytes=missing, growing=growing)]


def test_what_is_too_old_goes():
    """Fourteen days and no longer; a file that still has a younger second in it stays."""
    segments = [segment(1, age=15 * DAY), segment(2, age=14 * DAY), segment(3, age=13.9 * DAY)]
    assert gone(segments, Keep(rule=Rule(days=14))) == [1, 2]


def test_what_happened_is_kept_longer():
    """A file with an event stays for its own time, and no longer."""
    segments = [
        segment(1, age=31 * DAY, has_event=True),
        segment(2, age=29 * DAY, has_event=True),
        segment(3, age=29 * DAY),
    ]
    assert gone(segments, Keep(rule=Rule(days=14, event_days=30))) == [3, 1]


def test_an_event_never_shortens_the_time():
    """Whoever keeps everything for sixty days keeps events for sixty days too."""
    assert gone([segment(1, age=59 * DAY, has_event=True)], Keep(rule=Rule(days=60, event_days=30))) == []


def test_a_camera_may_have_its_own_days():
    """The gate is kept for two days, the porch as the rest."""
    keep = Keep(rule=Rule(days=14), cameras={GATE: Rule(days=2)})
    assert gone([segment(1, age=3 * DAY), segment(2, age=3 * DAY, camera=GATE)], keep) == [2]


def test_a_camera_may_have_its_own_size():
    """Over its limit its own oldest go, just enough of them, and nothing of another camera."""
    keep = Keep(cameras={GATE: Rule(max_bytes=250)})
    segments = [segment(n, age=(9 - n) * DAY, camera=GATE) for n in range(1, 5)]
    assert gone([segment(9, age=13 * DAY), *segments], keep) == [1, 2]
    assert gone(segments, Keep(cameras={GATE: Rule(max_bytes=400)})) == []


def test_the_oldest_goes_first_when_the_disk_is_short():
    """Only as much as is needed, whichever camera it belongs to."""
    segments = [
        segment(3, age=1 * DAY),
        segment(1, age=3 * DAY),
        segment(2, age=2 * DAY, camera=GATE),
    ]
    assert gone(segments, Keep(), missing=150) == [1, 2]


def test_events_outlast_the_rest_when_the_disk_is_short():
    """What would go first for its age goes first: the last days are never given up for old events alone."""
    segments = [
        segment(1, age=20 * DAY, has_event=True),
        segment(2, age=13 * DAY),
        segment(3, age=28 * DAY, has_event=True),
        segment(4, age=1 * DAY),
    ]
    keep = Keep(rule=Rule(days=14, event_days=30))
    assert gone(segments, keep, missing=100) == [2]
    assert gone(segments, keep, missing=300) == [2, 3, 1]


def test_a_file_that_grows_is_never_deleted():
    """Not even when it is the oldest."""
    segments = [segment(1, age=3 * DAY), segment(2, age=2 * DAY)]
    assert gone(segments, Keep(), missing=50, growing={"1.mp4"}) == [2]


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 1000), st.booleans()), max_size=20),
    st.integers(0, 5000),
)
def test_enough_is_freed_or_everything_is_gone(ages, missing):
    """And of one kind nothing younger goes before something older."""
    segments = [segment(n, age=age * DAY, size=s, has_event=e) for n, (age, s, e) in enumerate(ages)]
    chosen = to_delete(segments, Keep(), now=NOW, missing_bytes=missing, growing=())
    left = [s for s in segments if s not in chosen]
    assert sum(s.size_bytes for s in chosen) >= missing or not left
    assert all(c.end_us <= s.end_us for c in chosen for s in left if c.has_event == s.has_event)


@given(
    st.lists(st.integers(0, 9), max_size=6),
    st.lists(st.tuples(st.integers(0, 20).map(lambda five: 5 * five), st.integers(1, 30)), max_size=4),
)
def test_a_file_is_marked_when_it_shares_an_instant_with_an_event(starts, events):
    """The sweep finds what comparing each with each finds."""
    files = [
        StoredSegment(id=n, camera=PORCH, path=f"{n}", start_us=10 * s, end_us=10 * s + 10, size_bytes=1)
        for n, s in enumerate(starts)
    ]
    moments = [Moment(start, start + length) for start, length in events]
    for file in mark_events(files, moments):
        shares = any(m.start_us < file.end_us and m.end_us > file.start_us for m in moments)
        assert file.has_event == shares


def test_a_small_disk_keeps_a_small_reserve():
    """A gigabyte of a terabyte; of a card of two gigabytes no more than a twentieth."""
    assert Keep().reserve(10**12) == 1 << 30
    assert Keep().reserve(2 * 10**9) == 10**8


@pytest.fixture
def two_files(store, gops):
    writer = GopWriter(store, rotate_after=timedelta(seconds=2))
    stored = [writer.write(gop) for gop in gops]
    yield stored
    writer.close()


def starts(store):
    with store.read() as db:
        return [row["start_us"] for row in db.execute("SELECT start_us FROM gop ORDER BY start_us")]


def test_files_and_rows_go_together(store, two_files):
    """After deleting, neither the file nor its rows are left, and the growing file is whole."""
    growing = two_files[-1].path
    later = from_micros(two_files[-1].end_us) + 30 * DAY
    assert Room(store, Keep(min_free_bytes=0)).make(now=later, growing={growing}) > 0
    assert [p.name for p in index.folder(store).rglob("*.mp4")] == [growing.rsplit("/", 1)[1]]
    assert starts(store) == [gop.start_us for gop in two_files[2:]]


def test_the_file_of_an_event_stays(store, two_files):
    """Three weeks later the file without an event is gone, the one with an event is not."""
    last = two_files[-1]

    def moments(camera):
        return [Moment(last.start_us, last.end_us)] if camera == CAMERA else []

    later = from_micros(last.end_us) + 21 * DAY
    Room(store, Keep(min_free_bytes=0), moments).make(now=later, growing=())
    assert starts(store) == [gop.start_us for gop in two_files[2:]]


def test_a_file_that_cannot_be_deleted_holds_up_no_other(store, two_files, caplog):
    """It is said once and keeps its rows; the others go, and a camera goes on."""
    stuck = index.folder(store) / two_files[0].path
    stuck.unlink()
    (stuck / "something").mkdir(parents=True)
    later = from_micros(two_files[-1].end_us) + 30 * DAY
    room = Room(store, Keep(min_free_bytes=0))
    assert room.make(now=later, growing=()) > 0
    assert room.make(now=later, growing=()) == 0
    assert starts(store) == [gop.start_us for gop in two_files[:2]]
    assert [record.message.split(" ")[0] for record in caplog.records] == [two_files[0].path]


def test_a_limit_counts_all_files_also_young_ones(store, two_files):
    """A camera that is over its gigabytes loses its oldest, although its days are not over."""
    rule = Rule(max_bytes=sum(each.size_bytes for each in two_files) - 1)
    room = Room(store, Keep(rule=rule, min_free_bytes=0))
    room.make(now=from_micros(two_files[-1].end_us), growing=())
    assert starts(store) == [gop.start_us for gop in two_files[2:]]


def test_nothing_goes_while_there_is_room(store, two_files):
    """The allowed twin: young files on a disk with space."""
    room = Room(store, Keep(min_free_bytes=0))
    assert not room.is_short()
    assert room.make(now=from_micros(two_files[-1].end_us), growing=()) == 0
    assert len(list(index.folder(store).rglob("*.mp4"))) == 2


def test_what_a_file_holds_is_known_without_its_gops(store, two_files):
    """Start, end and size of each file are those of its GOPs, also after some were dropped."""
    first, second = sorted(index.segments(store), key=lambda s: s.start_us)
    assert (first.start_us, first.end_us) == (two_files[0].start_us, two_files[1].end_us)
    assert second.size_bytes == two_files[3].byte_offset + two_files[3].size_bytes
    with store.write() as db:
        db.execute("DELETE FROM gop WHERE start_us = ?", (two_files[3].start_us,))
        index.measure_again(second.id, db=db)
    _, second = sorted(index.segments(store), key=lambda s: s.start_us)
    assert (second.end_us, second.size_bytes) == (two_files[2].end_us, two_files[3].byte_offset)
