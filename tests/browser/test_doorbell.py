"""Somebody rings: a real browser with a (fake) microphone, a real hub, and a real RTSP server for a door."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from browser.conftest import PHONE, launched
from browser.everybody import faults_of
from browser.home import set_up, sign_in
from latchstring.base.time import to_micros
from latchstring.hub.cameras.models import CameraNotice
from latchstring.hub.daemon import Hub
from latchstring.hub.doorbell.service import SAME_PRESS
from latchstring.hub.settings import HubSettings
from latchstring.testing.rtsp import WHY_NOT, RtspServer, available
from latchstring.testing.sounds import loudest, recording
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
MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Its microphone is a beep that comes back every second."""
    with launched(*MICROPHONE) as browser:
        yield browser


@pytest.fixture
def heard(tmp_path: Path) -> Path:
    return tmp_path / "porch.pcm"


@pytest.fixture
def hub(tmp_path: Path, heard: Path) -> Iterator[Hub]:
    """With a doorbell at the porch, and one reply."""
    with (
        RtspServer({"/porch": "mulaw:320x180@10"}, login="digest", heard=heard.parent) as server,
        Hub(HubSettings(data=tmp_path / "hub")) as hub,
    ):
        set_up(hub)
        hub.video.add_camera("Porch", server.url("/porch"))
        hub.doorbell.replies.add("On my way", recording(700, 0.8), now=hub.clock.now())
        yield hub


@pytest.fixture
def home(page: Page, hub: Hub, serve: Callable[[FastAPI], str]) -> str:
    """Signed in, on the settings: anywhere but at the camera. Answers the address."""
    address = serve(create_app(hub))
    sign_in(page, address)
    page.goto(f"{address}/#/settings")
    expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    return address


def ring(hub: Hub) -> None:
    """The camera says so by itself, as ONVIF cameras do."""
    [camera] = hub.video.cameras()
    at_us = to_micros(hub.clock.now())
    hub.doorbell.hear(CameraNotice(camera=camera.id, kind="press", active=True, at_us=at_us))


def test_somebody_rings_and_is_talked_to(page: Page, home: str, hub: Hub, heard: Path) -> None:
    """The sheet comes up wherever one is; what the microphone hears is played at the door, until one stops."""
    ring(hub)
    sheet = page.get_by_role("dialog", name="Somebody is at the door")
    expect(sheet).to_be_visible()
    expect(page).to_have_title("Somebody is at the door · Latchstring")
    expect(sheet.get_by_text("Porch,")).to_be_visible()
    page.wait_for_function("() => document.querySelector('dialog video').currentTime > 0")
    sheet.get_by_role("button", name="Talk", exact=True).click()
    expect(sheet.get_by_text("You can be heard at the door.")).to_be_visible()
    until(lambda: heard.exists() and any(heard.read_bytes()[8000:]))
    sheet.get_by_role("button", name="Stop talking").click()
    [camera] = hub.video.cameras()
    until(lambda: not hub.doorbell._talks.is_busy(camera.id))
    sheet.get_by_role("button", name="Close").click()
    expect(sheet).to_be_hidden()
    expect(page).to_have_title("Settings · Latchstring")
    assert hub.doorbell.waiting() == []


def test_a_quick_reply_is_said_by_keyboard_alone(page: Page, home: str, hub: Hub, heard: Path) -> None:
    """Tab and Enter reach the reply; Escape closes the sheet and answers for every page."""
    ring(hub)
    sheet = page.get_by_role("dialog", name="Somebody is at the door")
    reply = sheet.get_by_role("button", name="On my way")
    expect(reply).to_be_visible()
    for _ in range(12):
        if reply.evaluate("e => e === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(sheet.get_by_text("“On my way” is being said.")).to_be_visible()
    until(lambda: heard.exists() and heard.stat().st_size >= 12_000)
    assert loudest(heard.read_bytes()[:8000]) == pytest.approx(700, abs=20)
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_who_rings_again_is_answered_once(page: Page, home: str, hub: Hub) -> None:
    """No second sheet: the one that is open says how often and when; closing it answers every press."""
    [camera] = hub.video.cameras()
    first = hub.clock.now()
    hub.doorbell.press(camera.id, first)
    sheet = page.get_by_role("dialog", name="Somebody is at the door")
    expect(sheet).to_be_visible()
    expect(sheet.get_by_text("Rang 2 times")).to_have_count(0)
    hub.doorbell.press(camera.id, first + SAME_PRESS)
    expect(sheet.get_by_role("status").filter(has_text="Rang 2 times, last at")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(1)
    sheet.get_by_role("button", name="Close").click()
    expect(sheet).to_be_hidden()
    until(lambda: hub.doorbell.waiting() == [])


def test_an_answer_ends_the_ringing_elsewhere(page: Page, home: str, hub: Hub) -> None:
    """A page opened after the press rings too, and stops when somebody else of the house has answered."""
    ring(hub)
    sheet = page.get_by_role("dialog", name="Somebody is at the door")
    expect(sheet).to_be_visible()
    page.reload()
    expect(sheet).to_be_visible()
    [waiting] = hub.doorbell.waiting()
    hub.doorbell.answered(waiting.event)
    expect(sheet).to_be_hidden()


def test_a_reply_is_recorded_renamed_and_brought_back(page: Page, home: str, hub: Hub) -> None:
    """In the browser, with its own microphone, on the page of the doorbell, which everybody can use."""
    [camera] = hub.video.cameras()
    page.goto(f"{home}/#/cameras/{camera.id}/doorbell")
    page.get_by_label("This camera has a doorbell button").check()
    expect(page.get_by_text(f"/api/doorbell/{camera.id}/press?token=")).to_be_visible()
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("button", name=re.compile(r"Stop \([1-9]"))).to_be_visible()
    page.get_by_role("button", name=re.compile(r"^Stop \(")).click()
    page.get_by_role("textbox", name="Name").fill("Coming")
    page.get_by_role("dialog", name="Name").get_by_role("button", name="Save").click()
    expect(page.get_by_text("“Coming” is ready.")).to_be_visible()
    assert [reply.name for reply in hub.doorbell.replies.all()] == ["On my way", "Coming"]
    assert 0.5 < hub.doorbell.replies.all()[1].seconds < 10
    page.get_by_role("button", name="Remove").last.click()
    page.get_by_role("button", name="Undo").click()
    until(lambda: len(hub.doorbell.replies.all()) == 2)
    page.set_viewport_size(PHONE)
    assert faults_of(page, "Doorbell at Porch") == []
