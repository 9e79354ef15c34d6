"""What an owner is told of, chosen in a real browser: zones on the picture, and the slider over the last day."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from browser.everybody import faults_of
from browser.home import set_up, sign_in
from latchstring.base.time import to_micros
from latchstring.hub.cameras.regions import Region
from latchstring.hub.daemon import Hub
from latchstring.hub.events import store as event_rows
from latchstring.hub.redaction import masks
from latchstring.testing.waiting import until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        not (Path(__file__).parents[2] / "src/latchstring/web/static/hub/index.html").is_file(),
        reason="the pages are not built; run scripts/setup",
    ),
]

SHARES = (0.0009, 0.004, 0.05)
"""Of the picture: something small, somebody far away, somebody near."""


def open_areas(page: Page, address: str, hub: Hub) -> None:
    set_up(hub)
    porch = hub.video.add_camera("Porch", "synthetic:?width=320&height=180&fps=5&quiet=1")
    until(lambda: hub.video.status(porch.id).state == "recording")
    with hub.store.write() as db:
        for hours, share in enumerate(SHARES, start=1):
            at_us = to_micros(hub.clock.now() - timedelta(hours=hours)) // 60_000_000 * 60_000_000
            event_rows.add_stirring(porch.id, at_us, share, db=db)
    sign_in(page, address)
    page.goto(f"{address}/#/cameras/{porch.id}/areas")


def part(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


def test_the_slider_tells_what_the_last_day_would_have_been(page: Page, address: str, hub: Hub) -> None:
    """By keyboard alone: from much to little, in words and in the strip, before anything is saved."""
    open_areas(page, address, hub)
    motion = part(page, "Motion")
    slider = motion.get_by_role("slider", name="Sensitivity")
    slider.focus()
    page.keyboard.press("End")
    expect(motion.get_by_text("told you of 3 visits")).to_be_visible()
    expect(motion.locator("rect.told")).to_have_count(3)
    page.keyboard.press("Home")
    expect(motion.get_by_text("told you of 1 visit.")).to_be_visible()
    expect(motion.locator("rect.told")).to_have_count(1)
    expect(slider).to_have_attribute("aria-valuetext", "0 percent")
    assert faults_of(page, "Areas of Porch") == []
    [porch] = hub.video.cameras()
    assert hub.video.motion(porch.id).sensitivity == 0.5
    motion.get_by_role("button", name="Save").press("Enter")
    until(lambda: hub.video.motion(porch.id).sensitivity == 0)


def test_a_zone_is_drawn_moved_and_taken_back(page: Page, address: str, hub: Hub) -> None:
    """Corner by corner; then moved by arrow keys. Ctrl+Z undoes where one is, and not in the masks above."""
    open_areas(page, address, hub)
    hides, motion = part(page, "Privacy masks"), part(page, "Motion")
    hides.get_by_role("button", name="Rectangle").click()
    motion.get_by_role("button", name="Draw").click()
    board = motion.get_by_role("group", name="Picture of Porch, to draw on")
    box = board.bounding_box()
    assert box is not None
    for x, y in ((0.25, 0.5), (0.75, 0.5), (0.5, 0.75)):
        board.click(position={"x": box["width"] * x, "y": box["height"] * y})
    page.keyboard.press("Enter")
    expect(motion.get_by_role("textbox", name="Name of area 1")).to_have_value("Area 1")
    page.keyboard.press("Control+z")
    expect(motion.get_by_role("textbox")).to_have_count(0)
    expect(hides.get_by_role("textbox", name="Name of area 1")).to_be_visible()
    page.keyboard.press("Enter")

    motion.get_by_role("button", name="Area 1, the whole area").press("ArrowDown")
    motion.get_by_role("textbox", name="Name of area 1").fill("Path")
    motion.get_by_role("button", name="Save").press("Enter")
    [porch] = hub.video.cameras()
    until(lambda: hub.video.motion(porch.id).zones)
    [zone] = hub.video.motion(porch.id).zones
    assert zone.name == "Path"
    assert zone.corners[0] == pytest.approx((0.25, 0.51), abs=0.01)


def change_the_slider(page: Page) -> Locator:
    slider = part(page, "Motion").get_by_role("slider", name="Sensitivity")
    slider.press("End")
    expect(part(page, "Motion").get_by_text("Not saved yet.")).to_be_visible()
    return slider


def test_nothing_that_was_changed_is_lost_without_a_word(page: Page, address: str, hub: Hub) -> None:
    """Whoever leaves by a link, by the browser's way back or by signing out is asked, and finds all as it was."""
    open_areas(page, address, hub)
    [porch] = hub.video.cameras()
    slider, areas = change_the_slider(page), page.url
    asked = page.get_by_role("dialog", name="Save what you changed?")
    page.get_by_role("link", name="Porch").click()
    expect(asked).to_be_visible()
    expect(page).to_have_url(areas)
    assert faults_of(page, "Areas of Porch") == []
    asked.get_by_role("button", name="Stay here").click()
    expect(slider).to_have_attribute("aria-valuetext", "100 percent")
    page.go_back()
    expect(asked).to_be_visible()
    page.keyboard.press("Escape")
    expect(asked).to_be_hidden()
    page.get_by_role("button", name="Sign out").click()
    expect(asked).to_be_visible()
    asked.get_by_role("button", name="Stay here").click()
    expect(slider).to_have_attribute("aria-valuetext", "100 percent")
    page.get_by_role("link", name="Porch").click()
    asked.get_by_role("button", name="Don’t save").click()
    expect(page).to_have_url(f"{address}/#/cameras/{porch.id}")
    expect(page.get_by_role("heading", name="Porch", level=1)).to_be_visible()
    assert hub.video.motion(porch.id).sensitivity == 0.5
    page.go_back()
    expect(slider).to_have_attribute("aria-valuetext", "50 percent")


