"""Doorbells over HTTP: the one address that needs no owner, and all that does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from latchstring.base.time import to_text
from latchstring.hub.daemon import Hub
from latchstring.hub.events.bulletin import Happening
from latchstring.testing.clock import FakeClock
from web.browser import Browser


@pytest.fixture
def camera(hub: Hub) -> str:
    return hub.video.add_camera("Porch", "synthetic:").id


@pytest.fixture
def path(owner: Browser, camera: str) -> str:
    """The address that the doorbell calls."""
    answer = owner.put(f"/api/cameras/{camera}/doorbell", json={"is_on": True})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["press_path"])


@pytest.fixture
def told(hub: Hub) -> Iterator[list[Happening]]:
    told: list[Happening] = []
    stop = hub.bulletin.listen(told.append)
    yield told
    stop()


def test_a_doorbell_needs_its_address_only(
    stranger: Browser, path: str, told: list[Happening], clock: FakeClock
) -> None:
    """No session, no token of a page: many doorbells can only fetch an address, by POST or by GET."""
    assert stranger.post(path).status_code == 204
    clock.advance(10)
    assert stranger.get(path).status_code == 204
    assert [happening.kind for happening in told] == ["press", "press"]


def test_an_event_of_its_own_kind(owner: Browser, path: str, camera: str, clock: FakeClock) -> None:
    owner.post(path)
    [event] = owner.get("/api/events").json()
    assert (event["kind"], event["camera"], event["start"]) == ("press", camera, to_text(clock.now()))


def test_a_wrong_token_is_refused(stranger: Browser, path: str, told: list[Happening]) -> None:
    for wrong in (path + "x", path.split("?")[0], path.replace("cam_", "cam_x")):
        answer = stranger.post(wrong)
        assert (answer.status_code, answer.json()["error"]) == (401, "wrong_token")
    assert told == []


def test_guessing_is_slowed_down(stranger: Browser, path: str, clock: FakeClock) -> None:
    """Ten wrong ones in a minute from one device are enough; after that minute it may ring again."""
    for _ in range(10):
        assert stranger.post(path + "x").status_code == 401
    answer = stranger.post(path)
    assert (answer.status_code, answer.json()["error"]) == (429, "too_many_wrong_tokens")
    clock.advance(61)
    assert stranger.post(path).status_code == 204


def test_a_stuck_button_is_slowed_down(
    stranger: Browser, path: str, clock: FakeClock, told: list[Happening]
) -> None:
    for _ in range(20):
        assert stranger.post(path).status_code == 204
        clock.advance(2.5)
    answer = stranger.post(path)
    assert (answer.status_code, answer.json()["error"]) == (429, "too_many_presses")
    assert len(told) == 20


def test_a_renewed_address_ends_the_old_one(
    owner: Browser, stranger: Browser, path: str, camera: str
) -> None:
    new = owner.post(f"/api/cameras/{camera}/doorbell/token").json()["press_path"]
    assert new != path
    assert stranger.post(path).status_code == 401
    assert stranger.post(new).status_code == 204


def test_a_camera_is_no_doorbell_until_somebody_says_so(owner: Browser, camera: str) -> None:
    shown = owner.get(f"/api/cameras/{camera}/doorbell").json()
    assert (shown["is_on"], shown["press_path"]) == (False, None)
    assert owner.get("/api/cameras/cam_none/doorbell").status_code == 404


def test_the_owner_can_try_it(owner: Browser, camera: str, path: str, told: list[Happening]) -> None:
    """A press from the page, which is one with another press at the same moment."""
    answer = owner.post(f"/api/cameras/{camera}/doorbell/press")
    assert answer.json()["event"] == told[0].event
    assert owner.post(f"/api/cameras/{camera}/doorbell/press").json() == {"event": None}


def test_no_picture_is_said_plainly(owner: Browser, camera: str, path: str) -> None:
    """The camera was away when somebody pressed."""
    event = owner.post(f"/api/cameras/{camera}/doorbell/press").json()["event"]
    answer = owner.get(f"/api/doorbell/presses/{event}/picture.jpg")
    assert (answer.status_code, answer.json()["error"]) == (404, "no_picture")


def test_the_owner_chooses_the_sound(owner: Browser) -> None:
    assert owner.get("/api/doorbell/ringing").json() == {"sound": "two-tone"}
    assert owner.put("/api/doorbell/ringing", json={"sound": "knock"}).status_code == 200
    assert owner.get("/api/doorbell/ringing").json() == {"sound": "knock"}
    assert owner.put("/api/doorbell/ringing", json={"sound": "scream"}).status_code == 422
