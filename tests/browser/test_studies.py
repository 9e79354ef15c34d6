"""An impact study in a browser, under a clock that is moved: plan, lock, wait, read."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.everybody import faults_of
from latchstring.analysis.impact import plan as plans
from latchstring.testing.clock import FakeClock
from latchstring.testing.network import TestNetwork
from latchstring.testing.people import Operator
from latchstring.testing.plans import outcome_table

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        not (Path(__file__).parents[2] / "src/latchstring/web/static/network/index.html").is_file(),
        reason="the pages are not built; run scripts/setup",
    ),
]
DAY = 86_400


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime.now(UTC))


@pytest.fixture
def network(clock: FakeClock) -> Iterator[TestNetwork]:
    # Not below pytest's folder: for root, PostgreSQL runs as another user, who may not walk through that.
    with (
        tempfile.TemporaryDirectory(prefix="latchstring-") as data,
        TestNetwork(Path(data), clock=clock) as net,
    ):
        yield net


def sign_in(page: Page, operator: Operator) -> None:
    page.get_by_label("Name").fill(operator.name)
    page.get_by_label("Password").fill(operator.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_study_is_planned_locked_waited_for_and_read(
    network: TestNetwork, clock: FakeClock, page: Page
) -> None:
    """What the plan could show comes first; the outcome is refused until its day; the log holds both hashes."""
    assert network.first_operator is not None
    operator = Operator(network.url, *network.first_operator)
    page.goto(f"{network.url}/#/analysis/studies")
    expect(page.get_by_text("No study yet")).to_be_visible()
    assert faults_of(page, "Impact studies") == []

    page.goto(f"{network.url}/#/analysis/studies/new")
    sign_in(page, operator)
    page.goto(f"{network.url}/#/analysis/studies/new")
    assert faults_of(page, "Plan a study") == []
    page.get_by_label("Areas where it is done").fill("Mill Street")
    page.get_by_label("Like areas to compare with").fill("Ford Lane")
    page.get_by_label("More like areas, for the rank").fill("\n".join(f"area {n}" for n in range(1, 20)))
    page.get_by_label("Expected in the window before").fill("10")
    page.get_by_label("Expected in the like areas").fill("10")
    page.get_by_role("button", name="What could it show?").click()
    expect(page.get_by_text("None: the counts are too small")).to_be_visible()
    page.get_by_label("Expected in the window before").fill("130")
    page.get_by_label("Expected in the like areas").fill("130")
    page.get_by_role("button", name="What could it show?").click()
    expect(page.get_by_text("shows in 8 of 10 such studies")).to_be_visible()
    page.get_by_role("button", name="Lock this plan").click()
    page.get_by_role("button", name="Lock the plan").click()

    expect(page.get_by_text("Checked in this page: the published plan has this hash.")).to_be_visible()
    expect(page.get_by_text("Not yet read")).to_be_visible()
    expect(page.get_by_text("no outcome is taken")).to_be_visible()
    expect(page.get_by_label("Hand in the outcome")).to_have_count(0)
    study = network.http.get("/api/studies").json()[0]["id"]
    detail = network.http.get(f"/api/studies/{study}").json()
    plan = plans.of_json(detail["plan"])
    assert plans.digest(plan) == detail["plan_sha256"]

    clock.advance(365 * DAY)
    page.goto(f"{network.url}/#/sign-in")
    page.reload()
    sign_in(page, operator)
    page.goto(f"{network.url}/#/analysis/studies/{study}")
    expect(page.get_by_role("link", name="Download the template")).to_be_visible()
    outcome = {"name": "outcome.csv", "mimeType": "text/csv"}
    page.get_by_label("Hand in the outcome").set_input_files(
        {**outcome, "buffer": b"area,day\nElm,2026-01-01"}
    )
    expect(page.get_by_text("'Elm' is no area of the plan")).to_be_visible()
    table = outcome_table(plan, {"Mill Street": 3}).encode()
    page.get_by_label("Hand in the outcome").set_input_files({**outcome, "buffer": table})
    expect(page.get_by_text("made break-ins fewer")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("Change beyond that of like areas"))).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("study read"))).to_be_visible()
    assert faults_of(page, re.compile("Did the cameras change break-ins")) == []
    network.verify_ledger()
    operator.close()
