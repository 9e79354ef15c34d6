"""A home for tests in a browser: its owner, a camera that films, and what is playing."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page, expect

from latchstring.base.time import TimeRange
from latchstring.hub.daemon import Hub
from latchstring.hub.owner import service as owner
from latchstring.hub.owner.models import Choices
from latchstring.testing.waiting import until

PASSWORD = "lantern moss teapot"
CAMERA = "synthetic:?width=320&height=180&fps=10&gop_seconds=1&every=6"
PLAYING = "name => { const v = document.querySelector(`video[aria-label='${name}']`); return v && v.currentTime > 0 && v.videoWidth > 0 && !v.paused }"


def set_up(hub: Hub, choices: Choices | None = None) -> None:
    owner.set_up(hub.store, password=PASSWORD, choices=choices or Choices(), now=hub.clock.now())
    hub.choices_changed()


def sign_in(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation", name="Main pages")).to_be_visible()


def film(hub: Hub, seconds: float) -> TimeRange:
    """Record the porch; answers what lies on disk."""
    camera = hub.video.add_camera("Porch", CAMERA, None)
    since = hub.clock.now()

    def recorded() -> list[TimeRange]:
        return hub.recordings.covered(camera.id, TimeRange(since, hub.clock.now() + timedelta(seconds=1)))

    until(lambda: recorded() and recorded()[0].duration.total_seconds() >= seconds, seconds=30)
    return recorded()[0]
