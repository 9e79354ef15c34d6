"""Watching in a real browser: the moving picture, several cameras at once, the timeline and what is saved of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.home import CAMERA, PLAYING, film, set_up, sign_in
from latchstring.hub.daemon import Hub
from latchstring.testing.waiting import until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        not (Path(__file__).parents[2] / "src/latchstring/web/static/hub/index.html").is_file(),
        reason="the pages are not built; run scripts/setup",
    ),
]

CHANGES = """name => new Promise(done => {
  const video = document.querySelector(`video[aria-label='${name}']`);
  const canvas = new OffscreenCanvas(64, 36), pen = canvas.getContext('2d', { willReadFrequently: true });
  const seen = new Set();
  const look = () => {
    pen.drawImage(video, 0, 0, 64, 36);
    seen.add(pen.getImageData(0, 0, 64, 36).data.join());
    if (seen.size > 3) done(true);
    else video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
})"""


def test_the_live_picture_moves(page: Page, address: str, hub: Hub) -> None:
    """What is drawn on the screen changes: it is not one picture that stands still."""
    set_up(hub)
    film(hub, 1)
    sign_in(page, address)
    page.get_by_role("link", name="Open Porch").click()
    page.wait_for_function(PLAYING, arg="Live picture of Porch")
    assert page.evaluate(CHANGES, "Live picture of Porch")


def test_several_cameras_are_watched_at_once(page: Page, address: str, hub: Hub) -> None:
    """On a phone, by keyboard alone: all of them, then one, then the next one."""
    set_up(hub)
    film(hub, 1)
    for name in ("Drive", "Back gate"):
        camera = hub.video.add_camera(name, CAMERA).id
        until(lambda camera=camera: hub.video.status(camera).state == "recording")
    sign_in(page, address)
    page.get_by_role("link", name="All at once").click()
    for name in ("Porch", "Drive", "Back gate"):
        page.wait_for_function(PLAYING, arg=f"Live picture of {name}")

    pictures = page.get_by_role("link", name=re.compile("^Open "))
    page.keyboard.press("1")
    expect(pictures).to_have_count(1)
    first = pictures.get_attribute("aria-label")
    page.keyboard.press("ArrowRight")
    expect(pictures).not_to_have_attribute("aria-label", first or "")
    page.keyboard.press("0")
    expect(pictures).to_have_count(3)
