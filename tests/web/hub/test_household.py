"""The people of a home: who they are, what each may, and how that ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.websockets import WebSocketDisconnect

from latchstring.base.time import to_text
from latchstring.hub.daemon import Hub
from latchstring.hub.events.bulletin import Happening
from latchstring.testing.waiting import until
from latchstring.web.hub import rights, sockets
from latchstring.web.hub.app import create_app, openapi
from latchstring.web.hub.auth import TRIES
from latchstring.web.hub.device_name import device_name
from web.browser import PASSWORD, Browser

ANNAS = "five grey geese"
OURS = {"Origin": "http://localhost:8700"}
HAPPENINGS = "ws://localhost:8700/api/happenings"


def invite(owner: Browser, name: str = "Anna", role: str = "member", **more: object) -> dict:
    answer = owner.post("/api/members", json={"name": name, "role": role, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def join(hub: Hub, token: str) -> Browser:
    browser = Browser(create_app(hub), base_url="http://localhost:8700")
    answer = browser.post(f"/api/invitations/{token}", json={"password": ANNAS})
    assert answer.status_code == 200, answer.text
    browser.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return browser


@pytest.fixture
def anna(hub: Hub, owner: Browser) -> Browser:
    return join(hub, invite(owner)["token"])


@pytest.fixture
def guest(hub: Hub, owner: Browser) -> Browser:
    return join(hub, invite(owner, "Ben", "guest")["token"])


def test_an_invitation_is_used_once(hub, owner):
    """Whoever takes it up chooses a password and is in; the link then opens nothing, and the name signs in."""
    token = invite(owner)["token"]
    anna = join(hub, token)
    assert anna.get("/api/session").json()["role"] == "member"
    other = Browser(create_app(hub), base_url="http://localhost:8700")
    again = other.post(f"/api/invitations/{token}", json={"password": ANNAS})
    assert (again.status_code, again.json()["error"]) == (404, "invitation_gone")
    assert other.post("/api/session", json={"name": "anna", "password": ANNAS}).status_code == 200
    assert other.post("/api/session", json={"password": ANNAS}).status_code == 401


def test_an_invitation_ends_after_two_days(hub, owner, clock):
    token = invite(owner)["token"]
    clock.advance(48 * 3600)
    late = Browser(create_app(hub), base_url="http://localhost:8700")
    assert late.post(f"/api/invitations/{token}", json={"password": ANNAS}).status_code == 404


def test_a_look_tells_only_whether_an_invitation_waits(hub, owner, clock):
    """One that was used, ended, was taken back or never was: the same answer. A look uses none up."""
    stranger = Browser(create_app(hub), base_url="http://localhost:8700")

    def look(token: str) -> tuple[int, str]:
        answer = stranger.post(f"/api/invitations/{token}/look")
        return answer.status_code, answer.text

    used, taken_back, old = (invite(owner, name) for name in ("Anna", "Ben", "Cleo"))
    assert look(used["token"]) == look(used["token"]) == (204, "")
    join(hub, used["token"])
    owner.delete(f"/api/members/{taken_back['member']['id']}")
    clock.advance(48 * 3600)
    answers = {look(gone) for gone in (used["token"], taken_back["token"], old["token"], "made-up")}
    [(status, text)] = answers
    assert status == 404
    assert "invitation_gone" in text


def test_looking_for_invitations_is_slowed_down(hub, owner, clock):
    """Even the right one has to wait, and so has a password; right looks in between change nothing."""
    token = invite(owner)["token"]
    stranger = Browser(create_app(hub), base_url="http://localhost:8700")
    for guess in range(TRIES):
        assert stranger.post(f"/api/invitations/{token}/look").status_code == 204
        assert stranger.post(f"/api/invitations/guess-{guess}/look").status_code == 404
    assert stranger.post(f"/api/invitations/{token}/look").json()["error"] == "too_many_tries"
    assert stranger.post("/api/session", json={"password": PASSWORD}).status_code == 429
    clock.advance(301)
    assert stranger.post(f"/api/invitations/{token}/look").status_code == 204


def test_another_site_cannot_use_the_tries_up(hub, stranger):
    """A page elsewhere could lock a device out, if a look from it counted."""
    elsewhere = {"Origin": "http://elsewhere.example"}
    for _ in range(TRIES + 1):
        answer = stranger.post("/api/invitations/made-up/look", headers=elsewhere)
        assert answer.json()["error"] == "other_site"
    stranger.sign_in()


def test_a_weak_password_does_not_use_the_invitation_up(hub, owner):
    token = invite(owner)["token"]
    browser = Browser(create_app(hub), base_url="http://localhost:8700")
    assert browser.post(f"/api/invitations/{token}", json={"password": "short"}).status_code == 422
    join(hub, token)


@pytest.mark.parametrize("name", ["Anna", "ANNA", "owner", "", " ", "x" * 41, "two\nlines"])
def test_names_that_cannot_be(owner, name):
    """Taken, whatever the case; the first owner's; empty, too long, or not on one line."""
    invite(owner)
    assert owner.post("/api/members", json={"name": name, "role": "guest"}).status_code in (409, 422)


