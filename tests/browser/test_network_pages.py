"""The network's pages in a real browser, against a real network, its database and a real home."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser.conftest import PATIENCE_MS
from browser.desk import DESK, draft, draw_square, first_sign_in
from browser.everybody import faults_of
from latchstring.base.signing import SigningKey
from latchstring.base.time import TimeRange
from latchstring.testing.neighbourhood import Neighbourhood, film_the_porch, home
from latchstring.testing.network import TOWN, TestNetwork
from latchstring.testing.people import Person, Reviewer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        not (Path(__file__).parents[2] / "src/latchstring/web/static/network/index.html").is_file(),
        reason="the pages are not built; run scripts/setup",
    ),
]


@pytest.fixture(scope="module")
def town() -> Iterator[Neighbourhood]:
    # Not below pytest's folder: for root, PostgreSQL runs as another user, who may not walk through that.
    with tempfile.TemporaryDirectory(prefix="latchstring-") as folder, TestNetwork(Path(folder)) as network:
        staff = network.enrol()
        yield Neighbourhood(network, staff)
        staff.close()


@pytest.fixture
def desk(chromium: Browser) -> Iterator[BrowserContext]:
    """A desk that nobody has used before; its browser has no WebGL."""
    context = chromium.new_context(viewport=DESK, timezone_id="America/New_York", locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


def sign_in(page: Page, town: Neighbourhood, person: Person) -> None:
    page.goto(f"{town.network.url}/#/sign-in")
    page.get_by_label("Name").fill(person.name)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def lately(town: Neighbourhood) -> TimeRange:
    return TimeRange(town.network.now - timedelta(hours=1), town.network.now - timedelta(minutes=1))


def test_an_officer_asks_reviewers_decide_and_the_log_verifies(
    town: Neighbourhood, desk: BrowserContext, page: Page
) -> None:
    """Drawn, judged, signed and voted on in browsers; each step stands in the log and verifies in the page."""
    officer = desk.new_page()
    first_sign_in(officer, town, "officer")
    draft(officer, "B-2026-1", lately(town))
    draw_square(officer)
    officer.keyboard.press("Enter")
    expect(officer.get_by_text("Keeps the rules of size and shape")).to_be_visible()
    officer.get_by_role("button", name="Make a case key in this browser").click()
    expect(officer.get_by_text("Every rule is kept.")).to_be_visible()
    officer.get_by_role("button", name="Sign and submit").click()
    expect(officer.get_by_role("heading", name="Case B-2026-1")).to_be_visible()
    request = officer.url.rsplit("/", 1)[1]

    for _ in range(2):
        page.context.clear_cookies()
        first_sign_in(page, town, "reviewer")
        page.goto(f"{town.network.url}/#/review/{request}")
        expect(page.get_by_text("B-2026-1")).to_be_visible()
        expect(page.get_by_text("It keeps every rule of the policy.")).to_be_visible()
        page.get_by_role("button", name="For", exact=True).click()
        page.get_by_role("button", name="Sign a vote for it").click()
        expect(page.get_by_text("You voted for: within the rules.")).to_be_visible()

    expect(officer.get_by_text("Request approved")).to_be_visible()
    expect(officer.get_by_text("Homes in the area can see it")).to_be_visible()
    assert town.entries(request) == ["request-submitted", "vote-cast", "vote-cast", "request-approved"]
    page.goto(f"{town.network.url}/#/log?request={request}")
    steps = page.get_by_role("article")
    expect(steps).to_have_count(4)
    for article in steps.all():
        article.get_by_role("button", name=re.compile("Verify inclusion")).click()
        expect(article.get_by_text("Verified in this page")).to_be_visible()
        expect(article.get_by_role("img", name=re.compile("Path of"))).to_be_visible()
    expect(page.get_by_text("Signature checked in this page")).to_be_visible()
    town.network.verify_ledger()


def test_an_officer_opens_what_a_home_shared(
    town: Neighbourhood, desk: BrowserContext, tmp_path: Path
) -> None:
    """With keys brought from files: eight ticks, a picture that plays, the opening and the outcome in the log."""
    filmed = film_the_porch(tmp_path / "hub")
    asked = town.ask(window=TimeRange(filmed.start - timedelta(minutes=15), town.network.now))
    with home(town.network, tmp_path / "hub") as neighbour:
        neighbour.wait_for(asked.id)
        neighbour.share(asked.id)
    town.network.wait_for_kind("disclosure-made", asked.id)
    officer = town.staff.officer
    page = desk.new_page()
    sign_in(page, town, officer)
    page.goto(f"{town.network.url}/#/account")
    page.get_by_label("Choose the backup file").set_input_files(
        {"name": "key.pem", "mimeType": "application/x-pem-file", "buffer": pem(officer.key)}
    )
    expect(page.get_by_text("Your key is enrolled and in this browser.")).to_be_visible()

    page.goto(f"{town.network.url}/#/requests/{asked.id}")
    page.get_by_role("link", name="Open it: Package 1").click()
    expect(page.get_by_text("The case key is not in this browser")).to_be_visible()
    steps = page.get_by_role("list", name="Checks").get_by_role("listitem")
    expect(steps.filter(has_text="(held)")).to_have_count(5)
    case_key = {"name": "case-key.txt", "mimeType": "text/plain", "buffer": asked.identity.encode()}
    page.get_by_label("Choose its file").set_input_files(case_key)
    page.get_by_role("button", name="Open and sign the opening").click()

    expect(page.get_by_text("The opening is entered in the public log.")).to_be_visible()
    expect(steps.filter(has_text="(held)")).to_have_count(8)
    page.wait_for_function("() => document.querySelector('video')?.videoWidth === 160")
    with page.expect_download() as saved:
        page.get_by_role("button", name=re.compile("Save the original")).first.click()
    assert Path(saved.value.path()).read_bytes()[4:8] == b"ftyp"
    expect(
        page.get_by_role("list", name="Chain of custody").get_by_text("Sealed", exact=True)
    ).to_be_visible()

    page.get_by_role("link", name="Back to the request").click()
    page.get_by_label("What became of it?").select_option("used")
    page.get_by_role("button", name="Sign and enter the outcome").click()
    expect(page.get_by_text("Outcome entered")).to_be_visible()
    town.network.wait_for_kind("outcome-entered", asked.id)
    assert town.entries(asked.id)[-3:] == ["disclosure-made", "disclosure-opened", "outcome-entered"]
    town.network.verify_ledger()


def pem(key: SigningKey) -> bytes:
    private = Ed25519PrivateKey.from_private_bytes(key.seed)
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_a_draft_hears_every_rule_that_it_breaks(town: Neighbourhood, page: Page) -> None:
    """On a phone, by typing alone: what is wrong, how to mend it, and nothing to press until it is mended."""
    first_sign_in(page, town, "officer")
    draft(page, "B-2026-2", lately(town))
    expect(page.get_by_text("There is no place of the incident.")).to_be_visible()
    page.get_by_text("Type it instead").click()
    page.get_by_label("Place of the incident").fill(f"{TOWN.latitude}, {TOWN.longitude}")
    page.get_by_label("Side of a square around it, in metres").fill("1500")
    page.get_by_role("button", name="Use this square").click()
    expect(page.get_by_text("Rule R06: too large")).to_be_visible()
    expect(page.get_by_text("Draw it smaller.", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Sign and submit")).to_be_disabled()

    page.get_by_label("Corners of the area").fill(
        "41.499, -81.697\n41.503, -81.692\n41.503, -81.697\n41.499, -81.692"
    )
    page.get_by_role("button", name="Use these corners").click()
    expect(page.get_by_text("The outline crosses itself.")).to_be_visible()

    page.get_by_label("Side of a square around it, in metres").fill("450")
    page.get_by_role("button", name="Use this square").click()
    page.get_by_role("button", name="Make a case key in this browser").click()
    expect(page.get_by_text("Every rule is kept.")).to_be_visible()
    expect(page.get_by_role("button", name="Sign and submit")).to_be_enabled()


def test_an_area_is_drawn_undone_and_moved_by_hand(town: Neighbourhood, desk: BrowserContext) -> None:
    """Double-click closes, corners follow the pointer and the arrow keys, undo takes back, Escape stops."""
    page = desk.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    first_sign_in(page, town, "officer")
    page.get_by_role("link", name="New request").click()
    expect(page.get_by_role("application").locator("canvas")).to_have_count(1)
    _draw_by_hand(page)
    assert [url for url in asked if not url.startswith((town.network.url, "blob:", "data:"))] == []


def test_a_browser_without_webgl_gets_the_same_map(town: Neighbourhood, desk: BrowserContext) -> None:
    """Where nothing can be drawn by a graphics card, hexagons and hand are the same."""
    desk.add_init_script(
        "const known = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...more) {"
        " return kind.startsWith('webgl') ? null : known.call(this, kind, ...more) }"
    )
    page = desk.new_page()
    first_sign_in(page, town, "officer")
    page.get_by_role("link", name="New request").click()
    expect(page.get_by_role("application").locator("svg .cells polygon").first).to_be_attached()
    expect(page.get_by_role("application").locator("canvas")).to_have_count(0)
    _draw_by_hand(page)


def _draw_by_hand(page: Page) -> None:
    drawing = draw_square(page)
    corners = drawing.get_by_role("button", name=re.compile("Corner"))
    page.get_by_role("button", name="Undo").click()
    expect(corners).to_have_count(3)
    box = drawing.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.dblclick(x - 90, y + 90)
    expect(corners).to_have_count(4)
    assert drawing.bounding_box() == box, "the map must not move under the hand"
    size = page.get_by_text("square miles", exact=False).first
    before = size.inner_text()

    corners.nth(2).focus()
    page.keyboard.press("ArrowRight")
    expect(size).not_to_have_text(before)
    page.keyboard.press("Control+z")
    expect(size).to_have_text(before)
    page.mouse.move(x + 90, y + 90)
    page.mouse.down()
    page.mouse.move(x + 130, y + 120, steps=4)
    page.mouse.up()
    expect(size).not_to_have_text(before)
    page.get_by_role("button", name="Undo").click()
    expect(size).to_have_text(before)

    page.get_by_role("button", name="Draw it anew").click()
    page.mouse.click(x, y - 50)
    expect(corners).to_have_count(1)
    page.keyboard.press("Escape")
    expect(corners).to_have_count(0)


def test_a_proof_that_was_touched_is_refused_in_the_page(town: Neighbourhood, page: Page) -> None:
    """The page believes the ledger's key and nothing that the server says beside it."""

    def touch(route: object) -> None:
        answer = route.fetch()  # type: ignore[attr-defined]
        lines = answer.text().split("\n")
        lines[2] = "A" + lines[2][1:] if lines[2][0] != "A" else "B" + lines[2][1:]
        route.fulfill(body="\n".join(lines), content_type="text/plain")  # type: ignore[attr-defined]

    page.goto(f"{town.network.url}/#/log")
    first = page.get_by_role("article", name="Entry 0")
    page.route("**/api/log/0/proof", touch)
    first.get_by_role("button", name=re.compile("Verify inclusion")).click()
    expect(first.get_by_text("This entry could not be verified")).to_be_visible()
    page.unroute("**/api/log/0/proof")
    first.get_by_role("button", name=re.compile("Verify inclusion")).click()
    expect(first.get_by_text("Verified in this page")).to_be_visible()


