"""Answering the door over HTTP and WebSocket, with a real RTSP server for a door."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from latchstring.hub.daemon import Hub
from latchstring.testing.rtsp import WHY_NOT, RtspServer, available
from latchstring.testing.sounds import loudest, recording, tone
from latchstring.testing.waiting import until
from web.browser import Browser

OURS = {"Origin": "http://localhost:8700"}
needs_server = pytest.mark.skipif(not available(), reason=WHY_NOT)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RtspServer]:
    with RtspServer({"/porch": "alaw:160x96@5"}, login="digest", heard=tmp_path) as server:
        yield server


@pytest.fixture
def porch(hub: Hub, server: RtspServer) -> str:
    return hub.video.add_camera("Porch", server.url("/porch")).id


def talking(browser: Browser, camera: str):
    return browser.websocket_connect(f"ws://localhost:8700/api/cameras/{camera}/talk", headers=OURS)


@needs_server
def test_both_are_heard(owner: Browser, porch: str, tmp_path: Path) -> None:
    """What the page sends is played at the door, and what the door hears comes back, until the page goes."""
    with talking(owner, porch) as page:
        assert page.receive_json() == {"state": "talking"}
        for start in range(0, 8000, 800):
            page.send_bytes(tone(1000, 0.5)[start : start + 800])
        came = b"".join(page.receive_bytes() for _ in range(20))
        heard = tmp_path / "porch.pcm"
        until(lambda: heard.exists() and heard.stat().st_size >= 6400)
    assert loudest(heard.read_bytes()) == pytest.approx(1000, abs=10)
    assert loudest(came) == pytest.approx(440, abs=10)


@needs_server
def test_a_second_page_is_told_why(owner: Browser, porch: str, hub: Hub) -> None:
    with talking(owner, porch) as first:
        assert first.receive_json() == {"state": "talking"}
        with talking(owner, porch) as second:
            said = second.receive_json()
            assert (said["state"], "already" in said["message"]) == ("refused", True)
            assert second.receive()["code"] == 4409
    until(lambda: not hub.doorbell._talks.is_busy(porch))


def test_a_camera_without_a_speaker_says_so(owner: Browser, hub: Hub) -> None:
    """In words, not as a broken line."""
    camera = hub.video.add_camera("Porch", "synthetic:").id
    with talking(owner, camera) as page:
        assert "can play what you say" in page.receive_json()["message"]


def test_replies_over_http(owner: Browser) -> None:
    """Brought, listed, listened to, renamed, removed, and brought back."""
    path = "/api/doorbell/replies"
    reply = owner.post(path, params={"name": "Coming"}, content=recording(700, 0.4)).json()
    assert (reply["name"], reply["seconds"]) == ("Coming", 0.4)
    assert owner.get(f"{path}/{reply['id']}/sound.wav").content.startswith(b"RIFF")
    assert owner.put(f"{path}/{reply['id']}", json={"name": "On my way"}).json()["name"] == "On my way"
    assert owner.delete(f"{path}/{reply['id']}").status_code == 204
    assert owner.get(path).json() == []
    owner.post(f"{path}/{reply['id']}/back")
    assert [each["name"] for each in owner.get(path).json()] == ["On my way"]


def test_what_is_no_recording_is_refused(owner: Browser) -> None:
    for body, status, error in (
        (b"hello", 422, "not_sound"),
        (bytes((8 << 20) + 1), 413, "recording_too_large"),
    ):
        answer = owner.post("/api/doorbell/replies", params={"name": "x"}, content=body)
        assert (answer.status_code, answer.json()["error"]) == (status, error)


@needs_server
def test_a_reply_is_said_at_the_door(owner: Browser, porch: str, tmp_path: Path) -> None:
    reply = owner.post("/api/doorbell/replies", params={"name": "Hi"}, content=recording(700, 0.3)).json()
    answer = owner.post(f"/api/cameras/{porch}/doorbell/replies/{reply['id']}/play")
    assert answer.status_code == 204, answer.text
    heard = tmp_path / "porch.pcm"
    until(lambda: heard.exists() and heard.stat().st_size >= 2 * 8000 * 0.7)
    assert loudest(heard.read_bytes()[:4000]) == pytest.approx(700, abs=20)


def test_a_page_that_is_opened_later_rings_too(owner: Browser, hub: Hub) -> None:
    """From a notification, say; until somebody has answered."""
    camera = hub.video.add_camera("Porch", "synthetic:").id
    event = owner.post(f"/api/cameras/{camera}/doorbell/press").json()["event"]
    [waiting] = owner.get("/api/doorbell/waiting").json()
    assert (waiting["event"], waiting["camera"]) == (event, camera)
    assert owner.post(f"/api/doorbell/presses/{event}/answered").status_code == 204
    assert owner.get("/api/doorbell/waiting").json() == []


def test_the_owner_chooses_a_chime(owner: Browser, hub: Hub) -> None:
    """A chime that does not answer is shown with the reason, and can be taken away again."""
    camera = hub.video.add_camera("Porch", "synthetic:").id
    path = f"/api/cameras/{camera}/doorbell"
    chosen = owner.put(path, json={"chime_url": "http://127.0.0.1:1/ding", "chime_method": "GET"}).json()
    assert (chosen["chime_url"], chosen["chime_method"]) == ("http://127.0.0.1:1/ding", "GET")
    assert not owner.post(f"{path}/chime").json()["ok"]
    assert "Nobody answers" in owner.get(path).json()["chimed"]["message"]
    assert owner.put(path, json={"chime_url": None}).json()["chime_url"] is None
    assert owner.put(path, json={"chime_url": "gopher://x"}).json()["error"] == "bad_chime_url"


def test_the_microphone_is_for_the_hubs_own_pages(owner: Browser) -> None:
    assert "microphone=(self)" in owner.get("/api/setup").headers["Permissions-Policy"]
