"""The web app: sessions, headers, static files, and documentation that fits its routes."""

from __future__ import annotations

import base64
import re
from dataclasses import fields
from pathlib import Path

import pytest

from latchstring.base import canonical, geo
from latchstring.ledger.proofs import verify_entry
from latchstring.network.settings import NetworkSettings
from latchstring.testing.network import TOWN
from latchstring.testing.people import Person, Refused
from latchstring.web.network.app import openapi

ROOT = Path(__file__).parents[3]


def routes() -> list[tuple[str, str, dict[str, object]]]:
    return [
        (method.upper(), path, op) for path, ops in openapi()["paths"].items() for method, op in ops.items()
    ]


def test_the_api_document_is_made_without_a_database_and_names_each_operation():
    """Types of the pages are generated from it; an operation is called like its function."""
    names = [op["operationId"] for _, _, op in routes()]

    assert len(names) == len(set(names)) >= 35
    assert {"sign_in", "check_draft", "cast_vote", "make_disclosure", "bundle"} <= set(names)


def test_every_route_says_who_may_call_it_and_stands_in_the_reference():
    """docs/reference/network-api.md has a row for each route, with the same callers."""
    text = (ROOT / "docs" / "reference" / "network-api.md").read_text()
    rows = set(re.findall(r"^\| `([A-Z]+) (\S+)` \| ([^|]+) \|", text, re.MULTILINE))

    assert rows == {(method, path, ", ".join(op["tags"])) for method, path, op in routes()}


def test_every_setting_stands_in_the_reference():
    """docs/reference/network-settings.md explains each, with its default."""
    text = (ROOT / "docs" / "reference" / "network-settings.md").read_text()
    assert set(re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE)) == {
        f.name for f in fields(NetworkSettings)
    }


@pytest.mark.parametrize(("method", "path", "operation"), routes())
def test_a_stranger_reaches_what_is_public_and_nothing_else(network, method, path, operation):
    """Without a session every other route asks to sign in."""
    public = {"anyone", "hub"} & set(operation["tags"])
    url = re.sub(r"\{\w+(:path)?\}", "x", path)

    answer = network.http.request(method, url, json={} if method == "POST" else None)

    assert (answer.status_code == 401) == (not public), answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_change_without_the_csrf_token_is_refused(staff):
    """Another site can make a browser send the cookie, but not the header."""
    officer = staff.officer
    bare = officer.http.post("/api/requests/check", json={"draft": {}})
    wrong = officer.http.post("/api/requests/check", json={"draft": {}}, headers={"X-CSRF-Token": "x"})

    assert (bare.status_code, bare.json()["error"]) == (403, "csrf_missing")
    assert wrong.status_code == 403
    assert officer.check({})["broken"]


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(network, staff):
    """HttpOnly and SameSite=Strict."""
    answer = network.http.post(
        "/api/session", json={"name": staff.officer.name, "password": staff.officer.password}
    )
    cookie = answer.headers["Set-Cookie"].lower()
    network.http.cookies.clear()

    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_a_one_time_password_opens_only_the_door_to_changing_it(network, staff):
    """Everything else waits until the person has chosen their own."""
    password = staff.operator.create("Newcomer", "reviewer")
    http = network.http.__class__(base_url=network.url)
    csrf = http.post("/api/session", json={"name": "Newcomer", "password": password}).json()["csrf"]

    assert http.get("/api/review").json()["error"] == "must_change_password"
    changed = http.post(
        "/api/session/password",
        json={"old": password, "new": "a better password"},
        headers={"X-CSRF-Token": csrf},
    )
    assert changed.json()["must_change_password"] is False
    assert http.get("/api/review").status_code == 200
    assert http.delete("/api/session", headers={"X-CSRF-Token": csrf}).status_code == 200
    assert http.get("/api/session").status_code == 401
    http.close()


def test_wrong_passwords_are_throttled(network, staff):
    """The sixth try has to wait."""
    staff.operator.create("Throttled", "reviewer")
    answers = [
        network.http.post("/api/session", json={"name": "Throttled", "password": f"wrong {n}"})
        for n in range(6)
    ]

    assert [a.status_code for a in answers] == [401] * 5 + [429]
    with pytest.raises(Refused):
        Person(network.url, "Throttled", "wrong")


