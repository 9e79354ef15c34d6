"""A camera whose large stream is HEVC: one connection to its small one records and is looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from latchstring.base.clock import SystemClock
from latchstring.hub.cameras.errors import CameraHungUp, UnsupportedCodec
from latchstring.hub.cameras.models import Packet, StreamInfo
from latchstring.hub.cameras.patience import RECORDED_SECONDS, WATCHED_SECONDS
from latchstring.hub.cameras.synthetic import Scene, SyntheticSource
from latchstring.hub.events.bulletin import Bulletin, Happening
from latchstring.hub.live.video import Video
from latchstring.testing.waiting import until

LARGE, SMALL = "rtsp://192.0.2.1/large", "rtsp://192.0.2.1/small"
BUSY = Scene(width=160, height=96, fps=10, gop_seconds=1, every=4, seed=2)  # somebody comes after two seconds


class Camera:
    """As an opener reaches it. `set_to_h264` is what its owner does in its settings; it then hangs up."""

    def __init__(self) -> None:
        self.codec = "HEVC (H.265)"
        self.opened: Counter[str] = Counter()
        self.held: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self.times_set = 0

    def set_to_h264(self) -> None:
        self.codec, self.times_set = "H.264", self.times_set + 1
        self.sent.clear()

    def open(self, url, *, sound=False, patience=None):
        if url == LARGE and self.codec != "H.264":
            raise UnsupportedCodec(f"the camera sends {self.codec}")
        self.opened[url] += 1
        self.held[url] += 1
        return Line(self, url)


class Line:
    def __init__(self, camera: Camera, url: str) -> None:
        self._camera, self._url, self._times_set = camera, url, camera.times_set
        self._source = SyntheticSource(BUSY, SystemClock())

    @property
    def info(self) -> StreamInfo:
        return self._source.info

    def packets(self) -> Iterator[Packet]:
        for packet in self._source.packets():
            if self._camera.times_set != self._times_set:
                raise CameraHungUp
            self._camera.sent[self._url] += 1
            yield packet

    def close(self) -> None:
        self._camera.held[self._url] -= 1
        self._source.close()


@pytest.fixture
def moved() -> list[Happening]:
    return []


@pytest.fixture
def camera() -> Camera:
    return Camera()


@pytest.fixture
def video(tmp_path, store, camera, moved) -> Iterator[Video]:
    bulletin = Bulletin()
    bulletin.listen(lambda told: told.kind == "motion-began" and moved.append(told))
    video = Video(store, tmp_path, SystemClock(), camera, bulletin=bulletin)
    video.start()
    yield video
    video.stop()


def test_one_connection_records_and_is_looked_at(video, camera, moved):
    """Who moves is told of, and the small stream was called once; both look as often as at one that is watched."""
    porch = video.add_camera("Porch", LARGE, SMALL).id
    until(lambda: moved and video.status(porch).last_gop_at, "motion on what is recorded")
    assert camera.opened == {SMALL: 1}
    assert video._posts[porch].recorder.patience.seconds == WATCHED_SECONDS
    assert "HEVC (H.265)" in (video.status(porch).advice or "")


def test_set_to_h264_each_stream_has_its_own_connection(video, camera, moved):
    """The setting is all that it takes: the large stream is recorded, and the small one looked at."""
    porch = video.add_camera("Porch", LARGE, SMALL).id
    until(lambda: moved)
    camera.set_to_h264()
    until(lambda: camera.sent[LARGE] > 5 and camera.sent[SMALL] > 5, "both streams")
    assert camera.opened == {SMALL: 2, LARGE: 1}
    assert camera.held == {SMALL: 1, LARGE: 1}
    assert video._posts[porch].recorder.patience.seconds == RECORDED_SECONDS
    assert video.status(porch).advice is None


def test_a_large_stream_in_h264_is_as_before(video, camera, moved):
    """Two connections from the first call on, one for each stream."""
    camera.codec = "H.264"
    video.add_camera("Porch", LARGE, SMALL)
    until(lambda: moved)
    assert camera.opened == {LARGE: 1, SMALL: 1}
