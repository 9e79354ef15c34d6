"""The hub's pages in a real browser, against a real hub that records a synthetic camera."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.everybody import faults_of
from browser.home import CAMERA, PASSWORD, PLAYING, film, film_before, set_up, sign_in
from latchstring.base.time import TimeRange
from latchstring.hub.cameras.regions import Region
from latchstring.hub.daemon import Hub
from latchstring.hub.owner.models import Choices
from latchstring.hub.redaction import masks
from latchstring.testing import served_town
from latchstring.testing.served_town import ServedTown
from latchstring.testing.town import MIDDLE, Town

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        not (Path(__file__).parents[2] / "src/latchstring/web/static/hub/index.html").is_file(),
        reason="the pages are not built; run scripts/setup",
    ),
]


LEFT_HALF = Region(name="Left half", corners=((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
HALVES = """name => {
  const video = document.querySelector(`video[aria-label='${name}']`);
  const canvas = new OffscreenCanvas(64, 36), pen = canvas.getContext('2d');
  pen.drawImage(video, 0, 0, 64, 36);
  const mean = (x, w) => {
    const { data } = pen.getImageData(x, 0, w, 36);
    return data.reduce((sum, v, i) => sum + (i % 4 < 3 ? v : 0), 0) / (data.length * 0.75);
  };
  return [mean(0, 30), mean(34, 30)];
}"""
"""How bright the left and the right half of a video are."""


@pytest.fixture
def town() -> Iterator[ServedTown]:
    with served_town.serve(Town()) as served:
        yield served


def ask_for(town: ServedTown, hub: Hub, during: TimeRange) -> None:
    """An approved request of the half hour up to then, in the bundle that the hub follows."""
    now = hub.clock.now()
    request = town.town.request(
        window=TimeRange(during.end - timedelta(minutes=30), during.end),
        created_at=now,
        expires_at=now + timedelta(days=5),
    )
    record = town.town.approve(request)
    town.publish(record, issued_at=now, expires_at=now + timedelta(hours=24))


def test_a_new_owner_sets_up_and_sees_the_camera(page: Page, address: str) -> None:
    """From the first visit to a live picture, an event on the timeline and its clip playing."""
    page.goto(address)
    expect(page.get_by_role("heading", name="Make this hub yours")).to_be_visible()
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("At least 10 characters")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Set it later").click()
    page.get_by_role("button", name="No network yet").click()

    expect(page.get_by_label("Recovery code")).to_have_text(re.compile(r"[A-Z0-9]{5}(-[A-Z0-9]{5}){7}"))
    done = page.get_by_role("button", name="Open my cameras")
    expect(done).to_be_disabled()
    page.get_by_label("I’ve written it down").check()
    done.click()

    expect(page.get_by_role("heading", name="No camera yet")).to_be_visible()
    page.get_by_role("link", name="Add a camera").click()
    page.get_by_role("link", name="Type a stream address instead").click()
    page.get_by_label("Name", exact=True).fill("Porch")
    page.get_by_label("Stream address").fill(CAMERA)
    page.get_by_role("button", name="Try the address").click()
    expect(page.get_by_alt_text("Test picture from the camera")).to_be_visible()
    page.get_by_role("button", name="Save").click()

    page.get_by_role("link", name="Open Porch").click()
    page.wait_for_function(PLAYING, arg="Live picture of Porch")
    expect(page.get_by_text("Recording", exact=False).first).to_be_visible()

    page.get_by_role("button", name=re.compile("^Play from")).last.click()
    page.wait_for_function(PLAYING, arg="Timeline")
    expect(page.get_by_role("button", name="Back to live")).to_be_visible()


def test_the_console_says_nothing_while_all_is_well(page: Page, address: str, hub: Hub) -> None:
    """That nobody has signed in yet, and that a hub at home has no https, are no errors."""
    set_up(hub)
    said: list[str] = []
    page.on("console", lambda message: message.type == "error" and said.append(message.text))
    sign_in(page, address)
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_text("So far only this machine reaches the hub")).to_be_visible()
    assert said == []


def test_the_live_picture_stays_at_the_edge(page: Page, address: str, hub: Hub) -> None:
    """One connection that comes back to the edge, however often the page refreshes what it knows."""
    set_up(hub)
    film(hub, 1)
    sign_in(page, address)
    page.get_by_role("link", name="Open Porch").click()
    page.wait_for_function(PLAYING, arg="Live picture of Porch")
    opened_later: list[str] = []
    page.on("websocket", lambda socket: opened_later.append(socket.url))
    page.wait_for_function("() => document.querySelector('video').currentTime > 8")  # over two refreshes
    assert opened_later == []
    page.wait_for_function(
        "() => { const v = document.querySelector('video'); return v.buffered.end(0) - v.currentTime < 2 }"
    )


def test_the_timeline_is_used_by_keyboard_alone(page: Page, address: str, hub: Hub) -> None:
    """Tab reaches the strip, arrows move the time, and the recording of that time plays."""
    set_up(hub)
    film(hub, 14)
    sign_in(page, address)
    page.get_by_role("link", name="Open Porch").click()
    strip = page.get_by_role("slider")
    expect(strip).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Tab")
        if strip.evaluate("e => e === document.activeElement"):
            break
    page.keyboard.press("Shift+ArrowLeft")
    page.wait_for_function(PLAYING, arg="Timeline")
    expect(strip).to_have_attribute("aria-valuetext", re.compile(r"\d\d:\d\d:\d\d, recorded"))


def test_the_owner_shares_a_clip(page: Page, address: str, hub: Hub, town: ServedTown) -> None:
    """The request says who asks and why it can be trusted; a yes to one clip ends in the log."""
    set_up(hub, Choices(home=MIDDLE, network=town.address))
    ask_for(town, hub, film_before(hub, 4))
    sign_in(page, address)
    page.get_by_role("link", name=re.compile("Requests 1")).click()
    page.get_by_role("link", name=re.compile("Burglary")).click()

    expect(page.get_by_role("heading", name="Riverside Police asks for footage")).to_be_visible()
    checks = page.get_by_role("list", name="Why it can be trusted").get_by_role("listitem")
    assert checks.count() >= 5
    page.get_by_role("button", name="Play the clip of Porch").click()
    page.wait_for_function(PLAYING, arg="Clip of Porch")
    page.get_by_role("button", name="Nearer").click()
    expect(page.get_by_text("1.5×")).to_be_visible()
    page.get_by_role("button", name="Whole picture").click()
    expect(page.get_by_text("1.5×")).to_be_hidden()
    assert town.posts == []

    page.get_by_role("button", name="Share this clip").click()
    expect(page.get_by_text("1 clip went to Riverside Police, sealed.")).to_be_visible()
    expect(page.get_by_text(re.compile("Entry 40 of the public log"))).to_be_visible()
    assert len(town.posts) == 1


def test_a_masked_clip_is_looked_at_before_it_is_shared(
    page: Page, address: str, hub: Hub, town: ServedTown
) -> None:
    """Prepared by one tap, played as it leaves and as recorded, and only then shared."""
    set_up(hub, Choices(home=MIDDLE, network=town.address))
    during = film_before(hub, 4)
    masks.set_masks(hub.store, hub.video.cameras()[0].id, [LEFT_HALF], now=hub.clock.now())
    ask_for(town, hub, during)
    sign_in(page, address)
    page.get_by_role("link", name=re.compile("Requests 1")).click()
    page.get_by_role("link", name=re.compile("Burglary")).click()

    expect(page.get_by_text("Painted over: 1 privacy mask.")).to_be_visible()
    expect(page.get_by_role("button", name="Share this clip")).to_have_count(0)
    page.get_by_role("button", name="Prepare this clip").click()
    expect(page.get_by_role("button", name="As it leaves")).to_be_visible()

    page.get_by_role("button", name="Play the clip of Porch").click()
    page.wait_for_function(PLAYING, arg="Clip of Porch")
    left, right = page.evaluate(HALVES, "Clip of Porch")
    assert left < 24
    assert right > 40
    page.get_by_role("button", name="As recorded").click()
    page.get_by_role("button", name="Play the clip of Porch").click()
    page.wait_for_function(PLAYING, arg="Clip of Porch")
    assert page.evaluate(HALVES, "Clip of Porch")[0] > 40
    assert town.posts == []

    page.get_by_role("button", name="Share this clip").click()
    expect(page.get_by_text("1 clip went to Riverside Police, sealed.")).to_be_visible()
    assert len(town.posts) == 1


def test_an_owner_draws_what_else_to_hide(page: Page, address: str, hub: Hub, town: ServedTown) -> None:
    """For this clip only, by keyboard or pointer; the page says what is not hidden by itself."""
    set_up(hub, Choices(home=MIDDLE, network=town.address))
    ask_for(town, hub, film_before(hub, 3))
    sign_in(page, address)
    page.get_by_role("link", name=re.compile("Requests 1")).click()
    page.get_by_role("link", name=re.compile("Burglary")).click()
    expect(page.get_by_text("Nothing is hidden in it.")).to_be_visible()
    page.get_by_role("button", name="Hide more in the clip of Porch").click()
    expect(page.get_by_text("Number plates are not looked for", exact=False)).to_be_visible()
    page.get_by_role("button", name="Rectangle").click()
    page.get_by_role("button", name="Hide these").click()
    expect(page.get_by_text("Painted over: 1 drawn area.")).to_be_visible()
    expect(page.get_by_role("button", name="Prepare this clip")).to_be_visible()


def test_not_now_stays_in_the_house(page: Page, address: str, hub: Hub, town: ServedTown) -> None:
    """Putting a request aside, and taking that back, sends nothing."""
    set_up(hub, Choices(home=MIDDLE, network=town.address))
    ask_for(town, hub, film_before(hub, 2))
    sign_in(page, address)
    page.get_by_role("link", name=re.compile("Requests 1")).click()
    page.get_by_role("link", name=re.compile("Burglary")).click()
    page.get_by_role("button", name="Not now").click()
    expect(page.get_by_text("Put aside. Nobody was told.")).to_be_visible()
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 request waits for your decision")).to_be_visible()
    assert {method for method, _ in town.wire} == {"GET"}


def test_an_agency_is_muted_and_allowed_again(page: Page, address: str, hub: Hub, town: ServedTown) -> None:
    """“Never from this agency” can be found and undone in the settings."""
    set_up(hub, Choices(home=MIDDLE, network=town.address))
    ask_for(town, hub, film_before(hub, 2))
    sign_in(page, address)
    page.get_by_role("link", name=re.compile("Requests 1")).click()
    page.get_by_role("link", name=re.compile("Burglary")).click()
    page.get_by_role("button", name="Never from this agency").click()
    page.get_by_role("button", name="Mute this agency").click()
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("button", name="Allow again").click()
    page.get_by_role("link", name="Requests").click()
    expect(page.get_by_text("1 request waits for your decision")).to_be_visible()
    assert {method for method, _ in town.wire} == {"GET"}


def test_every_page_can_be_used_by_everybody(page: Page, address: str, hub: Hub, town: ServedTown) -> None:
    """Each control has a name and a size to hit, each page one heading, and nothing is wider than a phone."""
    set_up(hub, Choices(home=MIDDLE, network=town.address))
    during = film_before(hub, 8)
    ask_for(town, hub, during)
    page.goto(address)
    faults = {"sign in": faults_of(page, "Welcome home")}
    sign_in(page, address)
    camera = hub.video.cameras()[0].id
    expect(page.get_by_role("link", name=re.compile("Requests 1"))).to_be_visible()
    request = page.request.get(f"{address}/api/inbox").json()[0]["id"]
    for path, heading in {
        "/": "Cameras",
        "/wall": "All cameras",
        "/cameras/add": "Add a camera",
        f"/cameras/{camera}": "Porch",
        f"/cameras/{camera}/edit": "Change Porch",
        f"/cameras/{camera}/areas": "Areas of Porch",
        f"/cameras/{camera}/doorbell": "Doorbell at Porch",
        f"/cameras/{camera}?at={during.start.isoformat().replace('+00:00', 'Z')}": "Porch",
        "/inbox": "Requests",
        f"/inbox/{request}": "Riverside Police asks for footage",
        "/household": "Household",
        "/settings": "Settings",
        "/settings/notifications": "Notifications",
    }.items():
        page.goto(f"{address}/#{path}")
        faults[path] = faults_of(page, heading)
    assert {where: found for where, found in faults.items() if found} == {}


LONG = "Donaudampfschifffahrtsgesellschaft"


def test_long_names_fit_a_phone(page: Page, address: str, hub: Hub) -> None:
    """One word longer than a phone is wide breaks; so do texts of twice the size. A lost page has its heading."""
    set_up(hub)
    camera = hub.video.add_camera(LONG, CAMERA, None).id
    sign_in(page, address)
    faults = {}
    for path, heading in {
        "/": "Cameras",
        "/wall": "All cameras",
        f"/cameras/{camera}": LONG,
        f"/cameras/{camera}/areas": f"Areas of {LONG}",
        f"/cameras/{camera}/doorbell": f"Doorbell at {LONG}",
        "/settings": "Settings",
        "/settings/notifications": "Notifications",
        "/cameras/nobody": "Nothing here",
        "/inbox/nobody": "Nothing here",
    }.items():
        page.goto(f"{address}/#{path}")
        faults_of(page, heading)
        expect(page.get_by_role("progressbar")).to_have_count(0)
        faults[path] = faults_of(page, heading)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        faults[f"{path}, twice the size"] = faults_of(page, heading)
        page.evaluate("document.documentElement.style.fontSize = ''")
    assert {where: found for where, found in faults.items() if found} == {}
