"""The main job in a real browser, from the drawn area to the opened picture, by all four parties."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser.conftest import PATIENCE_MS
from browser.desk import DESK, draft, draw_square, first_sign_in
from latchstring.base.clock import SystemClock
from latchstring.base.time import TimeRange
from latchstring.testing.neighbourhood import (
    PASSWORD,
    Home,
    Neighbourhood,
    film_the_porch,
    home,
)
from latchstring.testing.network import TOWN, TestNetwork
from latchstring.web.hub.app import create_app

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class AMinuteAhead(SystemClock):
    """Time pickers know minutes only: by this clock, what was filmed just now lies before the last full one."""

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=75)


@pytest.fixture
def town() -> Iterator[Neighbourhood]:
    # Not below pytest's folder: for root, PostgreSQL runs as another user, who may not walk through that.
    with (
        tempfile.TemporaryDirectory(prefix="latchstring-") as folder,
        TestNetwork(Path(folder), clock=AMinuteAhead()) as network,
    ):
        staff = network.enrol()
        yield Neighbourhood(network, staff)
        staff.close()


@pytest.fixture
def filmed(tmp_path: Path) -> TimeRange:
    """When the home on the street filmed, in whole minutes, which are over by the town's clock."""
    film = film_the_porch(tmp_path)
    return TimeRange(
        film.start.replace(second=0, microsecond=0),
        film.end.replace(second=0, microsecond=0) + timedelta(minutes=1),
    )


@pytest.fixture
def neighbour(town: Neighbourhood, tmp_path: Path, filmed: TimeRange) -> Iterator[Home]:
    """A home on the street that has filmed. It films on, after those minutes."""
    with home(town.network, tmp_path, at=TOWN) as moved_in:
        yield moved_in


@pytest.fixture
def desks(chromium: Browser) -> Iterator[Callable[[], BrowserContext]]:
    """A new desk, with a browser that nobody has used."""
    contexts: list[BrowserContext] = []

    def new() -> BrowserContext:
        contexts.append(chromium.new_context(viewport=DESK, timezone_id="America/New_York", locale="en-GB"))
        contexts[-1].set_default_timeout(PATIENCE_MS)
        return contexts[-1]

    yield new
    for context in contexts:
        context.close()


def test_from_the_drawn_area_to_the_opened_picture(
    town: Neighbourhood,
    neighbour: Home,
    filmed: TimeRange,
    desks: Callable[[], BrowserContext],
    page: Page,
    serve: Callable[[FastAPI], str],
) -> None:
    """An officer draws and submits, two reviewers approve, an owner watches on a phone and shares, the officer
    opens: eight ticks, and the picture plays.

    On a machine that stalls for seconds the film has a break, and is two clips.
    """
    officer = desks().new_page()
    first_sign_in(officer, town, "officer")
    draft(officer, "M-2026-1", TimeRange(filmed.end - timedelta(minutes=40), filmed.end))
    draw_square(officer)
    officer.keyboard.press("Enter")
    officer.get_by_role("button", name="Make a case key in this browser").click()
    expect(officer.get_by_text("Every rule is kept.")).to_be_visible()
    officer.get_by_role("button", name="Sign and submit").click()
    expect(officer.get_by_role("heading", name="Case M-2026-1")).to_be_visible()
    request = officer.url.rsplit("/", 1)[1]

    for _ in range(2):
        reviewer = desks().new_page()
        first_sign_in(reviewer, town, "reviewer")
        reviewer.goto(f"{town.network.url}/#/review/{request}")
        reviewer.get_by_role("button", name="For", exact=True).click()
        reviewer.get_by_role("button", name="Sign a vote for it").click()
        expect(reviewer.get_by_text("You voted for: within the rules.")).to_be_visible()

    neighbour.wait_for(request)
    page.goto(serve(create_app(neighbour.hub)))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=re.compile("Requests 1")).click()
    page.get_by_role("link", name=re.compile("Burglary")).click()
    page.get_by_role("button", name="Play the clip of Porch").first.click()
    page.wait_for_function("() => document.querySelector('video')?.videoWidth === 160")
    page.get_by_role("button", name=re.compile("Share (this clip|these)")).click()
    expect(page.get_by_text(re.compile(r"\d clips? went to"))).to_be_visible()

    town.network.wait_for_kind("disclosure-made", request)
    officer.reload()
    officer.get_by_role("link", name="Open it: Package 1").click()
    officer.get_by_role("button", name="Open and sign the opening").click()
    expect(officer.get_by_text("The opening is entered in the public log.")).to_be_visible()
    ticks = officer.get_by_role("list", name="Checks").get_by_role("listitem").filter(has_text="(held)")
    expect(ticks).to_have_count(8)
    officer.wait_for_function("() => document.querySelector('video')?.videoWidth === 160")
    town.network.wait_for_kind("disclosure-opened", request)
    assert town.network.verify_ledger().kinds["disclosure-opened"] == 1
