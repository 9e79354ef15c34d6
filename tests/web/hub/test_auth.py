"""Who gets in: the owner, with their password, from the hub's own pages."""

from __future__ import annotations

import logging

import pytest
from starlette.testclient import WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from latchstring.hub.daemon import Hub
from latchstring.web.hub.app import create_app, openapi
from latchstring.web.hub.auth import TRIES, is_known_name
from web.browser import PASSWORD, Browser

PRESS = "/api/doorbell/{camera_id}/press"  # guarded by its own token: test_doorbell.py
OPEN = {("get", "/healthz"), ("get", "/api/setup"), ("post", "/api/setup"), ("post", "/api/session")}
OPEN |= {("get", PRESS), ("post", PRESS)}
OPEN |= {("get", "/api/trust"), ("get", "/api/trust/qr.svg")}  # what each connection shows anyway
OPEN |= {
    ("post", f"/api/invitations/{{token}}{look}") for look in ("", "/look")
}  # by the token: test_household.py
OPEN |= {
    ("get", f"/api/cameras/{{camera_id}}/live.{kind}") for kind in ("mp4", "jpg")
}  # by a stream key: test_streams.py


def every_route() -> list[tuple[str, str]]:
    return [(method, path) for path, item in openapi()["paths"].items() for method in item]


def test_a_page_asks_once_who_is_here(owner: Browser, stranger: Browser) -> None:
    """Nobody is an answer, no error; and another site's page is told nothing."""
    assert stranger.get("/api/setup").json() == {"needed": False, "has_members": False, "session": None}
    known = owner.get("/api/setup").json()["session"]
    assert known == owner.get("/api/session").json()
    assert owner.get("/api/setup", headers={"Origin": "https://evil.example"}).status_code == 403


def test_every_route_but_the_first_ones_needs_the_owner(stranger: Browser) -> None:
    """Also those that will be added: the list comes from the API's own document."""
    closed = [route for route in every_route() if route not in OPEN]
    assert len(closed) > 20
    for method, path in closed:
        answer = stranger.request(method, path.replace("{", "").replace("}", ""), json={})
        assert answer.status_code == 401, (method, path, answer.text)
        assert answer.json()["error"] == "not_signed_in"


def test_every_change_needs_the_csrf_token(owner: Browser) -> None:
    """A page of another site can make the browser send its cookie, but not read the token."""
    del owner.headers["X-CSRF-Token"]
    changes = [(m, p) for m, p in every_route() if m not in ("get", "head") and (m, p) not in OPEN]
    assert changes
    for method, path in changes:
        answer = owner.request(method, path.replace("{", "").replace("}", ""), json={})
        assert (answer.status_code, answer.json()["error"]) == (403, "csrf_missing"), (method, path)
    assert owner.get("/api/settings").status_code == 200


def test_set_up_makes_the_owner_and_shows_the_code_once(new_hub: Hub, caplog) -> None:
    browser = Browser(create_app(new_hub), base_url="http://localhost:8700")
    assert browser.get("/api/setup").json()["needed"] is True
    form = {"password": PASSWORD, "home": {"latitude": 51.500123, "longitude": -0.120456}}
    with caplog.at_level(logging.DEBUG):
        answer = browser.post("/api/setup", json=form)
    code = answer.json()["recovery_code"]
    assert len(code.split("-")) == 8
    assert browser.get("/api/setup").json()["needed"] is False
    assert browser.post("/api/setup", json=form).json()["error"] == "already_set_up"
    browser.sign_in()
    assert browser.get("/api/settings").json()["home"] == form["home"]
    for secret in (code, PASSWORD, "500123", "120456"):
        assert secret not in caplog.text


def test_a_weak_password_is_refused_and_not_repeated(new_hub: Hub) -> None:
    browser = Browser(create_app(new_hub), base_url="http://localhost:8700")
    answer = browser.post("/api/setup", json={"password": "hunter2"})
    assert (answer.status_code, answer.json()["error"]) == (422, "weak_password")
    assert "hunter2" not in answer.text
    assert browser.post("/api/setup", json={"password": 12345678901}).status_code == 422


