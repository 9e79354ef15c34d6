"""A camera that is slow to stop holds up nobody but those who change it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from latchstring.base.clock import SystemClock
from latchstring.base.ids import CameraId
from latchstring.hub.cameras.store import NoSuchCamera
from latchstring.hub.live.video import Video
from latchstring.hub.recording.recorder import Recorder
from latchstring.hub.store import Store
from latchstring.testing.waiting import WAIT_SECONDS, until

URL = "synthetic:?width=96&height=64&fps=5&gop_seconds=1"
OTHER = "synthetic:?width=96&height=64&fps=5&gop_seconds=2"


@pytest.fixture
def video(tmp_path: Path, store: Store) -> Iterator[Video]:
    video = Video(store, tmp_path, SystemClock())
    video.start()
    yield video
    video.stop()


@pytest.fixture
def in_another_thread() -> Iterator[Callable[..., Future[object]]]:
    with ThreadPoolExecutor() as pool:
        yield pool.submit


@pytest.fixture
def slow(video: Video, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    slow = Slow(video.add_camera("Slow", URL).id)
    really_stop = Recorder.stop

    def stop(recorder: Recorder) -> None:
        if recorder.camera.id == slow.camera:
            slow.is_asked.set()
            slow.may_stop.wait(WAIT_SECONDS)
        really_stop(recorder)

    monkeypatch.setattr(Recorder, "stop", stop)
    yield slow
    slow.may_stop.set()


class Slow:
    """A camera that stops when it may."""

    def __init__(self, camera: CameraId) -> None:
        self.camera = camera
        self.is_asked = threading.Event()
        self.may_stop = threading.Event()


@pytest.mark.parametrize("change", ["remove", "change"])
def test_others_are_seen_added_changed_and_removed_meanwhile(
    video: Video, slow: Slow, in_another_thread: Callable[..., Future[object]], change: str
) -> None:
    """And the slow one shows how it stands."""
    if change == "remove":
        going = in_another_thread(video.remove_camera, slow.camera)
    else:
        going = in_another_thread(video.change_camera, slow.camera, name="Slow", url=OTHER)
    until(slow.is_asked.is_set)
    porch = video.add_camera("Porch", URL).id
    until(lambda: video.status(porch).state == "recording")
    video.change_camera(porch, name="Porch", url=OTHER)
    video.remove_camera(porch)
    assert video.status(slow.camera)
    assert not going.done()
    slow.may_stop.set()
    going.result(WAIT_SECONDS)
    assert {camera.url for camera in video.cameras()} == (set() if change == "remove" else {OTHER})


def test_who_changes_what_is_being_removed_learns_that_it_is_gone(
    video: Video, slow: Slow, in_another_thread: Callable[..., Future[object]]
) -> None:
    """The change waits for its turn, and calls nothing back to life."""
    going = in_another_thread(video.remove_camera, slow.camera)
    until(slow.is_asked.is_set)
    changing = in_another_thread(video.change_camera, slow.camera, name="Slow", url=OTHER)
    slow.may_stop.set()
    going.result(WAIT_SECONDS)
    with pytest.raises(NoSuchCamera):
        changing.result(WAIT_SECONDS)
    with pytest.raises(NoSuchCamera):
        video.feed(slow.camera)
