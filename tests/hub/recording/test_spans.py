from datetime import timedelta

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
