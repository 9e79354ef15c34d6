"""The picture of the moment in which somebody pressed, from real H.264."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta

import numpy as np
import pytest
from PIL import Image

from latchstring.base.ids import CameraId
from latchstring.base.time import from_micros
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.doorbell import moment
from latchstring.hub.doorbell import service as parts
from latchstring.hub.doorbell.models import NoPicture, NoPictureYet
from latchstring.hub.doorbell.service import Doorbell
from latchstring.hub.events.models import Event
from latchstring.hub.recording.assembler import WholeGop
from latchstring.hub.recording.feed import LiveFeed
from latchstring.hub.recording.models import Fragment, Run
from latchstring.hub.store import Store
from latchstring.testing.clock import FakeClock
from latchstring.testing.recorded import made_of

SCENE = Scene(width=320, height=180, fps=10, gop_seconds=2, seed=0)


@pytest.fixture
def film(feed: LiveFeed, clock: FakeClock) -> list[Fragment]:
    """Three seconds: one GOP and a half, in the feed's memory."""
    run, fragments = None, []
    for made in made_of(SCENE, 3.0, clock=clock):
        if isinstance(made, Run):
            run = made
        elif isinstance(made, Fragment):
            assert run is not None
            feed.add(run, made)
            fragments.append(made)
        elif isinstance(made, WholeGop):
            feed.seal(b"")
    return fragments


def pixels(jpeg: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("L"), np.int16)


def at(fragment: Fragment) -> datetime:
    return from_micros(fragment.utc_us)


def test_the_picture_is_of_the_very_frame(store: Store, feed: LiveFeed, film: list[Fragment]) -> None:
    """Not of the keyframe before it: the burned-in clock of each frame differs from its neighbours'."""
    frame = film[-1]
    shown = pixels(moment.picture(store, feed, CameraId("cam_x"), at(frame)))
    keyframe = pixels(moment.picture(store, feed, CameraId("cam_x"), at(film[20])))
    again = pixels(moment.picture(store, feed, CameraId("cam_x"), at(frame) + timedelta(milliseconds=50)))
    assert film[20].is_keyframe
    assert np.abs(shown - again).mean() < 0.1
    assert np.abs(shown - keyframe).mean() > 0.1


def test_a_moment_in_the_gop_before_is_still_there(
    store: Store, feed: LiveFeed, film: list[Fragment]
) -> None:
    """A press that is worked on a little late still shows its own moment."""
    assert not film[12].is_keyframe
    early = pixels(moment.picture(store, feed, CameraId("cam_x"), at(film[12])))
    late = pixels(moment.picture(store, feed, CameraId("cam_x"), at(film[-1])))
    assert np.abs(early - late).mean() > 0.1


def test_a_camera_that_is_away_gives_no_picture(store: Store, feed: LiveFeed, now: datetime) -> None:
    with pytest.raises(NoPicture):
        moment.picture(store, feed, CameraId("cam_x"), now)


def test_the_picture_of_a_press_is_kept(
    doorbell: Doorbell, camera: CameraId, film: list[Fragment], feed: LiveFeed
) -> None:
    """Whoever asks at once waits for it; later it is there although the frames are gone."""
    event = doorbell.press(camera, at(film[-1]))
    assert event is not None
    asked_at_once = doorbell.picture(event.id)
    doorbell.stop()
    feed.clear()
    assert doorbell.picture(event.id) == asked_at_once
    assert pixels(asked_at_once).shape == (180, 320)


def test_the_picture_goes_with_its_event(
    doorbell: Doorbell, camera: CameraId, film: list[Fragment], store: Store
) -> None:
    """When the event's time is up, nothing of it stays."""
    event = doorbell.press(camera, at(film[-1]))
    assert event is not None
    doorbell.picture(event.id)
    doorbell.stop()
    with store.write() as db:
        db.execute("DELETE FROM event")
    with pytest.raises(NoPicture):
        doorbell.picture(event.id)


def test_who_asks_for_a_picture_that_takes_long_is_told_to_ask_again(
    doorbell: Doorbell, camera: CameraId, film: list[Fragment], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine that is too busy for it."""
    monkeypatch.setattr(parts, "PICTURE_SECONDS", 0.0)
    monkeypatch.setattr(doorbell._painter, "submit", lambda *_: Future())
    event = doorbell.press(camera, at(film[-1]))
    assert event is not None
    with pytest.raises(NoPictureYet):
        doorbell.picture(event.id)


def test_a_picture_that_is_there_at_once_is_not_kept_in_memory(
    doorbell: Doorbell, camera: CameraId, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A camera that is away is known to be so before the press has been noted as being painted."""

    def at_once(paint: Callable[[Event], bytes], event: Event) -> Future[bytes]:
        done: Future[bytes] = Future()
        with pytest.raises(NoPicture) as refused:
            paint(event)
        done.set_exception(refused.value)
        return done

    monkeypatch.setattr(doorbell._painter, "submit", at_once)
    doorbell.press(camera, now)
    assert doorbell._painting == {}