def test_every_right_names_a_route_that_is_there():
    """A route that is renamed would silently become the owners' alone."""
    operations = {op["operationId"] for item in openapi()["paths"].values() for op in item.values()}
    sockets_too = operations | {"live", "listening", "happenings", "talk"}
    assert sockets_too >= rights.GUESTS | rights.MEMBERS
    assert not rights.GUESTS & rights.MEMBERS


@pytest.mark.parametrize(
    ("method", "path", "for_guest", "for_member"),
    [
        ("get", "/api/cameras", True, True),
        ("get", "/api/devices", True, True),
        ("get", "/api/events", False, True),
        ("get", "/api/cameras/cam_x/snapshot.jpg?at=2026-11-23T09:00:00Z", False, True),
        ("get", "/api/inbox", False, False),
        ("post", "/api/inbox/rq_x/share", False, False),
        ("get", "/api/settings", False, False),
        ("put", "/api/settings", False, False),
        ("get", "/api/members", False, False),
        ("post", "/api/members", False, False),
        ("post", "/api/cameras", False, False),
    ],
)
def test_what_each_may(guest, anna, owner, method, path, for_guest, for_member):
    """The owner decides, a member looks, a guest sees what is live; footage requests are the owner's alone."""
    for browser, allowed in ((guest, for_guest), (anna, for_member), (owner, True)):
        answer = browser.request(method, path, json={})
        refused = answer.status_code == 403 and answer.json()["error"] == "not_yours"
        assert refused is not allowed, answer.text


def test_a_removed_member_is_out_on_every_device(hub, owner, anna):
    """Session, device and password go with one row."""
    [member] = owner.get("/api/members").json()
    phone = Browser(create_app(hub), base_url="http://localhost:8700")
    phone.post("/api/session", json={"name": "Anna", "password": ANNAS})
    assert owner.delete(f"/api/members/{member['id']}").status_code == 204
    assert (anna.get("/api/session").status_code, phone.get("/api/session").status_code) == (401, 401)
    assert phone.post("/api/session", json={"name": "Anna", "password": ANNAS}).status_code == 401
    with hub.store.read() as db:
        assert db.execute("SELECT count(*) FROM device WHERE member IS NOT NULL").fetchone()[0] == 0
        assert db.execute("SELECT count(*) FROM session").fetchone()[0] == 1
    assert owner.delete(f"/api/members/{member['id']}").status_code == 404


def test_a_picture_that_is_being_watched_ends_with_the_right(hub, owner, anna, monkeypatch):
    """An open WebSocket is closed too."""
    monkeypatch.setattr(sockets, "LOOK_SECONDS", 0.02)
    [member] = owner.get("/api/members").json()
    with anna.websocket_connect(HAPPENINGS, headers=OURS) as socket:
        owner.delete(f"/api/members/{member['id']}")
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_json()
    assert ended.value.code == sockets.SIGNED_OUT


def test_a_talk_at_the_door_ends_with_the_right(hub, owner, anna, monkeypatch):
    """Somebody who may no longer be here is cut off in the middle of a word, and the door is free."""
    monkeypatch.setattr(sockets, "LOOK_SECONDS", 0.02)
    camera = hub.video.add_camera("Porch", "synthetic:").id
    left = []
    hub.doorbell._talks._open = lambda *_, **__: Mute(left)
    [member] = owner.get("/api/members").json()
    with anna.websocket_connect(f"ws://localhost:8700/api/cameras/{camera}/talk", headers=OURS) as socket:
        assert socket.receive_json() == {"state": "talking"}
        owner.delete(f"/api/members/{member['id']}")
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_json()
    assert ended.value.code == sockets.SIGNED_OUT
    until(lambda: left and not hub.doorbell._talks.is_busy(camera))


