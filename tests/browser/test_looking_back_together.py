"""Looking back at several cameras at once, in a real browser: they show one instant, and go along it together."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from browser.home import PLAYING, set_up, sign_in
from latchstring.base.ids import CameraId, EventId
from latchstring.base.time import to_micros, to_text
from latchstring.hub.daemon import Hub
from latchstring.hub.events import store as event_rows
from latchstring.hub.events.models import Event
from latchstring.hub.recording.writer import GopWriter
from latchstring.testing.clock import FakeClock
from latchstring.testing.recorded import SMALL, gops_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        not (Path(__file__).parents[2] / "src/latchstring/web/static/hub/index.html").is_file(),
        reason="the pages are not built; run scripts/setup",
    ),
]

PICTURES = """const pictures = ['Porch', 'Yard'].map(
  name => document.querySelector(`video[aria-label='Recording of ${name}']`));
const shown = pictures.every(one => one?.dataset.shows === 'picture');
const apart = shown ? Math.abs(pictures[0].currentTime - pictures[1].currentTime) : Infinity;
"""
PLAY_TOGETHER = f"() => {{ {PICTURES} return apart < 0.3 && pictures.every(one => !one.paused) }}"
STAND_TOGETHER = f"() => {{ {PICTURES} return apart < 0.05 && pictures.every(one => one.paused) }}"
HEARD_IN_STEP = """() => {
  const audio = document.querySelector('audio');
  const picture = document.querySelector("video[aria-label='Recording of Porch']");
  return audio && !audio.paused && audio.webkitAudioDecodedByteCount > 0 && picture.dataset.shows === 'picture' &&
    Math.abs(audio.currentTime - picture.currentTime) < 0.5;
}"""
AT_OR_LATER = "at => Number(document.querySelector('[role=slider]')?.ariaValueNow) >= at"


def noon_of_yesterday(hub: Hub) -> datetime:
    """Where the browser is."""
    here = hub.clock.now().astimezone(ZoneInfo("Europe/London"))
    return (here - timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)


def recorded(
    hub: Hub, name: str, start: datetime, seconds: float, *, tone_rate: int | None = None
) -> CameraId:
    """A camera that films, and its recording of a time that is long over."""
    camera = hub.video.add_camera(name, "synthetic:?width=320&height=180&fps=10&gop_seconds=1").id
    writer = GopWriter(hub.store)
    for gop in gops_of(SMALL, seconds, clock=FakeClock(start), camera=camera, tone_rate=tone_rate):
        writer.write(gop)
    writer.close()
    return camera


def happened(hub: Hub, camera: CameraId, at: datetime) -> None:
    start_us = to_micros(at)
    with hub.store.write() as db:
        event = Event(
            id=EventId(f"ev_{start_us}"),
            camera=camera,
            start_us=start_us,
            end_us=start_us + 1_000_000,
            peak_us=start_us,
            score=0.1,
            is_open=False,
            kind="motion",
        )
        event_rows.save(event, db=db)


def test_cameras_are_looked_back_at_together(page: Page, address: str, hub: Hub) -> None:
    """They play one instant, stand at one, go to an event of either, and are live again."""
    set_up(hub)
    noon = noon_of_yesterday(hub)
    porch = recorded(hub, "Porch", noon, 60)
    yard = recorded(hub, "Yard", noon, 40)
    happened(hub, yard, noon + timedelta(seconds=30))
    happened(hub, porch, noon + timedelta(seconds=56))
    sign_in(page, address)
    page.goto(f"{address}/#/wall?at={to_text(noon)}")
    page.wait_for_function(PLAY_TOGETHER)

    page.keyboard.press("k")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.wait_for_function(STAND_TOGETHER)
    page.keyboard.press("n")
    expect(page.get_by_text("12:00:20")).to_be_visible()
    page.wait_for_function(STAND_TOGETHER)
    page.keyboard.press("l")
    expect(page.get_by_text("12:00:30")).to_be_visible()
    page.keyboard.press("j")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(AT_OR_LATER, arg=noon.timestamp() + 21)
    page.wait_for_function(PLAY_TOGETHER)

    page.get_by_role("button", name="Event after").click()
    expect(page.get_by_text("Nothing recorded")).to_be_visible()
    expect(page.get_by_label("Recording of Porch")).to_have_attribute("data-shows", "picture")

    page.keyboard.press("b")
    for name in ("Porch", "Yard"):
        page.wait_for_function(PLAYING, arg=f"Live picture of {name}")


def test_the_instant_is_kept_from_all_cameras_to_one_and_back(page: Page, address: str, hub: Hub) -> None:
    """By the links of both pages, and by the browser's own way back."""
    set_up(hub)
    noon = noon_of_yesterday(hub)
    recorded(hub, "Porch", noon, 40)
    recorded(hub, "Yard", noon, 40)
    sign_in(page, address)
    page.goto(f"{address}/#/wall?at={to_text(noon + timedelta(seconds=10))}")
    page.wait_for_function(PLAY_TOGETHER)
    page.keyboard.press("k")
    page.wait_for_function(STAND_TOGETHER)

    page.get_by_role("link", name="Open Porch").click()
    page.wait_for_function(PLAYING, arg="Timeline")
    page.get_by_label("Timeline").first.click()
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", re.compile("^12:00:[1-4]"))
    page.get_by_role("link", name="All cameras").click()
    page.wait_for_function(PLAY_TOGETHER)
    page.go_back()
    page.go_back()
    page.wait_for_function(AT_OR_LATER, arg=noon.timestamp() + 10)
    page.wait_for_function(PLAY_TOGETHER)


