"""Watching in a real browser: the moving picture, several cameras at once, the timeline and what is saved of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from browser.conftest import PATIENCE_MS, PHONE
from browser.home import CAMERA, PLAYING, film, set_up, sign_in
from latchstring.base.ids import EventId
from latchstring.base.time import to_micros
from latchstring.hub.daemon import Hub
from latchstring.hub.events import store as event_rows
from latchstring.hub.events.models import Event
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

SHARE_OF_NOW = "e => (e.ariaValueNow - e.ariaValueMin) / (e.ariaValueMax - e.ariaValueMin)"
"""Where the live picture stands on the strip: in its middle, but near midnight, which it does not pass."""


def test_the_live_picture_moves(page: Page, address: str, hub: Hub) -> None:
    """What is drawn on the screen changes: it is not one picture that stands still."""
    set_up(hub)
    film(hub, 1)
    sign_in(page, address)
    page.get_by_role("link", name="Open Porch").click()
    page.wait_for_function(PLAYING, arg="Live picture of Porch")
    assert page.evaluate(CHANGES, "Live picture of Porch")


def test_the_picture_waits_for_no_list_of_cameras(page: Page, address: str, hub: Hub) -> None:
    """Opened by its address, a camera is seen before it is known what it is called; one that is not there is told."""
    set_up(hub)
    film(hub, 1)
    [porch] = hub.video.cameras()
    sign_in(page, address)
    held: list[Route] = []
    page.route("**/api/cameras", lambda route: held.append(route))
    page.goto("about:blank")
    page.goto(f"{address}/#/cameras/{porch.id}")
    page.wait_for_function(PLAYING, arg="Live picture of ")
    assert held
    for route in held:
        route.continue_()
    page.unroute("**/api/cameras")
    expect(page.get_by_role("heading", name="Porch", level=1)).to_be_visible()
    page.goto(f"{address}/#/cameras/cam_aaaaaaaaaaaaaaaaaaaaaaaaaa")
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()


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


def test_the_timeline_shows_a_picture_under_the_pointer(page: Page, address: str, hub: Hub) -> None:
    """While it is dragged: the picture of that instant, small; let go, the recording plays from there."""
    set_up(hub)
    film(hub, 6)
    sign_in(page, address)
    page.get_by_role("link", name="Open Porch").click()
    strip = page.get_by_role("slider")
    expect(strip).to_be_visible()
    page.get_by_role("button", name="10 min").click()
    strip.scroll_into_view_if_needed()
    box = strip.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    now = box["x"] + box["width"] * strip.evaluate(SHARE_OF_NOW)
    page.mouse.move(now - 1, middle)
    page.mouse.down()
    page.mouse.move(now - 3, middle, steps=3)
    small = page.locator(".preview img")
    expect(small).to_be_visible()
    expect(small).to_have_js_property("naturalWidth", 160)
    page.mouse.up()
    page.wait_for_function(PLAYING, arg="Timeline")


def test_a_month_is_looked_through_by_keyboard(page: Page, address: str, hub: Hub) -> None:
    """From minutes out to thirty days and in again, on the slider itself, which says where it is."""
    set_up(hub)
    film(hub, 2)
    sign_in(page, address)
    page.get_by_role("link", name="Open Porch").click()
    strip = page.get_by_role("slider")
    strip.focus()
    for _ in range(5):
        page.keyboard.press("-")
    expect(page.get_by_role("button", name="30 days")).to_have_attribute("aria-pressed", "true")
    days = strip.evaluate("e => (e.ariaValueMax - e.ariaValueMin) / 86400")
    assert round(days) == 30
    page.keyboard.press("PageDown")
    expect(strip).to_have_attribute("aria-valuetext", re.compile("not recorded"))
    page.keyboard.press("+")
    expect(page.get_by_role("button", name="Day", exact=True)).to_have_attribute("aria-pressed", "true")


def test_a_page_that_is_left_open_goes_on_with_the_day(page: Page, address: str, hub: Hub) -> None:
    """At midnight the timeline is that of the new day; a tablet in the hall would show yesterday's for weeks."""
    set_up(hub)
    porch = hub.video.add_camera("Porch", CAMERA)
    page.clock.install(time=datetime(2026, 11, 23, 23, 59, 30, tzinfo=UTC))
    sign_in(page, address)
    page.goto(f"{address}/#/cameras/{porch.id}")
    day = page.get_by_role("region", name="Timeline").locator(".day .numbers")
    expect(day).to_contain_text("23 Nov")
    page.clock.fast_forward(60_000)
    expect(day).to_contain_text("24 Nov")


