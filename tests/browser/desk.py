"""What officers and reviewers do at a desk, click by click."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from latchstring.base.time import TimeRange
from latchstring.testing.neighbourhood import Neighbourhood
from latchstring.testing.network import AGENCY

DESK = {"width": 1440, "height": 900}
_numbers = count(1)


def first_sign_in(page: Page, town: Neighbourhood, role: str) -> str:
    """A new account's first minutes: own password, own key, backup. Answers its name."""
    name = f"{role.title()} {next(_numbers)}"
    given = town.staff.operator.create(name, role, AGENCY if role == "officer" else None)
    page.goto(f"{town.network.url}/#/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(given)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("The password you were given").fill(given)
    page.get_by_label("New password").fill("lantern moss teapot")
    page.get_by_label("The same again").fill("lantern moss teapot")
    page.get_by_role("button", name="Change the password").click()
    page.get_by_role("button", name="Make the key").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save the backup file").click()
    assert "BEGIN PRIVATE KEY" in Path(saved.value.path()).read_text()
    page.get_by_label("I have saved the file").check()
    page.get_by_role("button", name="Enrol the key").click()
    expect(page.get_by_role("heading", name="Make your signing key")).to_be_hidden()
    return name


def draft(page: Page, case: str, during: TimeRange) -> None:
    """Everything of a new request but its area and its key."""
    page.get_by_role("link", name="New request").click()
    page.get_by_label("Case reference").fill(case)
    page.get_by_label("Offence").select_option("burglary")
    page.get_by_label("From").fill(local(page, during.start.isoformat()))
    page.get_by_label("Until", exact=True).fill(local(page, during.end.isoformat()))


def local(page: Page, at: str) -> str:
    """How this browser's time picker writes an instant."""
    shift = "at => { const d = new Date(at); return new Date(d - d.getTimezoneOffset() * 60000).toISOString().slice(0, 16) }"
    return str(page.evaluate(shift, at))


def draw_square(page: Page, half: int = 90) -> Locator:
    """Mark the middle of the map as the incident and click a square around it; nobody has closed it yet."""
    drawing = page.get_by_role("application")
    expect(drawing.locator(".graticule")).to_be_attached()
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(x, y)
    corners = drawing.get_by_role("button", name=re.compile("Corner"))
    for n, (right, down) in enumerate(((-half, -half), (half, -half), (half, half), (-half, half)), 1):
        page.mouse.click(x + right, y + down)
        expect(corners).to_have_count(n)
    return drawing
