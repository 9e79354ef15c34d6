"""Cameras found and added over HTTP, from an empty hub to a press that is written down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from latchstring.hub.cameras.onvif import ear
from latchstring.hub.daemon import Hub
from latchstring.hub.owner import store as owner_rows
from latchstring.hub.owner.models import Choices
from latchstring.hub.settings import HubSettings
from latchstring.sealing import keys
from latchstring.testing.onvif_answers import Stream
from latchstring.testing.onvif_device import OnvifDevice
from latchstring.testing.rtsp import WHY_NOT, RtspServer, available
from latchstring.testing.waiting import until
from latchstring.web.hub.app import create_app
from web.browser import Browser

MAIN, SUB = "pattern:640x360@10", "pattern:320x180@10"
WINDOW = {"name": "window", "corners": [[0, 0], [0.5, 0], [0.5, 0.5], [0, 0.5]]}

pytestmark = pytest.mark.skipif(not available(), reason=WHY_NOT)


@pytest.fixture(scope="module")
def server() -> Iterator[RtspServer]:
    with RtspServer({"/main": MAIN, "/sub": SUB}, login="digest") as server:
        yield server


@pytest.fixture
def device(server: RtspServer) -> Iterator[OnvifDevice]:
    streams = [
        Stream("main", f"rtsp://127.0.0.1:{server.port}/main", 640, 360, fps=10, gop_frames=100),
        Stream("sub", f"rtsp://127.0.0.1:{server.port}/sub", 320, 180, fps=10, gop_frames=20),
    ]
    with OnvifDevice(streams, quirks={"wrong-clock"}, model="Porch doorbell") as device:
        yield device


@pytest.fixture
def running(tmp_path: Path, device: OnvifDevice, made_once: tuple[str, keys.Household]) -> Iterator[Hub]:
    settings = HubSettings(data=tmp_path / "data", camera_search=[f"127.0.0.1:{device.discovery_port}"])
    with Hub(settings) as hub:
        with hub.store.write() as db:
            owner_rows.add_owner(*made_once, now=hub.clock.now(), db=db)
            owner_rows.keep_choices(Choices(), db=db)
        yield hub


@pytest.fixture
def browser(running: Hub) -> Browser:
    browser = Browser(create_app(running), base_url="http://localhost:8700")
    browser.sign_in()
    return browser


def found(browser: Browser) -> dict[str, object]:
    browser.post("/api/cameras/search")
    until(lambda: browser.get("/api/cameras/search").json()["found"], "an answer")
    return dict(browser.get("/api/cameras/search").json()["found"][0])


def access(device: OnvifDevice, **more: object) -> dict[str, object]:
    return {"address": device.address, "user": "owner", "password": "synthetic", **more}


def test_from_nothing_to_a_press(browser: Browser, device: OnvifDevice, running: Hub) -> None:
    """Found, asked, shown, added with its GOP set right; it records, and its bell is written down."""
    assert found(browser)["name"] == "Porch doorbell"

    asked = browser.post("/api/cameras/ask", json=access(device)).json()
    assert (asked["main"], asked["sub"]) == ("main", "sub")
    assert [(each["kind"], each["can_mend"]) for each in asked["advice"]] == [
        ("gop-long", True),
        ("clock", False),
    ]
    assert "62 minutes behind" in asked["advice"][1]["words"]

    tried = browser.post("/api/cameras/ask/picture", json=access(device, stream="main")).json()
    assert tried["ok"], tried["message"]

    added = browser.post("/api/cameras/found", json=access(device, name="Porch", set_gop=True))
    assert added.status_code == 201
    camera = added.json()
    assert "synthetic" not in added.text
    assert device.streams[0].gop_frames == 20

    until(lambda: running.onvif.hearing(camera["id"]).state == "listening")
    until(lambda: device.subscriptions == 1)
    device.press()
    until(lambda: browser.get("/api/events").json(), "the press")
    told = browser.get("/api/events").json()
    presses = [
        each for each in (told["events"] if isinstance(told, dict) else told) if each["kind"] == "press"
    ]
    assert len(presses) == 1
    assert browser.get("/api/cameras").json()[0]["state"] in ("connecting", "recording")
    assert found(browser)["known"] is True

    heard = browser.get(f"/api/cameras/{camera['id']}/onvif").json()
    assert (heard["state"], heard["clock"]) == ("listening", "62 minutes behind")
    assert "synthetic" not in str(heard)

    assert browser.delete(f"/api/cameras/{camera['id']}").status_code == 204
    until(lambda: device.subscriptions == 0)
    assert running.onvif.connection(camera["id"]) is None


def test_a_wrong_login_is_said(browser: Browser, device: OnvifDevice) -> None:
    """In words that help, and without the login."""
    refused = browser.post("/api/cameras/ask", json={**access(device), "password": "hush"})
    assert refused.status_code == 503
    assert "refuses this login" in refused.json()["message"]
    assert "hush" not in refused.text


def test_masks_stand_in_the_camera_when_the_owner_wants(browser: Browser, device: OnvifDevice) -> None:
    """They follow every change, and leave the camera when it should hide no more."""
    camera = browser.post("/api/cameras", json={"name": "Porch", "url": "synthetic:?quiet=1"}).json()["id"]
    assert browser.get(f"/api/cameras/{camera}/onvif").json()["connected"] is False
    connected = browser.put(f"/api/cameras/{camera}/onvif", json=access(device)).json()
    assert (connected["connected"], connected["hiding"]["can"]) == (True, True)

    browser.put(f"/api/cameras/{camera}/masks", json={"masks": [WINDOW]})
    assert device.masks == {}, "nobody asked for it yet"
    hiding = browser.put(f"/api/cameras/{camera}/onvif/hiding", json={"on": True}).json()["hiding"]
    assert (hiding["on"], hiding["hidden"], hiding["problem"]) == (True, 1, "")
    browser.put(
        f"/api/cameras/{camera}/masks",
        json={"masks": [WINDOW, {**WINDOW, "name": "more", "corners": [[0.6, 0.6], [1, 0.6], [1, 1]]}]},
    )
    assert len(device.masks) == 2
    browser.put(f"/api/cameras/{camera}/onvif/hiding", json={"on": False})
    assert device.masks == {}


def test_a_camera_that_was_away_is_told_what_to_hide(
    browser: Browser, device: OnvifDevice, running: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Masks that were drawn while it could not be reached stand in it when it is back."""
    monkeypatch.setattr(ear, "FIRST_WAIT", 0.05)
    monkeypatch.setattr(ear, "LONGEST_WAIT", 0.1)
    camera = browser.post("/api/cameras", json={"name": "Porch", "url": "synthetic:?quiet=1"}).json()["id"]
    browser.put(f"/api/cameras/{camera}/onvif", json=access(device))
    browser.put(f"/api/cameras/{camera}/onvif/hiding", json={"on": True})
    device._stop()
    browser.put(f"/api/cameras/{camera}/masks", json={"masks": [WINDOW]})
    assert "Nobody answers" in browser.get(f"/api/cameras/{camera}/onvif").json()["hiding"]["problem"]
    device.reboot()
    until(lambda: len(device.masks) == 1)
    until(lambda: browser.get(f"/api/cameras/{camera}/onvif").json()["hiding"]["problem"] == "")


def test_strangers_find_nothing(running: Hub, device: OnvifDevice) -> None:
    """Looking for cameras and logging in to them is for the owners."""
    stranger = Browser(create_app(running), base_url="http://localhost:8700")
    assert stranger.post("/api/cameras/search").status_code == 401
    assert stranger.post("/api/cameras/ask", json=access(device)).status_code == 401
    assert device.calls == []