def test_every_day_of_a_month_with_events_is_marked(page: Page, address: str, hub: Hub) -> None:
    """Not only the day that is shown; days without a recording cannot be opened."""
    set_up(hub)
    film(hub, 2)
    [camera] = hub.video.cameras()
    before = hub.clock.now() - timedelta(days=3)
    with hub.store.write() as db:
        for n, kind in enumerate(("motion", "press")):
            at_us = to_micros(before) + n
            moved = Event(
                id=EventId(f"ev_{n}"),
                camera=camera.id,
                start_us=at_us,
                end_us=at_us + 1,
                peak_us=at_us,
                score=0.1,
                is_open=False,
                kind=kind,
            )
            event_rows.save(moved, db=db)
    sign_in(page, address)
    page.get_by_role("link", name="Open Porch").click()
    page.get_by_role("button", name="30 days").click()
    days = page.get_by_role("list", name="The days of this month").get_by_role("button")
    expect(days).to_have_count(30)
    expect(days.nth(26)).to_have_accessible_name(re.compile("1 movement, the bell once"))
    expect(days.last).to_have_attribute("aria-current", "date")
    expect(days.first).to_be_disabled()
    expect(page.locator(".strip .press")).to_have_count(1)
    days.last.click()
    expect(page.get_by_role("button", name="30 days")).to_have_attribute("aria-pressed", "false")


def test_the_picture_is_looked_at_closely(chromium: Browser, address: str, hub: Hub) -> None:
    """By two fingers, two taps and keys, live and looking back; one finger still scrolls the page."""
    set_up(hub)
    film(hub, 2)
    phone = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB")
    page = phone.new_page()
    page.set_default_timeout(PATIENCE_MS)
    sign_in(page, address)
    page.get_by_role("link", name="Open Porch").click()
    page.wait_for_function(PLAYING, arg="Live picture of Porch")
    picture = page.get_by_label("Live picture of Porch")
    box = picture.bounding_box()
    assert box is not None
    across, down = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    fingers = phone.new_cdp_session(page)

    def touch(kind: str, *at: tuple[float, float], time: float | None = None) -> None:
        points = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(at)]
        told = {} if time is None else {"timestamp": time}
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points, **told})

    touch("touchStart", (across - 20, down))
    touch("touchStart", (across - 20, down), (across + 20, down))
    for half in (30, 45, 60):
        touch("touchMove", (across - half, down), (across + half, down))
    touch("touchEnd")
    whole = page.get_by_role("button", name="Whole picture")
    expect(page.get_by_text("3.0×")).to_be_visible()
    large = picture.bounding_box()
    assert large is not None
    assert large["width"] == pytest.approx(3 * box["width"], rel=0.02)
    assert page.evaluate("visualViewport.scale") == 1
    whole.click()
    expect(whole).to_be_hidden()

    began = hub.clock.now().timestamp()
    for seconds in (0, 0.2):  # by the finger's own clock, whatever a busy machine takes to hand them over
        touch("touchStart", (across, down), time=began + seconds)
        touch("touchEnd", time=began + seconds + 0.05)
    expect(page.get_by_text("2.5×")).to_be_visible()
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Nearer").focus()
    page.keyboard.press("0")
    expect(whole).to_be_hidden()
    page.keyboard.press("+")
    expect(page.get_by_text("1.5×")).to_be_visible()
    page.get_by_role("slider").focus()
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.get_by_role("button", name="Back to live")).to_be_visible()
    expect(page.get_by_text("1.5×")).to_be_visible()
    phone.close()


def test_a_piece_is_saved(page: Page, address: str, hub: Hub, tmp_path: Path) -> None:
    """Any range becomes files that play from 0; the page says how large they are and when they are saved."""
    set_up(hub)
    film(hub, 4)
    sign_in(page, address)
    page.get_by_role("link", name="Open Porch").click()
    page.get_by_role("button", name="Save a piece").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name=re.compile("^Prepare the file")).click()
    expect(page.get_by_text(re.compile(r"Porch .* UTC\.mp4 is saved\."))).to_be_visible()
    path = tmp_path / "saved.mp4"
    saved.value.save_as(path)
    with av.open(path) as movie:
        stream = movie.streams.video[0]
        first = next(movie.decode(stream))
        assert first.pts == 0
        assert movie.duration is not None
        assert movie.duration / av.time_base > 3


def test_the_bell_is_told_from_movement(page: Page, address: str, hub: Hub) -> None:
    """A press stands among the events under its own name, and can be looked at alone."""
    set_up(hub)
    film(hub, 4)
    camera = hub.video.cameras()[0].id
    hub.doorbell.mark(camera)
    press = hub.doorbell.press(camera, hub.clock.now())
    assert press is not None
    hub.doorbell.answered(press.id)
    sign_in(page, address)
    page.get_by_role("link", name="Open Porch").click()
    page.get_by_role("group", name="Show").get_by_role("button", name="Bell").click()
    event = page.get_by_role("button", name=re.compile("^Play from"))
    expect(event).to_have_count(1)
    expect(event).to_contain_text("Doorbell")