def test_one_that_stands_alone_is_heard_as_it_was(page: Page, address: str, hub: Hub) -> None:
    """Of several cameras none; of one its recorded sound, in step with its picture."""
    set_up(hub)
    noon = noon_of_yesterday(hub)
    recorded(hub, "Porch", noon, 40, tone_rate=8000)
    recorded(hub, "Yard", noon, 40)
    sign_in(page, address)
    page.goto(f"{address}/#/wall?at={to_text(noon)}")
    page.wait_for_function(PLAY_TOGETHER)
    switch = page.get_by_role("button", name="Sound on")
    expect(switch).to_have_count(0)
    page.keyboard.press("1")
    switch.click()
    page.wait_for_function(HEARD_IN_STEP)


def test_the_strip_is_dragged_and_all_pictures_follow(page: Page, address: str, hub: Hub) -> None:
    """While it is dragged each camera shows its small picture of that instant; let go, all play from there."""
    set_up(hub)
    noon = noon_of_yesterday(hub)
    recorded(hub, "Porch", noon, 40)
    recorded(hub, "Yard", noon, 40)
    sign_in(page, address)
    page.goto(f"{address}/#/wall?at={to_text(noon + timedelta(seconds=20))}")
    page.get_by_role("button", name="10 min").click()
    page.get_by_role("button", name="Pause").click()
    page.wait_for_function(STAND_TOGETHER)
    strip = page.get_by_role("slider")
    stood = float(strip.get_attribute("aria-valuenow") or 0)
    box = strip.bounding_box()
    assert box is not None
    middle, now = box["y"] + box["height"] / 2, box["x"] + box["width"] / 2
    page.mouse.move(now, middle)
    page.mouse.down()
    page.mouse.move(now - box["width"] * 10 / 600, middle, steps=3)
    small = page.get_by_role("link", name=re.compile("^Open ")).locator("img")
    expect(small).to_have_count(2)
    page.mouse.up()
    expect(small).to_have_count(0)
    page.wait_for_function(STAND_TOGETHER)
    assert stood - 15 < float(strip.get_attribute("aria-valuenow") or 0) < stood - 5
