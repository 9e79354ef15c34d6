"""`docs/guide/owner.md` from nothing: a doorbell that is live, a ring on every page, an event, a notification.

Real parts: the hub as the guide starts it, GStreamer's RTSP server with a login, the pretended ONVIF doorbell,
Chromium at a desk and as a phone. Only the push service of a browser's maker is ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser import trusting
from browser.home import PASSWORD, PLAYING
from browser.test_notifications import SHOWN, SUBSCRIBE, deliver
from latchstring.testing.listening import Listener
from latchstring.testing.onvif_answers import Stream
from latchstring.testing.onvif_device import OnvifDevice
from latchstring.testing.push_service import Subscription
from latchstring.testing.rtsp import WHY_NOT, RtspServer, available
from latchstring.testing.waiting import until

ROOT = Path(__file__).parents[2]
GUIDE = " ".join((ROOT / "docs/guide/owner.md").read_text("utf-8").split())
DESK = {"width": 1440, "height": 900}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not available(), reason=WHY_NOT),
    pytest.mark.skipif(not trusting.available(), reason=trusting.WHY_NOT),
    pytest.mark.skipif(
        not (ROOT / "src/latchstring/web/static/hub/index.html").is_file(),
        reason="the pages are not built; run scripts/setup",
    ),
]


@pytest.fixture
def doorbell() -> Iterator[OnvifDevice]:
    with RtspServer({"/main": "pattern:640x360@10", "/sub": "pattern:320x180@10"}, login="digest") as server:
        streams = [
            Stream("main", f"rtsp://127.0.0.1:{server.port}/main", 640, 360, fps=10, gop_frames=20),
            Stream("sub", f"rtsp://127.0.0.1:{server.port}/sub", 320, 180, fps=10, gop_frames=20),
        ]
        with OnvifDevice(streams, model="Porch doorbell") as device:
            yield device


def press(page: Page, name: str, role: str = "button") -> None:
    """A control that the guide names."""
    assert name in GUIDE, f"the guide does not say {name!r}"
    page.get_by_role(role, name=name, exact=True).click()


def test_the_guide_alone_leads_to_a_ring_on_the_phone(doorbell: OnvifDevice, tmp_path: Path) -> None:
    assert "latchstring hub --host 0.0.0.0" in GUIDE
    with trusting.running(tmp_path) as hub, trusting.phones(tmp_path) as browser, Listener() as service:
        desk = browser(elsewhere=False, viewport=DESK).new_page()
        desk.goto(hub.at_home)
        set_up(desk)
        add(desk, doorbell)
        desk.wait_for_function(PLAYING, arg="Live picture of Front door")

        phone = browser().new_page()
        phone.goto(hub.plain)
        given = trusting.certificate_from(phone, tmp_path)
        context = browser(given)
        context.grant_permissions(["notifications"], origin=hub.secure.rstrip("/"))
        phone = context.new_page()
        phone.goto(hub.plain)
        phone.wait_for_url(f"{hub.secure}**")
        phone.get_by_label("Password").fill(PASSWORD)
        phone.get_by_role("button", name="Sign in").click()
        pushed = Subscription(f"{service.url}/push/phone")
        phone.get_by_role("link", name="Settings").click()
        press(phone, "Choose what you are told", "link")
        phone.evaluate(SUBSCRIBE, pushed.to_json())
        press(phone, "Notify this device")
        expect(phone.get_by_text("This device is notified.", exact=True)).to_be_visible()

        until(lambda: doorbell.subscriptions > 0)
        doorbell.press()
        for page in (desk, phone):
            expect(page.get_by_role("dialog", name="Somebody is at the door")).to_be_visible()
        phone.get_by_role("dialog").get_by_role("button", name="Close").click()
        until(lambda: service.heard)
        deliver(phone, hub.secure.rstrip("/"), pushed.open(service.heard[0].body))
        [shown] = until(lambda: phone.evaluate(SHOWN))
        assert shown["title"] == "Front door"
        assert "rang" in shown["body"]
        phone.goto(f"{hub.secure}{shown['data']['link']}")
        expect(phone.get_by_role("button", name=re.compile("^Play from")).first).to_be_visible()


def set_up(desk: Page) -> None:
    desk.get_by_label("Password", exact=True).fill(PASSWORD)
    desk.get_by_label("The same password again").fill(PASSWORD)
    desk.get_by_role("button", name="Continue").click()
    press(desk, "Set it later")
    press(desk, "No network yet")
    desk.get_by_label("I’ve written it down").check()
    desk.get_by_role("button", name="Open my cameras").click()


def add(desk: Page, doorbell: OnvifDevice) -> None:
    """By its address: a multicast finds nobody on loopback."""
    press(desk, "Add a camera", "link")
    desk.get_by_label("The camera’s address on your network").fill(f"127.0.0.1:{doorbell.port}")
    desk.get_by_role("button", name="Continue").click()
    desk.get_by_label("User name").fill(doorbell.user)
    desk.get_by_label("Password").fill(doorbell.password)
    desk.get_by_role("button", name="Open the camera").click()
    expect(desk.get_by_role("img", name=re.compile("Picture from"))).to_be_visible()
    desk.get_by_label("Name", exact=True).fill("Front door")
    desk.get_by_role("button", name="Add camera").click()
    press(desk, "Watch it live", "link")