def test_a_bundle_is_cached_by_its_etag(network, staff):
    """A hub that has it already gets 304 and no body; the answer sets no cookie."""
    path = f"/bundles/{TOWN.cell(6)}.json"
    first = network.http.get(path)

    again = network.http.get(path, headers={"If-None-Match": first.headers["ETag"]})
    other = network.http.get(path, headers={"If-None-Match": '"other"'})

    assert (first.status_code, again.status_code, again.content, other.status_code) == (200, 304, b"", 200)
    assert "public" in first.headers["Cache-Control"]
    assert "Set-Cookie" not in first.headers


@pytest.mark.parametrize("path", [
    "/bundles/..%2fsecrets%2fledger.json", "/bundles/8928308280fffff.json", "/bundles/x.json",
    "/ledger/tile/../../secrets/ledger.key", "/ledger/tile/0/../000", "/ledger/tile/64/000", "/ledger/tile/0/999",
    "/ledger/tile/0/%2e%2e/000", "/ledger/tile/entries/000.p/0",
])  # fmt: skip
def test_no_other_file_is_served(network, path):
    """What is not a tile, a checkpoint or a bundle is not there."""
    assert network.http.get(path).status_code == 404


def test_the_log_is_read_in_pages_with_proofs_that_hold(network, staff):
    """Newest first; each entry with its bytes, provable under the published checkpoint."""
    newest = network.http.get("/api/log", params={"limit": 2}).json()
    assert [e["index"] for e in newest["entries"]] == [newest["size"] - 1, newest["size"] - 2]
    older = network.http.get("/api/log", params={"before": 1}).json()["entries"]
    assert [e["index"] for e in older] == [0]

    proof = network.http.get("/api/log/0/proof").text

    raw = base64.b64decode(older[0]["raw"])
    assert canonical.decode(raw) == older[0]["entry"]
    assert verify_entry(raw, proof, network.verifier).size >= newest["size"]
    assert network.http.get("/api/log/999999/proof").status_code == 404


def test_places_are_taken_as_csv_with_clear_line_errors(network, staff):
    """The operator is told which line to mend; nothing of a bad table is kept."""
    operator = staff.operator
    csrf = {"X-CSRF-Token": operator.get("/api/session")["csrf"], "Content-Type": "text/csv"}
    cell = "8928308280fffff"

    bad = operator.http.post("/api/places", content=f"cell,dwellings\n{cell},7\nnowhere,1\n", headers=csrf)
    assert (bad.status_code, "line 3" in bad.json()["message"]) == (422, True)
    assert cell not in network.http.get("/api/places").text

    good = operator.http.post("/api/places", content=f"cell,dwellings\n{cell},7\n", headers=csrf)
    assert good.json() == {"cells": 1}
    assert {"cell": cell, "dwellings": 7} in network.http.get("/api/places").json()["places"]
    assert network.http.get(f"/bundles/{geo.parent(cell, geo.COARSE_RESOLUTION)}.json").status_code == 200


def test_the_policy_is_published_with_its_bytes(network):
    """Anybody can hash the text and find it in the log."""
    policy = network.http.get("/api/policy").json()
    first = network.http.get("/api/log", params={"before": 1}).json()["entries"][0]["entry"]

    assert canonical.sha256_hex(policy["text"].encode()) == policy["sha256"] == first["sha256"]
    assert policy["limits"]["max_posts_per_case"] == 2
    assert policy["reasons"]["for"] == ["within-the-rules"]


def test_a_body_that_is_not_understood_is_explained_without_repeating_it(network):
    """A mistyped password does not come back in an error."""
    answer = network.http.post("/api/session", json={"name": "x", "pasword": "secret words"})

    assert answer.status_code == 422
    assert "secret words" not in answer.text


def test_nothing_is_written_down_about_who_reads_bundles_and_the_log(network, staff, caplog):
    """No line of any logger for a fetch, and no table with addresses."""
    caplog.set_level("DEBUG")
    network.http.get(f"/bundles/{TOWN.cell(6)}.json")
    network.http.get("/ledger/checkpoint")

    ours = [
        r for r in caplog.records if not r.name.startswith(("httpx", "httpcore", "procrastinate", "asyncio"))
    ]
    assert [
        r.getMessage() for r in ours if "bundles" in r.getMessage() or "127.0.0.1" in r.getMessage()
    ] == []
    schema = (ROOT / "src/latchstring/network/database/schema.sql").read_text()
    assert not re.search(r"\b(ip|inet|cidr|user_agent|address)\b", schema.lower())