def test_the_operator_gives_accounts_with_passwords_shown_once(town: Neighbourhood, page: Page) -> None:
    """A new reviewer's password is shown, and it works for the first sign-in; afterwards it stands nowhere."""
    sign_in(page, town, town.staff.operator)
    page.get_by_role("button", name="Add an account").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Ash Reed")
    dialog.get_by_label("Role").select_option("reviewer")
    dialog.get_by_role("button", name="Add an account").click()
    expect(page.get_by_role("heading", name="One-time password of Ash Reed")).to_be_visible()
    password = page.locator(".password").inner_text()
    page.get_by_role("button", name="Close").click()
    assert password not in page.content()
    reviewer = Reviewer(town.network.url, "Ash Reed", password)
    assert reviewer.account["role"] == "reviewer"
    reviewer.close()


def test_every_page_can_be_used_by_everybody(town: Neighbourhood, page: Page) -> None:
    """Each control has a name and a size to hit, each page one heading, and nothing is wider than a phone."""
    asked = town.ask()
    faults: dict[str, list[str]] = {}

    def look(pages: dict[str, str | re.Pattern[str]]) -> None:
        for path, heading in pages.items():
            page.goto(f"{town.network.url}/#{path}")
            faults[path] = faults_of(page, heading)

    look({"/": "Footage by consent, asked in public", "/log": "Public log", "/sign-in": "Sign in"})
    look(
        {
            "/analysis": "What do the numbers say?",
            "/analysis/claim": re.compile("What would 55"),
            "/analysis/urn": "The map that believes itself",
            "/analysis/audits": "Who is asked for, and who is heard?",
        }
    )
    first_sign_in(page, town, "officer")
    look(
        {
            "/requests": "Your agency’s requests",
            "/requests/new": "New request",
            "/account": "Your signing key",
        }
    )
    look({f"/requests/{asked.id}": re.compile("Case")})
    page.context.clear_cookies()
    first_sign_in(page, town, "reviewer")
    look({"/review": "Requests to review", "/review/done": "Decided requests"})
    look({f"/review/{asked.id}": "Riverside PD asks"})
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Footage by consent, asked in public")).to_be_visible()
    sign_in(page, town, town.staff.operator)
    look({"/agencies": "Agencies", "/accounts": "Accounts", "/places": "Places"})
    assert {where: found for where, found in faults.items() if found} == {}


def test_a_claim_is_tried_by_keyboard_and_answered_at_once(town: Neighbourhood, page: Page) -> None:
    """More break-ins, more like areas, and the best of many: what could be seen follows each slider."""
    page.goto(f"{town.network.url}/#/analysis")
    page.get_by_role("link", name=re.compile("What would 55")).click()
    expect(page.get_by_text("None: too few break-ins")).to_be_visible()
    expect(page.get_by_text("0.9 %", exact=True)).to_be_visible()

    for _ in range(5):
        page.get_by_label("Break-ins in the area, per period").press("ArrowRight")
    expect(page.get_by_text("53 %", exact=True)).to_be_visible()
    expect(page.get_by_text("We cannot tell whether the cameras did anything.")).to_be_visible()
    page.get_by_label("Like areas to compare with").press("End")
    expect(page.get_by_text("made break-ins fewer")).to_be_visible()
    page.get_by_label("How the area was picked").press("End")
    expect(page.get_by_text("high counts fall by themselves")).to_be_visible()

    page.get_by_role("link", name=re.compile("two districts")).click()
    page.get_by_label("In the first district").press("Home")
    expect(page.get_by_role("img", name=re.compile("400 towns")).first).to_be_visible()