def test_what_was_changed_can_be_saved_on_the_way_out(page: Page, address: str, hub: Hub) -> None:
    """Masks and motion together; then one is where one wanted to go, and nobody is asked again."""
    open_areas(page, address, hub)
    [porch] = hub.video.cameras()
    part(page, "Privacy masks").get_by_role("button", name="Rectangle").click()
    change_the_slider(page)
    page.get_by_role("link", name="Cameras").click()
    page.get_by_role("button", name="Save and leave").click()
    expect(page).to_have_url(f"{address}/#/")
    until(lambda: hub.video.motion(porch.id).sensitivity == 1)
    assert len(masks.holding(hub.store, porch.id)) == 1
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()


def test_a_mask_that_another_owner_drew_meanwhile_stays(page: Page, address: str, hub: Hub) -> None:
    """Who saves second is told of it, sees it beside their own, and saves both."""
    open_areas(page, address, hub)
    [porch] = hub.video.cameras()
    editor = part(page, "Privacy masks")
    editor.get_by_role("button", name="Rectangle").click()
    window = Region(name="Window", corners=((0.1, 0.1), (0.3, 0.1), (0.3, 0.4)))
    masks.set_masks(hub.store, porch.id, [window], now=hub.clock.now())
    editor.get_by_role("button", name="Save").click()
    expect(editor.get_by_text("Somebody else has changed these masks meanwhile")).to_be_visible()
    expect(editor.get_by_label("Name of area 1")).to_have_value("Window")
    assert masks.holding(hub.store, porch.id) == [window]
    editor.get_by_role("button", name="Save").click()
    until(lambda: len(masks.holding(hub.store, porch.id)) == 2)
    assert window in masks.holding(hub.store, porch.id)


def test_the_browser_asks_before_the_page_is_closed(page: Page, address: str, hub: Hub) -> None:
    """In its own words; and not where everything is saved."""
    open_areas(page, address, hub)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    change_the_slider(page)
    with page.expect_event("dialog"):
        page.close(run_before_unload=True)
    part(page, "Motion").get_by_role("button", name="Save").click()
    expect(part(page, "Motion").get_by_text("Not saved yet.")).to_be_hidden()
    page.reload()
    expect(part(page, "Motion").get_by_role("slider", name="Sensitivity")).to_have_attribute(
        "aria-valuetext", "100 percent"
    )
    assert asked == ["beforeunload"]
