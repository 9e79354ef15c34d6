"""A home for tests in a browser: its owner, a camera that films, and what is playing."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page, expect

from latchstring.base.time import TimeRange
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.daemon import Hub
from latchstring.hub.owner import service as owner
from latchstring.hub.owner.models import Choices
from latchstring.hub.recording.writer import GopWriter
from latchstring.testing.clock import FakeClock
from latchstring.testing.recorded import gops_of
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
    """Record the porch; answers what lies on disk since the last break, which a machine that stalls makes."""
    camera = hub.video.add_camera("Porch", CAMERA, None)
    since = hub.clock.now()

    def unbroken() -> TimeRange | None:
        recorded = hub.recordings.covered(camera.id, TimeRange(since, hub.clock.now() + timedelta(seconds=1)))
        long = recorded and recorded[-1].duration.total_seconds() >= seconds
        return recorded[-1] if long else None

    return until(unbroken)


def film_before(hub: Hub, seconds: float) -> TimeRange:
    """What the porch recorded an hour ago: of one piece, however the machine stalls now. It films on."""
    camera = hub.video.add_camera("Porch", CAMERA, None)
    begin = hub.clock.now() - timedelta(hours=1)
    writer = GopWriter(hub.store)
    scene = Scene(width=320, height=180, fps=10, gop_seconds=1)
    for gop in gops_of(scene, seconds, clock=FakeClock(begin), camera=camera.id):
        writer.write(gop)
    writer.close()
    [during] = hub.recordings.covered(camera.id, TimeRange(begin, begin + timedelta(minutes=1)))
    return during
