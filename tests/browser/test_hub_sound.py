"""A camera's sound in a real browser: silent at first, heard live and from the timeline when it is switched on."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, Route, expect

from browser.home import CAMERA, PLAYING, set_up, sign_in
from latchstring.base.time import to_text
from latchstring.hub.daemon import Hub
from latchstring.hub.recording.writer import GopWriter
from latchstring.testing import rtsp
from latchstring.testing.clock import FakeClock
from latchstring.testing.recorded import SMALL, gops_of
from latchstring.testing.waiting import until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not rtsp.available(), reason=rtsp.WHY_NOT),
    pytest.mark.skipif(
        not (Path(__file__).parents[2] / "src/latchstring/web/static/hub/index.html").is_file(),
        reason="the pages are not built; run scripts/setup",
    ),
]

HEARD = """least => {
  const audio = document.querySelector('audio');
  return audio && !audio.paused && audio.webkitAudioDecodedByteCount > least && audio.currentTime > 0;
}"""
IN_STEP = """name => {
  const audio = document.querySelector('audio');
  const video = document.querySelector(`video[aria-label='${name}']`);
  return Math.abs(audio.currentTime - video.currentTime) < 0.5;
}"""
HEARD_AT = """([from, rate]) => {
  const audio = document.querySelector('audio');
  const video = document.querySelector("video[aria-label='Timeline']");
  return audio && video && !audio.paused && audio.webkitAudioDecodedByteCount > 0 && video.currentTime >= from &&
    video.currentTime < from + 25 && Math.abs(audio.currentTime - video.currentTime) < 0.5 && audio.playbackRate >= rate;
}"""
"""Not long after there, and in step with the picture."""
SHOWN = "document.querySelector(`video[aria-label='Timeline']`)"
DECODED = "document.querySelector('audio').webkitAudioDecodedByteCount"


ALL_CAMERAS = "**/api/cameras"


def answers(response: Response) -> bool:
    """How its cameras are, which the page asks for every few seconds."""
    return response.url.endswith("/api/cameras")


def lines(opened: list[str]) -> int:
    """How many were opened for sound."""
    return sum(url.endswith("/listen") for url in opened)


def test_sound_is_heard_live_and_from_the_timeline(page: Page, address: str, hub: Hub) -> None:
    """Nothing is asked for until the switch is pressed; then G.711 from a real camera's server is heard."""
    set_up(hub)
    listened: list[str] = []
    page.on("websocket", lambda socket: listened.append(socket.url))
    with rtsp.RtspServer({"/porch": "mulaw:320x240@10"}) as server:
        began = hub.clock.now()
        camera = hub.video.add_camera("Porch", server.url("/porch"), records_sound=True).id
        until(lambda: (hub.video.status(camera).last_gop_at or began) - began > timedelta(seconds=8))
        sign_in(page, address)
        page.get_by_role("link", name="Open Porch").click()
        page.wait_for_function(PLAYING, arg="Live picture of Porch")
        switch = page.get_by_role("button", name="Sound on")
        expect(switch).to_have_attribute("aria-pressed", "false")
        assert lines(listened) == 0

        switch.click()
        page.wait_for_function(HEARD, arg=0)
        page.wait_for_function(HEARD, arg=page.evaluate(DECODED))
        page.wait_for_function(IN_STEP, arg="Live picture of Porch")
        page.wait_for_event("response", answers)
        page.wait_for_function(HEARD, arg=page.evaluate(DECODED))
        assert lines(listened) == 1

        page.keyboard.press("m")
        expect(switch).to_have_attribute("aria-pressed", "false")
        page.keyboard.press("m")
        page.wait_for_function(HEARD, arg=0)

        strip = page.get_by_role("slider", name=re.compile("^Time"))
        strip.focus()
        page.keyboard.press("Home")
        page.wait_for_function(PLAYING, arg="Timeline")
        page.wait_for_function(HEARD, arg=0)
        page.wait_for_function(IN_STEP, arg="Timeline")


def test_sound_that_is_missing_for_a_while_goes_on_by_itself(page: Page, address: str, hub: Hub) -> None:
    """A few seconds without sound, or a camera that comes back: whoever listened need not press again."""

    def tell(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=[one | {"sound": told} for one in answer.json()])

    set_up(hub)
    listened: list[str] = []
    page.on("websocket", lambda socket: listened.append(socket.url))
    with rtsp.RtspServer({"/porch": "mulaw:320x240@10"}) as server:
        camera = hub.video.add_camera("Porch", server.url("/porch"), records_sound=True).id
        until(lambda: hub.video.status(camera).sound == "on" and hub.video.status(camera).last_gop_at)
        sign_in(page, address)
        page.get_by_role("link", name="Open Porch").click()
        switch = page.get_by_role("button", name="Sound on")
        switch.click()
        page.wait_for_function(HEARD, arg=0)

        told = "stopped"
        page.route(ALL_CAMERAS, tell, times=1)
        page.wait_for_event("response", answers)
        page.wait_for_event("response", answers)
        expect(switch).to_have_attribute("aria-pressed", "true")
        page.wait_for_function(HEARD, arg=page.evaluate(DECODED))
        assert lines(listened) == 1

        told = "none"
        page.route(ALL_CAMERAS, tell, times=1)
        expect(switch).to_have_count(0)
        expect(switch).to_have_attribute("aria-pressed", "true")
        page.wait_for_function(HEARD, arg=0)
        assert lines(listened) == 2


