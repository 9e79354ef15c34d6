from datetime import timedelta
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from latchstring.base.time import TimeRange, from_micros
from latchstring.hub.recording import index
from latchstring.hub.recording.models import Run, StoredGop, Track
from latchstring.hub.recording.spans import spans
from latchstring.hub.store import Store
from latchstring.testing.recorded import CAMERA

SECOND = 1_000_000
TRACK = Track(codec="avc1.64001f", width=96, height=64, timescale=90_000, avcc=b"")


def enter(store, runs):
    """Rows of runs, each a list of files, each so many GOPs of a second; runs are ten seconds apart."""
    at = 0
    with store.write() as db:
        for number, files in enumerate(runs):
            at += 10 * SECOND
            run = Run(camera=CAMERA, start_us=at, track=TRACK, init=b"")
            for part, gops in enumerate(files):
                path = f"{number}-{part}.mp4"
                segment = index.add_segment(run, part, path, db=db)
                for offset in range(gops):
                    row = StoredGop(
                        camera=CAMERA,
                        run_us=run.start_us,
                        start_us=at,
                        end_us=at + SECOND,
                        frames=5,
                        media_start=0,
                        path=path,
                        byte_offset=offset,
                        size_bytes=1,
                    )
                    index.add_gop(row, segment, db=db)
                    at += SECOND


def enter_file(start, seconds, *, db):
    """A run of its own, in one file with one GOP."""
    run = Run(camera=CAMERA, start_us=start * SECOND, track=TRACK, init=b"")
    segment = index.add_segment(run, 0, f"{start}.mp4", db=db)
    index.add_gop(
        StoredGop(
            camera=CAMERA,
            run_us=run.start_us,
            start_us=run.start_us,
            end_us=run.start_us + seconds * SECOND,
            frames=5,
            media_start=0,
            path=f"{start}.mp4",
            byte_offset=0,
            size_bytes=1,
        ),
        segment,
        db=db,
    )


def _start(run):
    return run[0]


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    runs=st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=3), max_size=4),
    start=st.integers(0, 60),
    length=st.integers(1, 60),
)
def test_told_by_files_it_is_what_the_gops_say(tmp_path_factory, runs, start, length):
    """Whatever was recorded and whatever is asked, files and GOPs agree on what is unbroken."""
    store = Store(tmp_path_factory.mktemp("store") / "hub.db")
    try:
        enter(store, runs)
        asked = TimeRange(from_micros(start * SECOND), from_micros((start + length) * SECOND))
        assert spans(store, CAMERA, asked) == index.covered(store, CAMERA, asked)
    finally:
        store.close()


def test_another_cameras_recordings_do_not_count(store, recorded):
    """Only the camera that is asked for."""
    asked = TimeRange(recorded[0].during.start, recorded[-1].during.end + timedelta(days=1))
    assert spans(store, CAMERA, asked) == [TimeRange(recorded[0].during.start, recorded[-1].during.end)]
    assert spans(store, "cam_nothing", asked) == []


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    runs=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 20)), min_size=1, max_size=5, unique_by=_start)
)
def test_after_a_clock_was_set_back_each_instant_is_shown_once(tmp_path_factory, runs):
    """As the run that was recorded later, whichever others claim it; nothing recorded is missing."""
    store = Store(tmp_path_factory.mktemp("store") / "hub.db")
    try:
        with store.write() as db:
            for start, seconds in runs:
                enter_file(start, seconds, db=db)
        found = spans(store, CAMERA, TimeRange(from_micros(0), from_micros(100 * SECOND)))
    finally:
        store.close()
    assert all(a.end <= b.start for a, b in pairwise(found))
    shown = [
        next((n for n, span in enumerate(found) if span.start <= from_micros(at) < span.end), None)
        for at in range(SECOND // 2, 100 * SECOND, SECOND)
    ]
    holds = [next((r for r in reversed(runs) if r[0] <= second < r[0] + r[1]), None) for second in range(100)]
    assert [n is None for n in shown] == [run is None for run in holds]
    assert [a == b for a, b in pairwise(shown)] == [a == b for a, b in pairwise(holds)]
