"""The owner's own chime, called over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from latchstring.base.ids import CameraId
from latchstring.base.time import to_text
from latchstring.hub.doorbell import chime
from latchstring.hub.doorbell.models import BadChimeUrl
from latchstring.hub.doorbell.service import Doorbell
from latchstring.testing.listening import Listener
from latchstring.testing.waiting import until


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as listener:
        listener.answers.last = 200
        yield listener


def chosen(doorbell: Doorbell, camera: CameraId, url: str, method: str = "POST") -> None:
    doorbell.mark(camera)
    doorbell.change(camera, lambda known: replace(known, chime_url=url, chime_method=method))


def test_a_press_rings_the_chime(
    doorbell: Doorbell, camera: CameraId, listener: Listener, now: datetime
) -> None:
    """It is told which door, and how it went is kept for the owner."""
    chosen(doorbell, camera, f"{listener.url}/api/webhook/ding?volume=9")
    doorbell.press(camera, now)
    chimed = until(lambda: doorbell.settings(camera).chimed)
    [heard] = listener.heard
    assert (heard.method, heard.path) == ("POST", "/api/webhook/ding?volume=9")
    assert json.loads(heard.body) == {"kind": "press", "camera": "Porch", "at": to_text(now)}
    assert (chimed.ok, chimed.message) == (True, "It rang.")


def test_a_chime_may_want_to_be_fetched(doorbell: Doorbell, camera: CameraId, listener: Listener) -> None:
    chosen(doorbell, camera, listener.url + "/ring", "GET")
    assert doorbell.try_chime(camera).ok
    assert [(heard.method, heard.body) for heard in listener.heard] == [("GET", b"")]


def test_a_slow_chime_holds_nobody_up(
    doorbell: Doorbell, camera: CameraId, listener: Listener, now: datetime
) -> None:
    """The press is told and answered for while the chime still thinks."""
    listener.hold()
    chosen(doorbell, camera, listener.url)
    assert doorbell.press(camera, now) is not None
    assert doorbell.settings(camera).chimed is None
    listener.let_go()
    until(lambda: doorbell.settings(camera).chimed)


def test_a_chime_that_hangs_does_not_ring_later_for_each_press(
    doorbell: Doorbell, camera: CameraId, listener: Listener, now: datetime
) -> None:
    """A bell that rings late is wrong: what is pressed while it is being called is not saved up."""
    chosen(doorbell, camera, listener.url)
    listener.hold()
    for seconds in range(0, 60, 5):
        doorbell.press(camera, now + timedelta(seconds=seconds))
    until(lambda: listener.heard)
    listener.let_go()
    doorbell.stop()
    assert len(listener.heard) == 1


@pytest.mark.parametrize(
    ("status", "words"), [(500, "an error (500)"), (404, "an error (404)"), (302, "it has moved (302)")]
)
def test_how_it_went_is_said(
    doorbell: Doorbell, camera: CameraId, listener: Listener, status: int, words: str
) -> None:
    """A redirect is not followed: only the address that the owner typed is ever called."""
    listener.answers.last = status
    listener.answers.headers["Location"] = f"{listener.url}/elsewhere"
    chosen(doorbell, camera, listener.url + "/ring")
    chimed = doorbell.try_chime(camera)
    assert not chimed.ok
    assert words in chimed.message
    assert [heard.path for heard in listener.heard] == ["/ring"]


def test_nobody_at_the_address(doorbell: Doorbell, camera: CameraId) -> None:
    chosen(doorbell, camera, "http://127.0.0.1:1/")
    assert "Nobody answers" in doorbell.try_chime(camera).message


def test_there_is_nothing_to_try_without_an_address(doorbell: Doorbell, camera: CameraId) -> None:
    doorbell.mark(camera)
    with pytest.raises(BadChimeUrl):
        doorbell.try_chime(camera)


@pytest.mark.parametrize(
    "url",
    ["ftp://chime/", "chime", "http://", "http://[::", "http://chime..local/", "file:///etc/passwd", "//x"],
)
def test_only_web_addresses_are_called(doorbell: Doorbell, camera: CameraId, url: str) -> None:
    with pytest.raises(BadChimeUrl):
        chosen(doorbell, camera, url)


def test_an_address_is_taken_without_the_spaces_around_it() -> None:
    assert chime.check(" http://192.168.1.9/ring ") == "http://192.168.1.9/ring"
