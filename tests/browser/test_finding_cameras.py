"""From nothing to a camera that records, in a real browser: found, logged in to, looked at, named, masked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect

from browser.everybody import faults_of
from browser.home import PLAYING, set_up, sign_in
from latchstring.hub.daemon import Hub
from latchstring.hub.settings import HubSettings
from latchstring.testing.onvif_answers import Stream
from latchstring.testing.onvif_device import OnvifDevice
from latchstring.testing.rtsp import WHY_NOT, RtspServer, available
from latchstring.testing.waiting import until
from latchstring.web.hub.app import create_app

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not available(), reason=WHY_NOT),
    pytest.mark.skipif(
        not (Path(__file__).parents[2] / "src/latchstring/web/static/hub/index.html").is_file(),
        reason="the pages are not built; run scripts/setup",
    ),
]


@pytest.fixture
def device() -> Iterator[OnvifDevice]:
    """A doorbell with an HEVC stream, rare keyframes and a wrong clock; its H.264 streams are real."""
    mounts = {"/main": "pattern:640x360@10", "/sub": "pattern:320x180@10"}
    with RtspServer(mounts, login="digest") as server:
        streams = [
            Stream("big", f"rtsp://127.0.0.1:{server.port}/big", 2560, 1440, codec="H265"),
            Stream("main", f"rtsp://127.0.0.1:{server.port}/main", 640, 360, fps=10, gop_frames=100),
            Stream("sub", f"rtsp://127.0.0.1:{server.port}/sub", 320, 180, fps=10, gop_frames=20),
        ]
        with OnvifDevice(streams, quirks={"wrong-clock"}, model="Porch doorbell") as device:
            yield device


@pytest.fixture
def hub(tmp_path: Path, device: OnvifDevice) -> Iterator[Hub]:
    settings = HubSettings(data=tmp_path / "hub", camera_search=[f"127.0.0.1:{device.discovery_port}"])
    with Hub(settings) as hub:
        set_up(hub)
        yield hub


@pytest.fixture
def home(page: Page, hub: Hub, serve: Callable[[FastAPI], str]) -> str:
    """The hub's address; its owner has signed in."""
    address = serve(create_app(hub))
    sign_in(page, address)
    expect(page.get_by_role("heading", name="No camera yet")).to_be_visible()
    return address


def test_from_nothing_to_a_camera_that_records(page: Page, home: str, hub: Hub, device: OnvifDevice) -> None:
    """By keyboard where it matters; everything that is odd about the camera is said, and the GOP is mended."""
    page.get_by_role("link", name="Add a camera").click()
    assert faults_of(page, "Add a camera") == []
    found = page.get_by_role("button", name=re.compile("Porch doorbell"))
    expect(found).to_be_visible()
    found.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type("owner")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The camera refuses this login")).to_be_visible()
    page.get_by_label("Password").fill("synthetic")
    page.keyboard.press("Enter")

    expect(page.get_by_role("form", name="This is what it sees")).to_be_focused()
    page.go_back()
    expect(page.get_by_label("User name")).to_have_value("owner")
    page.go_back()
    expect(found).to_be_visible()
    page.go_forward()
    page.go_forward()
    expect(page.get_by_role("img", name=re.compile("Picture from"))).to_be_visible()
    expect(page.get_by_text("640 × 360, 10 pictures a second")).to_be_visible()
    expect(page.get_by_text("2560 × 1440) is HEVC")).to_be_visible()
    expect(page.get_by_text("The camera’s clock is 62 minutes behind")).to_be_visible()
    expect(page.get_by_label("Set it to every 2 seconds in the camera")).to_be_checked()
    assert faults_of(page, "Add a camera") == []
    page.get_by_label("Name", exact=True).fill("Front door")
    page.get_by_role("button", name="Add camera").click()
    expect(page.get_by_role("heading", name="Front door is added")).to_be_visible()
    assert device.streams[1].gop_frames == 20
    page.go_back()
    expect(page.get_by_role("button", name=re.compile("Porch doorbell.*Added"))).to_be_visible()
    page.go_forward()

    [camera] = hub.video.cameras()
    until(lambda: hub.video.status(camera.id).state == "recording", "a recording")
    page.get_by_role("link", name="Draw masks and zones").click()
    expect(page.get_by_role("heading", name="Areas of Front door")).to_be_visible()
    page.get_by_role("button", name="Rectangle").first.click()
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.get_by_label("Hide the masks in the camera").check()
    expect(page.get_by_text("1 mask stands in the camera")).to_be_visible()
    assert len(device.masks) == 1


def test_nothing_answers(page: Page, home: str, device: OnvifDevice) -> None:
    """An empty list says why that may be; an address can be typed, of the camera or of its stream."""
    device.__exit__(None, None, None)
    page.goto(f"{home}/#/cameras/add")
    expect(page.get_by_text("Looking for cameras")).to_be_visible()
    expect(page.get_by_role("heading", name="No camera answered")).to_be_visible()
    expect(page.get_by_text("Is ONVIF switched on in its settings?")).to_be_visible()
    assert faults_of(page, "Add a camera") == []
    device.__enter__()
    page.get_by_label("The camera’s address on your network").fill(f"127.0.0.1:{device.port}")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("User name").fill("owner")
    page.get_by_label("Password").fill("synthetic")
    page.get_by_role("button", name="Open the camera").click()
    expect(page.get_by_text("Good to know")).to_be_visible()
    page.get_by_role("button", name="Back").click()
    page.get_by_role("button", name="Back").click()
    page.get_by_role("link", name="Type a stream address instead").click()
    assert faults_of(page, "Add a camera by its stream address") == []


def test_hevc_is_said_plainly_and_the_small_stream_serves(page: Page, home: str, hub: Hub) -> None:
    """Where the address is tried, and for as long as it is so on the camera's page; live is the small picture."""
    with RtspServer({"/large": "hevc:640x360@10", "/small": "pattern:320x180@10"}) as server:
        page.goto(f"{home}/#/cameras/type")
        page.get_by_label("Name", exact=True).fill("Porch")
        page.get_by_label("Stream address").fill(server.url("/large"))
        page.get_by_role("button", name="Try the address").click()
        expect(page.get_by_text("The camera sends HEVC (H.265)")).to_be_visible()
        expect(page.get_by_text("enter a small stream in H.264 beside it")).to_be_visible()
        page.get_by_label("Small stream (optional)").fill(server.url("/small"))
        page.get_by_role("button", name="Save").click()
        page.get_by_role("link", name="Open Porch").click()
        page.wait_for_function(PLAYING, arg="Live picture of Porch")
        expect(
            page.get_by_text("The small stream is recorded. In the large one the camera sends HEVC")
        ).to_be_visible()
        [camera] = hub.video.cameras()
        assert hub.video.status(camera.id).width == 320