def test_the_cookie_is_the_browsers_alone(stranger: Browser) -> None:
    answer = stranger.post("/api/session", json={"password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("latchstring_hub=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


def test_signing_out_ends_the_session(owner: Browser) -> None:
    kept = dict(owner.cookies)
    assert owner.delete("/api/session").status_code == 204
    owner.cookies.update(kept)
    assert owner.get("/api/session").status_code == 401


def test_wrong_passwords_are_slowed_down_for_that_device(stranger: Browser, clock) -> None:
    """After five, even the right one has to wait; five minutes later it is let in."""
    for _ in range(TRIES):
        assert stranger.post("/api/session", json={"password": "guess"}).json()["error"] == "wrong_password"
    answer = stranger.post("/api/session", json={"password": PASSWORD})
    assert (answer.status_code, answer.json()["error"]) == (429, "too_many_tries")
    clock.advance(301)
    stranger.sign_in()


def test_a_right_password_forgives_no_wrong_one(stranger: Browser) -> None:
    """Or whoever has one of their own could guess at another's without an end."""
    for _ in range(TRIES - 1):
        stranger.post("/api/session", json={"password": "guess"})
    stranger.sign_in()
    stranger.post("/api/session", json={"password": "guess"})
    assert stranger.post("/api/session", json={"password": PASSWORD}).status_code == 429


def test_changing_the_password_signs_everybody_out(owner: Browser) -> None:
    assert (
        owner.post("/api/session/password", json={"old": "wrong", "new": "four loud herons"}).status_code
        == 401
    )
    answer = owner.post("/api/session/password", json={"old": PASSWORD, "new": "four loud herons"})
    assert answer.status_code == 204
    assert owner.get("/api/session").status_code == 401
    owner.sign_in("four loud herons")


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("localhost:8700", True),
        ("127.0.0.1:8700", True),
        ("192.168.1.20", True),
        ("[fd00::20]:8700", True),
        ("porch-hub.local", True),
        ("HUB.example.", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("hub.example.evil.example", False),
        ("", False),
        ("[", False),
    ],
)
def test_only_names_that_no_stranger_can_point_at_the_hub_are_answered(host: str, known: bool) -> None:
    """Against DNS rebinding: a web page elsewhere cannot give this hub a name of its own."""
    assert is_known_name(host, {"hub.example"}) is known


def test_a_rebound_name_gets_nothing(owner: Browser) -> None:
    for path in ("/", "/api/settings", "/healthz"):
        answer = owner.get(path, headers={"Host": "evil.example"})
        assert (answer.status_code, answer.json()["error"]) == (421, "unknown_name")
    assert owner.get("/api/settings", headers={"Host": "hub.example"}).status_code == 200


def test_a_call_from_another_sites_page_is_refused(owner: Browser) -> None:
    answer = owner.put("/api/settings", json={}, headers={"Origin": "http://evil.example"})
    assert (answer.status_code, answer.json()["error"]) == (403, "other_site")
    assert owner.put("/api/settings", json={}, headers={"Origin": "http://localhost:8700"}).status_code == 200
    form = {"password": PASSWORD}
    assert owner.post("/api/session", json=form, headers={"Origin": "null"}).status_code == 403


LIVE = "ws://localhost:8700/api/cameras/cam_none/live"
OURS = {"Origin": "http://localhost:8700"}


def test_live_pictures_are_for_the_owner_only(stranger: Browser) -> None:
    with pytest.raises(WebSocketDisconnect) as refused, stranger.websocket_connect(LIVE, headers=OURS):
        pass
    assert refused.value.code == 1008


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://evil.example"}, {"Origin": "http://localhost:1"}])
def test_live_pictures_need_our_own_page(owner: Browser, headers: dict[str, str]) -> None:
    """Browsers send cookies with WebSockets of any page, so the page itself must be ours."""
    with pytest.raises(WebSocketDisconnect) as refused, owner.websocket_connect(LIVE, headers=headers):
        pass
    assert refused.value.code == 1008


def test_the_owner_gets_through_to_the_cameras(owner: Browser) -> None:
    with pytest.raises(WebSocketDisconnect) as closed, owner.websocket_connect(LIVE, headers=OURS) as socket:
        socket.receive_json()
    assert closed.value.code == 4404


def test_a_websocket_under_a_strangers_name_is_denied(owner: Browser) -> None:
    with (
        pytest.raises(WebSocketDenialResponse) as denied,
        owner.websocket_connect(LIVE, headers={**OURS, "Host": "evil.example"}),
    ):
        pass
    assert denied.value.status_code == 421
