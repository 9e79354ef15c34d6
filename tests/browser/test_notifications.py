"""Notifications in a real browser: the page, and the service worker that shows what the hub sealed for it.

Only the way between is ours: no browser maker's push service can be had here, so the page is given a subscription
of ours, and what the hub sends there is opened and handed to Chromium as its push service would.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import BrowserContext, Page, expect

from browser.everybody import faults_of
from browser.home import set_up, sign_in
from latchstring.hub.daemon import Hub
from latchstring.hub.notify.quiet import QuietHours
from latchstring.hub.notify.store import Chosen
from latchstring.hub.settings import HubSettings
from latchstring.testing.listening import Listener
from latchstring.testing.push_service import Subscription
from latchstring.testing.waiting import until
from latchstring.web.hub.app import create_app

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        not (Path(__file__).parents[2] / "src/latchstring/web/static/hub/index.html").is_file(),
        reason="the pages are not built; run scripts/setup",
    ),
]

CAMERA = "synthetic:?width=320&height=180&fps=10&gop_seconds=1&quiet=1"
SUBSCRIBE = """made => {
  PushManager.prototype.getSubscription = async () => null;
  PushManager.prototype.subscribe = async () => ({
    toJSON: () => ({ endpoint: made.endpoint, keys: { p256dh: made.p256dh, auth: made.auth } }),
    unsubscribe: async () => true,
  });
}"""
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration.getNotifications()).map((n) => ({ title: n.title, body: n.body, tag: n.tag, data: n.data }));
}"""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with Hub(HubSettings(data=tmp_path / "hub", follow_seconds=60, follow_jitter_seconds=0)) as hub:
        set_up(hub)
        hub.video.add_camera("Porch", CAMERA, None)
        yield hub


@pytest.fixture
def address(hub: Hub, serve: Callable[[FastAPI], str]) -> str:
    return serve(create_app(hub))


@pytest.fixture
def opened(page: Page, address: str) -> Page:
    """The notifications page, found from the settings."""
    sign_in(page, address)
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Choose what you are told").click()
    expect(page.get_by_role("heading", name="Notifications", level=1)).to_be_visible()
    return page


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as listener:
        yield listener


def deliver(page: Page, address: str, message: bytes) -> None:
    """As the browser's push service does."""
    session = page.context.new_cdp_session(page)
    found: list[str] = []

    def registered(event: dict[str, Any]) -> None:
        found.extend(each["registrationId"] for each in event["registrations"] if not each["isDeleted"])

    def is_registered() -> bool:
        page.wait_for_timeout(50)  # what the session says comes while Playwright waits
        return bool(found)

    session.on("ServiceWorker.workerRegistrationUpdated", registered)
    session.send("ServiceWorker.enable")
    until(is_registered)
    given = {"origin": address, "registrationId": found[0], "data": message.decode()}
    session.send("ServiceWorker.deliverPushMessage", given)


def test_a_ring_reaches_a_phone_whose_page_is_closed(
    opened: Page, context: BrowserContext, address: str, hub: Hub, listener: Listener
) -> None:
    """Switched on with one click, sealed by the hub, shown by the service worker; a tap leads to the moment."""
    context.grant_permissions(["notifications"], origin=address)
    browser = Subscription(f"{listener.url}/push/phone")
    opened.evaluate(SUBSCRIBE, browser.to_json())
    assert opened.evaluate("() => navigator.serviceWorker.getRegistration()") is None  # not before the click
    opened.get_by_role("button", name="Notify this device").click()
    expect(opened.get_by_text("This device is notified.", exact=True)).to_be_visible()

    camera = hub.video.cameras()[0]
    until(lambda: hub.video.status(camera.id).state == "recording")
    event = hub.doorbell.press(camera.id, hub.clock.now())
    assert event is not None
    until(lambda: listener.heard)
    message = browser.open(listener.heard[0].body)
    opened.goto(f"{address}/#/inbox")
    deliver(opened, address, message)
    [shown] = until(lambda: opened.evaluate(SHOWN))
    told = json.loads(message)
    assert (shown["title"], shown["body"], shown["tag"]) == ("Porch", told["body"], told["id"])
    assert shown["data"]["link"].startswith(f"#/cameras/{camera.id}?at=")
    deliver(opened, address, message)
    assert len(opened.evaluate(SHOWN)) == 1


