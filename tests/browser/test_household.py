"""A household shares its hub: an invitation, a second person, a device that is told, and the end of it."""

from __future__ import annotations

import re

import av
import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import PHONE
from browser.everybody import faults_of
from browser.home import set_up, sign_in
from latchstring.hub.daemon import Hub
from latchstring.testing.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_member_is_invited_and_removed(chromium: Browser, page: Page, hub: Hub, address: str) -> None:
    """The link makes an account; everybody hears of the device; removing it ends what is open elsewhere."""
    set_up(hub)
    sign_in(page, address)
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="People and devices").click()
    expect(page.get_by_text("Nobody else can open this hub.")).to_be_visible()
    assert faults_of(page, "Household") == []
    page.get_by_role("button", name="Invite somebody").click()
    page.get_by_label("Name").fill("Anna")
    page.get_by_role("button", name="Make the invitation").click()
    link = page.get_by_label("Invitation link", exact=True).inner_text()
    page.get_by_role("button", name="Close").last.click()

    anna = chromium.new_context(viewport=PHONE).new_page()
    anna.goto(link)
    assert faults_of(anna, "You are invited") == []
    anna.get_by_label("Password").fill("five grey geese")
    anna.get_by_role("button", name="Join").click()
    expect(anna.get_by_role("heading", name="No camera yet")).to_be_visible()
    expect(anna.get_by_role("link", name="Requests")).to_have_count(0)

    late = chromium.new_context(viewport=PHONE).new_page()
    late.goto(link)
    assert faults_of(late, "This invitation is over") == []
    expect(late.get_by_label("Password")).to_have_count(0)
    late.get_by_role("link", name="Sign in instead").click()
    expect(late.get_by_label("Your name")).to_be_visible()
    late.goto(link)
    expect(late.get_by_role("heading", name="This invitation is over")).to_be_visible()
    late.context.close()

    page.get_by_role("link", name="Cameras").click()
    expect(page.get_by_text("A new device signed in")).to_be_visible()
    page.get_by_role("button", name="I know it").click()
    expect(page.get_by_text("A new device signed in")).to_have_count(0)

    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="People and devices").click()
    page.get_by_role("button", name="Remove Anna").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("Anna has no access any more.")).to_be_visible()
    expect(anna.get_by_role("heading", name=re.compile("Welcome home"))).to_be_visible()
    anna.context.close()


def test_a_guest_is_given_one_of_two_cameras(chromium: Browser, page: Page, hub: Hub, address: str) -> None:
    """Chosen with the invitation and changed later; the guest's open page follows."""
    set_up(hub)
    for name in ("Porch", "Nursery"):
        hub.video.add_camera(name, "synthetic:?width=96&height=64&fps=5")
    sign_in(page, address)
    page.goto(f"{address}/#/household")
    page.get_by_role("button", name="Invite somebody").click()
    page.get_by_label("Name").fill("Ben")
    page.get_by_role("radio", name="Guest").check()
    page.get_by_role("checkbox", name="All, also those that come later").uncheck()
    page.get_by_role("checkbox", name="Nursery").uncheck()
    assert faults_of(page, "Household") == []
    page.get_by_role("button", name="Make the invitation").click()
    link = page.get_by_label("Invitation link", exact=True).inner_text()
    page.get_by_role("button", name="Close").last.click()
    expect(page.get_by_text("1 camera", exact=True)).to_be_visible()

    ben = chromium.new_context(viewport=PHONE).new_page()
    ben.goto(link)
    ben.get_by_label("Password").fill("five grey geese")
    ben.get_by_role("button", name="Join").click()
    expect(ben.get_by_text("Porch").first).to_be_visible()
    expect(ben.get_by_text("Nursery")).to_have_count(0)

    page.get_by_role("button", name="Cameras for Ben").click()
    page.get_by_role("checkbox", name="All, also those that come later").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Ben sees these from now on.")).to_be_visible()
    ben.reload()
    expect(ben.get_by_text("Nursery").first).to_be_visible()
    ben.context.close()


def test_a_player_is_let_in_and_out_again(page: Page, hub: Hub, address: str) -> None:
    """The address that the page shows plays as it stands there; taken back, it opens nothing."""
    set_up(hub)
    for name in ("Porch", "Nursery"):
        hub.video.add_camera(name, "synthetic:?width=96&height=64&fps=5&gop_seconds=1")
    until(lambda: all(hub.video.status(camera.id).state == "recording" for camera in hub.video.cameras()))
    sign_in(page, address)
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Programs with a key").click()
    expect(page.get_by_text("No program watches your cameras.")).to_be_visible()
    assert faults_of(page, "Other programs") == []
    page.get_by_role("button", name="Let a program in").click()
    page.get_by_label("Name").fill("Home Assistant")
    page.get_by_role("checkbox", name="All, also those that come later").uncheck()
    page.get_by_role("checkbox", name="Nursery").uncheck()
    page.get_by_role("button", name="Make the key").click()
    live = page.get_by_label("Live address of Porch", exact=True).inner_text()
    assert page.get_by_label("Password", exact=True).inner_text() in live
    expect(page.get_by_text("Nursery")).to_have_count(0)
    assert faults_of(page, "Other programs") == []
    with av.open(live, timeout=60) as film:
        assert next(film.demux(video=0)).is_keyframe
    page.get_by_role("button", name="Close").last.click()
    expect(page.get_by_text("1 camera", exact=True)).to_be_visible()

    page.get_by_role("button", name="Take the key of Home Assistant back").click()
    page.get_by_role("button", name="Take back", exact=True).click()
    expect(page.get_by_text("Home Assistant sees nothing any more.")).to_be_visible()
    with pytest.raises(av.error.HTTPUnauthorizedError):
        av.open(live, timeout=60)