class Mute:
    """A camera's way back that plays nothing."""

    def __init__(self, left):
        self._left = left

    def keep_alive(self):
        pass

    def send(self, *_, **__):
        pass

    def close(self):
        self._left.append(True)


def test_a_guest_until_a_day_is_out_on_that_day(hub, owner, clock):
    until = clock.now() + timedelta(days=3)
    guest = join(hub, invite(owner, "Ben", "guest", until=to_text(until))["token"])
    clock.advance(3 * 86_400 - 1)
    assert guest.get("/api/cameras").status_code == 200
    clock.advance(1)
    assert guest.get("/api/cameras").status_code == 401
    assert guest.post("/api/session", json={"name": "Ben", "password": ANNAS}).status_code == 401


def test_a_lost_password_is_replaced_by_a_new_invitation(hub, owner, anna):
    """The old password and the old devices are out from that moment on."""
    [member] = owner.get("/api/members").json()
    token = owner.post(f"/api/members/{member['id']}/invitation").json()["token"]
    assert anna.get("/api/session").status_code == 401
    assert join(hub, token).get("/api/session").json()["name"] == "Anna"


def test_everybody_is_told_of_a_new_device_for_a_week(hub, owner, anna, guest, clock):
    """Whoever signed in, and also after the device is gone; a device that comes back is not new."""
    heard: list[Happening] = []
    hub.bulletin.listen(heard.append)
    anna.headers["User-Agent"] = "Mozilla/5.0 (Linux; Android 16) Chrome/156.0 Mobile Safari/537.36"
    anna.post("/api/session", json={"name": "Anna", "password": ANNAS})
    assert heard == []
    clock.advance(60)
    anna.cookies.clear()
    anna.post("/api/session", json={"name": "Anna", "password": ANNAS})
    assert [(h.kind, h.about) for h in heard] == [("device", "Chrome on Android, Anna")]
    for browser in (owner, guest):
        [news, *_] = browser.get("/api/devices").json()["news"]
        assert (news["name"], news["person"]) == ("Chrome on Android", "Anna")
        assert news["may_end"] is (browser is owner)
    owner.delete(f"/api/devices/{news['id']}")
    clock.advance(7 * 86_400 - 1)
    assert news["id"] in [n["id"] for n in owner.get("/api/devices").json()["news"]]
    clock.advance(1)
    assert owner.get("/api/devices").json()["news"] == []


def test_devices_are_signed_out_one_by_one(owner, anna, guest):
    """An owner ends any; everybody else their own, and does not see others'."""
    everyone = {d["person"]: d["id"] for d in owner.get("/api/devices").json()["devices"]}
    assert everyone.keys() == {"Owner", "Anna", "Ben"}
    assert [d["person"] for d in anna.get("/api/devices").json()["devices"]] == ["Anna"]
    assert anna.delete(f"/api/devices/{everyone['Ben']}").status_code == 404
    assert owner.delete(f"/api/devices/{everyone['Ben']}").status_code == 204
    assert guest.get("/api/session").status_code == 401
    assert anna.get("/api/session").status_code == 200


def test_requests_are_not_told_to_members(hub, owner, anna):
    """That somebody asks for footage is between the request and the owner."""
    with anna.websocket_connect(HAPPENINGS, headers=OURS) as socket:
        hub.bulletin.tell(Happening(kind="request", at=hub.clock.now()))
        hub.bulletin.tell(Happening(kind="press", at=hub.clock.now()))
        assert socket.receive_json()["kind"] == "press"


def test_a_member_changes_their_own_password_only(hub, owner, anna):
    form = {"old": ANNAS, "new": "six white swans"}
    assert anna.post("/api/session/password", json=form).status_code == 204
    assert anna.get("/api/session").status_code == 401
    assert owner.get("/api/session").status_code == 200
    assert anna.post("/api/session", json={"name": "Anna", "password": "six white swans"}).status_code == 200


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/156.0 Safari/537.36 Edg/156.0", "Edge on Windows"),
        ("<script>alert(1)</script>", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_device_is_called_what_people_call_it(agent, name):
    assert device_name(agent) == name
