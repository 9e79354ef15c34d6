"""Every error has one shape, says what to do, and repeats no secret."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field

from latchstring.base.errors import Conflict, Unavailable
from latchstring.web import errors, pages


class Login(BaseModel):
    name: str
    password: str = Field(min_length=12)


class SeatTaken(Conflict):
    """Somebody sits there."""


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    app = FastAPI()

    @app.post("/api/login")
    def login(given: Login) -> None:
        raise SeatTaken(seat=Path("3"), rows=[1, 2])

    @app.get("/api/broken")
    def broken() -> None:
        raise RuntimeError("the password is swordfish")

    @app.get("/api/down")
    def down() -> None:
        raise Unavailable

    errors.install(app)
    pages.install(app, "hub", static=tmp_path)
    return TestClient(app)


def test_our_own_errors_carry_their_status_and_details(client: TestClient) -> None:
    answer = client.post("/api/login", json={"name": "x", "password": "a long password"})
    assert answer.status_code == 409
    assert answer.json() == {
        "error": "seat_taken",
        "message": "Somebody sits there.",
        "details": {"seat": "3", "rows": [1, 2]},
    }
    assert client.get("/api/down").status_code == 503


def test_a_bad_body_names_the_field_and_never_its_value(client: TestClient) -> None:
    """A password that is too short is not sent back, nor one in a field of another type."""
    answer = client.post("/api/login", json={"name": "x", "password": "hunter2"})
    assert answer.status_code == 422
    assert answer.json()["error"] == "not_understood"
    assert "'password'" in answer.json()["message"]
    assert "hunter2" not in answer.text
    assert client.post("/api/login", content=b"{").status_code == 422


def test_the_unforeseen_is_a_plain_sentence_and_a_log_line_without_values(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = client.get("/api/broken")
    assert answer.status_code == 500
    assert answer.json()["error"] == "unexpected"
    assert "RuntimeError at /api/broken" in caplog.text
    assert re.search(r"test_errors\.py:\d+ broken <", caplog.text)
    assert "swordfish" not in answer.text
    assert "swordfish" not in caplog.text


def test_unknown_addresses_and_methods_have_the_same_shape(client: TestClient) -> None:
    assert client.get("/api/nothing").json()["error"] == "not_found"
    assert client.put("/api/down").json()["error"] == "method_not_allowed"


def test_pages_say_how_to_build_them_and_then_appear(client: TestClient, tmp_path: Path) -> None:
    assert client.get("/").status_code == 503
    assert "scripts/setup" in client.get("/").text
    (tmp_path / "hub" / "assets").mkdir(parents=True)
    (tmp_path / "hub" / "index.html").write_text("<h1>built</h1>")
    (tmp_path / "hub" / "assets" / "app-1a2b.js").write_text("1")
    (tmp_path / "secret.txt").write_text("no")
    assert client.get("/").text == "<h1>built</h1>"
    assert client.get("/").headers["cache-control"] == "no-cache"
    assert "immutable" in client.get("/assets/app-1a2b.js").headers["cache-control"]
    assert client.get("/..%2fsecret.txt").status_code == 404
    assert client.get("/assets/gone.js").status_code == 404


def test_every_answer_keeps_to_itself(client: TestClient) -> None:
    """Nothing loads from elsewhere, nobody frames us, and private answers are not stored."""
    for path in ("/", "/api/down", "/api/broken", "/api/nothing"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self';")
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    assert client.get("/api/down").headers["cache-control"] == "no-store"
