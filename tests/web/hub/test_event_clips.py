"""The clip of an event: pre-roll is a question to what was always recorded."""

from datetime import timedelta

import av
import pytest

from latchstring.base.ids import EventId
from latchstring.base.time import from_text, to_micros
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.events import store as event_rows
from latchstring.hub.events.models import Event
from latchstring.hub.recording.writer import GopWriter
from latchstring.testing.clock import FakeClock
from latchstring.testing.recorded import CAMERA, SMALL, gops_of
from latchstring.testing.town import NOW

SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def filmed():
    """Forty seconds, a keyframe every second."""
    return gops_of(SMALL, 40, clock=FakeClock(NOW))


@pytest.fixture
def recorded(hub, filmed):
    with hub.store.write() as db:
        camera_rows.add(CameraSettings(id=CAMERA, name="Porch", url="synthetic:"), now=NOW, db=db)
    writer = GopWriter(hub.store)
    for gop in filmed:
        writer.write(gop)
    writer.close()


@pytest.fixture
def event(hub, recorded):
    """Somebody was there from second 20.4 to 23.1."""
    start_us = to_micros(NOW + 20.4 * SECOND)
    event = Event(
        id=EventId("ev_visit"),
        camera=CAMERA,
        start_us=start_us,
        end_us=start_us + 2_700_000,
        peak_us=start_us,
        score=0.1,
        is_open=False,
    )
    with hub.store.write() as db:
        event_rows.save(event, db=db)
    return event


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("", 10, 29),
        ("?before=0&after=0", 20, 24),
        ("?before=3&after=1", 17, 25),
        ("?before=600&after=600", 0, 40),
    ],
)
def test_a_clip_reaches_as_far_back_as_one_asks(owner, event, asked, start, end):
    """Ten seconds by itself, any length that is on disk, exact to the GOP that holds the instant."""
    clip = owner.get(f"/api/events/{event.id}/clip{asked}").json()
    assert from_text(clip["start"]) == NOW + start * SECOND
    assert from_text(clip["end"]) == NOW + end * SECOND


def test_the_download_is_that_clip(owner, event, tmp_path):
    """A file that starts at 0 and holds every frame from pre-roll to post-roll."""
    answer = owner.get(f"/api/events/{event.id}/download.mp4")
    clip = owner.get(f"/api/events/{event.id}/clip").json()
    assert len(answer.content) == clip["size_bytes"]
    path = tmp_path / "visit.mp4"
    path.write_bytes(answer.content)
    with av.open(str(path)) as film:
        assert len(list(film.decode(video=0))) == 19 * SMALL.fps


def test_what_is_no_longer_recorded_is_said(owner, hub, event):
    """The event is still listed; its recording is gone."""
    with hub.store.write() as db:
        db.execute("DELETE FROM gop")
    assert owner.get(f"/api/events/{event.id}/clip").status_code == 404
    assert owner.get("/api/events/ev_nothing/clip").status_code == 404


def test_a_stranger_gets_nothing(stranger, event):
    assert stranger.get(f"/api/events/{event.id}/clip").status_code == 401
    assert stranger.get(f"/api/events/{event.id}/download.mp4").status_code == 401
