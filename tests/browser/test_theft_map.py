"""From a resident's report to an agency's map, click by click, in a real browser against a real network."""

from __future__ import annotations

import hashlib
import json
import random
import re
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.everybody import faults_of
from latchstring.base import geo
from latchstring.testing.network import TOWN, Staff, TestNetwork, square
from latchstring.testing.people import Person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        not (Path(__file__).parents[2] / "src/latchstring/web/static/network/index.html").is_file(),
        reason="the pages are not built; run scripts/setup",
    ),
]

HOMES = sorted(square(TOWN, metres=2000).cells(geo.FINE_RESOLUTION))


@pytest.fixture
def town() -> Iterator[tuple[TestNetwork, Staff]]:
    # Not below pytest's folder: for root, PostgreSQL runs as another user, who may not walk through that.
    with tempfile.TemporaryDirectory(prefix="latchstring-") as folder, TestNetwork(Path(folder)) as network:
        staff = network.enrol()
        yield network, staff
        staff.close()


def sign_in(page: Page, network: TestNetwork, person: Person) -> None:
    page.goto(f"{network.url}/#/sign-in")
    page.get_by_label("Name").fill(person.name)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()


def table(network: TestNetwork, rows: range) -> dict[str, object]:
    """What residents of 30 cells reported; one of them is far worse than the others."""
    draw = random.Random(5)
    lines = ["kind,day,cell,source,household"]
    for n in rows:
        cell = HOMES[0] if n % 4 == 0 else HOMES[draw.randrange(30)]
        lines.append(
            f"parcel-theft,{(network.now - timedelta(days=1 + n % 60)).date()},{cell},resident,house {n}"
        )
    return {"name": "t.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}


def take_in_and_publish(page: Page, network: TestNetwork, rows: range) -> None:
    page.goto(f"{network.url}/#/incidents")
    page.get_by_label("Import a table").set_input_files(table(network, rows))
    expect(page.get_by_text(f"{len(rows)} new incidents.")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Publish for everybody").click()
    expect(page.get_by_text("Published. Everybody sees it now.")).to_be_visible()


def ask(page: Page, network: TestNetwork) -> None:
    page.goto(f"{network.url}/#/map/ask")
    page.get_by_label("What for?").select_option("patrol-planning")
    page.get_by_role("button", name="Ask the gate").click()


def test_from_a_residents_report_to_the_same_map_for_all(town: tuple[TestNetwork, Staff], page: Page) -> None:
    """Reported with keyboard and map, counted, refused below 400, given above; residents read the very bytes."""
    network, staff = town
    page.goto(f"{network.url}/#/map")
    expect(page.get_by_role("heading", name="No map yet")).to_be_visible()

    page.get_by_role("link", name="Report a theft").click()
    picture = page.get_by_role("application")
    expect(picture.locator(".graticule")).to_be_attached()
    picture.focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("A hexagon with 40 homes is chosen.")).to_be_visible()
    with page.expect_request("**/api/incidents") as sent:
        page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_text("Thank you. It counts once the operator has looked at it.")).to_be_visible()
    assert set(json.loads(sent.value.post_data or "")) == {"kind", "day", "cell", "household"}

    sign_in(page, network, staff.operator)
    page.goto(f"{network.url}/#/incidents")
    page.get_by_role("button", name="Count all 1").click()
    expect(page.get_by_text("No report waits.")).to_be_visible()
    take_in_and_publish(page, network, range(300))
    sign_out(page)

    page.goto(f"{network.url}/#/map")
    expect(page.get_by_text("Fewer than 400 incidents: only the total of the area is told")).to_be_visible()
    expect(page.get_by_role("application")).to_have_count(0)
    sign_in(page, network, staff.officer)
    ask(page, network)
    expect(page.get_by_text("The gate says no")).to_be_visible()
    expect(page.get_by_text("The map has fewer than 400 incidents.")).to_be_visible()
    sign_out(page)

    sign_in(page, network, staff.operator)
    take_in_and_publish(page, network, range(300, 900))
    sign_out(page)
    sign_in(page, network, staff.officer)
    ask(page, network)
    expect(page.get_by_text("Given, and entered in the public log")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download the map").click()
    given = Path(saved.value.path()).read_bytes()
    sign_out(page)

    page.goto(f"{network.url}/#/map")
    with page.expect_download() as seen:
        page.get_by_role("link", name="The file itself").click()
    assert Path(seen.value.path()).read_bytes() == given
    expect(page.get_by_text(hashlib.sha256(given).hexdigest())).to_be_visible()

    page.goto(f"{network.url}/#/map/releases")
    for words in ("given", "refused"):
        expect(page.locator(".badge", has_text=words)).to_be_visible()
    page.goto(f"{network.url}/#/log")
    expect(page.get_by_text("Riverside PD was given the map that residents see")).to_be_visible()
    network.verify_ledger()


def test_the_map_says_how_sure_it_is_to_everybody(town: tuple[TestNetwork, Staff], page: Page) -> None:
    """Three views with their words; what is drawn stands in the table; a row is shown on the map."""
    network, staff = town
    table_of_900 = str(table(network, range(900))["buffer"], "utf-8")  # type: ignore[call-overload]
    staff.operator.import_incidents(table_of_900)
    days = {"start": str((network.now - timedelta(days=90)).date()), "end": str(network.now.date())}
    area = sorted({geo.parent(cell, geo.COARSE_RESOLUTION) for cell in HOMES})
    staff.operator.post("/api/maps", {"area": area, "kinds": ["parcel-theft"]} | days)

    page.goto(f"{network.url}/#/map")
    first = page.get_by_role("row", name=re.compile("Hexagon 1 "))
    expect(first).to_contain_text("100 %")
    first.get_by_role("button", name="Show on the map").click()
    expect(page.get_by_role("heading", name="Hexagon 1", level=3)).to_be_visible()
    expect(page.get_by_role("application").locator("polygon.incident")).to_have_count(1)
    for view, words in (
        ("How sure", "really among them"),
        ("Plain count", "says little about risk"),
        ("Rate", "beside the average of the area"),
    ):
        page.get_by_role("button", name=view, exact=True).click()
        expect(page.get_by_text(words)).to_be_visible()
    assert page.evaluate("() => !document.documentElement.textContent.includes('household-')")


def test_the_pages_of_the_map_can_be_used_by_everybody(town: tuple[TestNetwork, Staff], page: Page) -> None:
    """Each control has a name and a size to hit, each page one heading, and nothing is wider than a phone."""
    network, staff = town
    faults: dict[str, list[str]] = {}

    def look(pages: dict[str, str]) -> None:
        for path, heading in pages.items():
            page.goto(f"{network.url}/#{path}")
            faults[path] = faults_of(page, heading)

    look({"/map": "Theft map", "/map/report": "Report a theft", "/map/releases": "Who was given the map"})
    sign_in(page, network, staff.officer)
    look({"/map/ask": "Ask for a map"})
    sign_out(page)
    sign_in(page, network, staff.operator)
    take_in_and_publish(page, network, range(900))
    look({"/incidents": "Incidents", "/map": "Theft map"})
    assert {where: found for where, found in faults.items() if found} == {}