def test_sound_follows_every_jump_and_double_speed(page: Page, address: str, hub: Hub) -> None:
    """Whatever was asked for before: where the picture is, its sound is soon heard, as fast as the picture runs."""
    set_up(hub)
    camera = hub.video.add_camera("Porch", CAMERA, records_sound=True).id
    noon = (hub.clock.now() - timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
    writer = GopWriter(hub.store)
    for gop in gops_of(SMALL, 40, clock=FakeClock(noon), camera=camera, tone_rate=8000):
        writer.write(gop)
    writer.close()
    sign_in(page, address)
    page.goto(f"{address}/#/cameras/{camera}?at={to_text(noon)}")
    page.wait_for_function(PLAYING, arg="Timeline")
    began = page.evaluate(f"{SHOWN}.buffered.start(0)")
    page.get_by_role("button", name="Sound on").click()
    page.wait_for_function(HEARD_AT, arg=[began, 0.9])

    held: list[Route] = []
    page.route("**/sound.mp4*", lambda route: route.continue_() if held else held.append(route))
    page.get_by_role("slider", name=re.compile("^Time")).focus()
    with page.expect_request("**/sound.mp4*"):
        for _ in range(3):
            page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Home")
    page.wait_for_function(HEARD_AT, arg=[began, 0.9])

    for _ in range(6):
        page.keyboard.press("Shift+ArrowRight")
    page.wait_for_function(f"{SHOWN}.dataset.state === 'nothing'")
    page.keyboard.press("Home")
    page.wait_for_function(HEARD_AT, arg=[began, 0.9])

    page.evaluate(f"{SHOWN}.playbackRate = 2")
    page.wait_for_function(HEARD_AT, arg=[began + 10, 1.9])


def test_a_camera_whose_sound_is_off_has_no_switch(page: Page, address: str, hub: Hub) -> None:
    """Its owner switches it on in the camera's own form, and the page says what comes of it."""
    set_up(hub)
    camera = hub.video.add_camera("Porch", "synthetic:?width=320&height=180&fps=10&gop_seconds=1").id
    until(lambda: hub.video.status(camera).last_gop_at is not None)
    sign_in(page, address)
    page.get_by_role("link", name="Open Porch").click()
    page.wait_for_function(PLAYING, arg="Live picture of Porch")
    expect(page.get_by_role("button", name="Sound on")).to_have_count(0)
    page.get_by_role("link", name="Change").click()
    box = page.get_by_role("checkbox", name="Record sound")
    expect(box).not_to_be_checked()
    box.check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This camera sends no sound")).to_be_visible()
    assert hub.video.camera(camera).records_sound


def test_one_camera_of_the_wall_is_heard_and_the_door(page: Page, address: str, hub: Hub) -> None:
    """Of several cameras none; the one that stands alone, and whoever rings, once the switch is pressed."""
    set_up(hub)
    with rtsp.RtspServer({"/porch": "mulaw:320x240@10"}) as server:
        porch = hub.video.add_camera("Porch", server.url("/porch"), records_sound=True).id
        hub.video.add_camera("Yard", "synthetic:?width=320&height=180&fps=10&gop_seconds=1")
        until(lambda: hub.video.status(porch).sound == "on" and hub.video.status(porch).last_gop_at)
        sign_in(page, address)
        page.goto(f"{address}/#/wall")
        page.wait_for_function(PLAYING, arg="Live picture of Yard")
        switch = page.get_by_role("button", name="Sound on")
        expect(switch).to_have_count(0)
        expect(page.get_by_text("M turns the sound of a camera that stands alone")).to_have_count(1)
        page.keyboard.press("1")
        expect(switch).to_have_attribute("aria-pressed", "false")
        switch.click()
        page.wait_for_function(HEARD, arg=0)
        page.keyboard.press("ArrowRight")
        expect(page.get_by_label("Live picture of Yard")).to_be_visible()
        expect(switch).to_have_count(0)

        hub.doorbell.press(porch, hub.clock.now())
        door = page.get_by_role("dialog")
        page.wait_for_function(PLAYING, arg="Live picture of Porch")
        expect(door.get_by_role("button", name="Sound on")).to_have_attribute("aria-pressed", "false")
        page.keyboard.press("m")
        page.wait_for_function(HEARD, arg=0)