def test_an_owner_adds_a_channel_and_tries_it(opened: Page, hub: Hub, listener: Listener) -> None:
    """A webhook: its secret is shown once, the test says how it went, and it can be paused and removed."""
    opened.get_by_role("button", name="Add a channel").click()
    dialog = opened.get_by_role("dialog")
    dialog.get_by_label("A webhook").check()
    dialog.get_by_label("Address").fill("nowhere")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("begins with http://")
    dialog.get_by_label("Address").fill(f"{listener.url}/door")
    dialog.get_by_label("What you call it").fill("Porch lamp")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog.locator(".secret")).to_be_visible()
    expect(dialog.locator(".secret")).to_have_text(hub.notifier.channels()[0].secret["secret"])
    dialog.get_by_role("button", name="I’ve copied it").click()
    opened.get_by_role("button", name="Test Porch lamp").click()
    expect(opened.get_by_text("It answered 201.")).to_be_visible()
    listener.answers.last = 403
    opened.get_by_role("button", name="Test Porch lamp").click()
    expect(opened.get_by_text("It answered 403.").first).to_be_visible()
    opened.get_by_role("button", name="Pause Porch lamp").click()
    expect(opened.get_by_text("paused")).to_be_visible()
    opened.get_by_role("button", name="Remove Porch lamp").click()
    expect(opened.get_by_text("Nobody yet.", exact=False)).to_be_visible()
    assert hub.notifier.channels() == []


def test_an_owner_chooses_what_and_when(opened: Page, hub: Hub) -> None:
    """A box for each camera and subject; quiet hours by the browser's own time zone."""
    opened.get_by_label("Porch: Motion").uncheck()
    camera = hub.video.cameras()[0].id
    until(lambda: hub.notifier.chosen().off == {(camera, "motion")})
    opened.get_by_label("Keep quiet every night").check()
    opened.get_by_label("From").fill("21:30")
    opened.get_by_label("The doorbell may still ring").uncheck()
    opened.get_by_role("button", name="Save").click()
    expect(opened.get_by_text("Saved.")).to_be_visible()
    chosen = hub.notifier.chosen()
    assert chosen.quiet is not None
    assert (f"{chosen.quiet.begin:%H:%M}", f"{chosen.quiet.end:%H:%M}") == ("21:30", "07:00")
    assert (chosen.zone, chosen.rings_in_quiet) == ("Europe/London", False)


def test_who_changes_something_from_far_away_leaves_the_homes_nights_where_they_are(
    opened: Page, hub: Hub
) -> None:
    """Quiet hours go by the zone that the page names; another one is taken only when it is asked for."""
    night = QuietHours(begin=time(22), end=time(7))
    hub.notifier.choose(Chosen(quiet=night, zone="Asia/Kolkata"))
    opened.reload()
    opened.get_by_label("At most").fill("9")
    opened.get_by_role("button", name="Save").click()
    until(lambda: hub.notifier.chosen().per_hour == 9)
    assert hub.notifier.chosen().zone == "Asia/Kolkata"
    opened.get_by_role("button", name="Go by the clocks of Europe/London").click()
    opened.get_by_role("button", name="Save").click()
    until(lambda: hub.notifier.chosen().zone == "Europe/London")


def test_everybody_can_use_it(opened: Page, hub: Hub, listener: Listener) -> None:
    """With channels, a history and an open dialog."""
    hub.notifier.add_webhook("Porch lamp", listener.url)
    press = hub.doorbell.press(hub.video.cameras()[0].id, hub.clock.now())
    assert press is not None
    hub.doorbell.answered(press.id)
    until(lambda: listener.heard)
    opened.reload()
    expect(opened.get_by_text("Porch lamp: told")).to_be_visible()
    assert faults_of(opened, "Notifications") == []
    opened.get_by_role("button", name="Add a channel").click()
    opened.get_by_label("Home Assistant").check()
    opened.get_by_label("Encrypted (TLS)").check()
    assert faults_of(opened, "Notifications") == []


def test_it_can_be_put_on_a_home_screen(page: Page, address: str) -> None:
    """The manifest is whole: a name, icons that are there, and a start."""
    page.goto(address)
    manifest = page.request.get(f"{address}/hub.webmanifest").json()
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        assert page.request.get(f"{address}/{icon['src']}").ok
    answer = page.context.new_cdp_session(page).send("Page.getAppManifest")
    assert answer["errors"] == []
