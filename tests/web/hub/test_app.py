"""The hub's API as a whole: its document, its pages, its settings."""

from __future__ import annotations

import json
from pathlib import Path

from latchstring.base.signing import SigningKey
from latchstring.ledger.note import Verifier
from latchstring.web.hub.app import openapi
from web.browser import Browser

VKEY = Verifier("net.test/ledger", SigningKey(bytes(32)).verify_key).vkey
HOME = {"latitude": 51.500123, "longitude": -0.120456}


def test_the_document_needs_no_hub_and_says_what_each_call_answers(tmp_path: Path) -> None:
    """Types for the pages are made from it: each operation is named, and each JSON answer has a schema."""
    document = openapi()
    assert json.dumps(document) == json.dumps(openapi())
    operations = [op for item in document["paths"].values() for op in item.values()]
    names = [op["operationId"] for op in operations]
    assert len(names) == len(set(names)) > 25
    assert all(name.isidentifier() for name in names)
    for op in operations:
        [success] = [code for code in op["responses"] if code.startswith("2")]
        if success != "204":
            content = op["responses"][success]["content"]
            assert content.get("application/json", {"schema": True})["schema"], op["operationId"]


def test_anybody_may_ask_whether_the_hub_lives(stranger: Browser) -> None:
    assert stranger.get("/healthz").json() == {"ok": True}


def test_settings_change_one_by_one(owner: Browser) -> None:
    """What is left out stays; null gives it back to the settings file."""
    network = {"url": "http://127.0.0.1:8600/", "vkey": VKEY}
    assert owner.put("/api/settings", json={"home": HOME}).json()["home"] == HOME
    changed = owner.put("/api/settings", json={"network": network, "retention_days": 3}).json()
    assert changed["home"] == HOME
    assert changed["network"]["url"] == "http://127.0.0.1:8600"
    assert len(changed["network"]["coarse_cell"]) == 15
    assert changed["retention_days"] == 3
    assert owner.put("/api/settings", json={"retention_days": None}).json()["retention_days"] == 14
    assert owner.put("/api/settings", json={"home": None}).json()["network"]["coarse_cell"] is None


def test_settings_that_cannot_be_are_refused_with_reasons(owner: Browser) -> None:
    for form, error in (
        ({"home": {"latitude": 95, "longitude": 0}}, "bad_place"),
        ({"network": {"url": "net.test", "vkey": VKEY}}, "bad_network"),
        ({"network": {"url": "http://net.test", "vkey": VKEY[:-4]}}, "bad_verifier_key"),
        ({"retention_days": 0}, "not_understood"),
    ):
        answer = owner.put("/api/settings", json=form)
        assert (answer.status_code, answer.json()["error"]) == (422, error)


def test_recordings_are_kept_for_as_long_as_the_owner_says(owner: Browser, hub) -> None:
    owner.put("/api/settings", json={"retention_days": 2})
    assert hub.video.keep.rule.days == 2


def test_the_status_before_anything_happened(owner: Browser) -> None:
    status = owner.get("/api/status").json()
    assert status["network"] == {
        "last_followed": None,
        "ok": True,
        "message": None,
        "checkpoint_size": None,
        "next_at": None,
    }
    assert status["disk"]["free"] > 0
    assert owner.get("/api/diagnostics").json() == {"refused": []}
