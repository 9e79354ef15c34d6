import av
import pytest

from latchstring.base.ids import CameraId
from latchstring.hub.cameras.decode import luma
from latchstring.hub.events.tracker import Tracker
from latchstring.hub.motion.detector import Detector, stride

pytestmark = pytest.mark.slow


def events(path):
    """(start, end) in seconds of each event in a film."""
    detector, tracker, found = Detector(), Tracker(CameraId("cam_x")), {}
    next_us = 0
    with av.open(str(path)) as file:
        file.streams.video[0].codec_context.thread_count = 1
        for frame in file.decode(video=0):
            utc_us = round(frame.time * 1e6)
            if utc_us >= next_us:
                next_us = utc_us + 180_000
                sample = detector.look(luma(frame, stride(frame.height)), utc_us)
                found |= {event.id: event for event in tracker.feed(sample)}
    found |= {event.id: event for event in tracker.close()}
    return [(event.start_us / 1e6, event.end_us / 1e6) for event in found.values()]


def test_people_walk_all_the_time(real_video):
    """Surveillance footage of a busy place is one event from the end of settling to its end."""
    [(start, end)] = events(real_video / "pedestrians.mp4")
    assert start < 3
    assert end > 79


def test_a_tree_is_no_event(real_video):
    """Nothing before the hand comes, at about 24 s."""
    [(start, _)] = events(real_video / "foliage.mp4")
    assert 23 <= start < 25


def test_events_are_where_the_people_are(real_video):
    """Two stretches of people in two minutes of noise, to half a second."""
    found = events(real_video / "street-1080p.mp4")
    assert [pytest.approx(pair, abs=0.5) for pair in [(40, 50), (90, 100)]] == found
