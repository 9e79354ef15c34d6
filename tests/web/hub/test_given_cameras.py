"""A member or guest who was given only some cameras: on every route the others are as if they were not there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.websockets import WebSocketDisconnect

from latchstring.base.time import to_micros, to_text
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.daemon import Hub
from latchstring.hub.events import store as event_rows
from latchstring.hub.events.bulletin import Happening
from latchstring.hub.events.models import Event
from latchstring.hub.recording.writer import GopWriter
from latchstring.testing.clock import FakeClock
from latchstring.testing.recorded import CAMERA, SMALL, gops_of
from latchstring.testing.town import NOW
from latchstring.web.hub import rights, sockets
from latchstring.web.hub.app import openapi
from web.browser import Browser
from web.hub.test_household import HAPPENINGS, OURS, invite, join

PORCH = CAMERA
SOCKETS = {
    "live": "/api/cameras/{camera_id}/live",
    "listening": "/api/cameras/{camera_id}/listen",
    "talk": "/api/cameras/{camera_id}/talk",
    "happenings": "/api/happenings",
}
ASKED = {"start": to_text(NOW), "end": to_text(NOW + timedelta(seconds=4)), "at": to_text(NOW)}
WATCHING = {"X-Watching": "here"}
CALLS = [
    (op["operationId"], method, path)
    for path, item in openapi()["paths"].items()
    for method, op in item.items()
    if op["operationId"] in rights.GUESTS | rights.MEMBERS
]
OF_A_CAMERA = [call for call in CALLS if "{camera_id}" in call[2] or "{event_id}" in call[2]]


def enter(hub: Hub, camera: str, name: str) -> None:
    """A camera with four seconds of film, and a press that is on it."""
    began = to_micros(NOW)
    press = Event(
        id=f"ev_{name}",  # type: ignore[arg-type]
        camera=camera,  # type: ignore[arg-type]
        start_us=began,
        end_us=began + 1_000_000,
        peak_us=began,
        score=0.5,
        is_open=False,
        kind="press",
    )
    with hub.store.write() as db:
        camera_rows.add(CameraSettings(id=press.camera, name=name, url="synthetic:"), now=NOW, db=db)
        event_rows.save(press, db=db)
    writer = GopWriter(hub.store)
    for whole in gops_of(SMALL, 4, clock=FakeClock(NOW), camera=press.camera):
        writer.write(whole)
    writer.close()


@pytest.fixture
def yard(hub: Hub) -> str:
    """The camera that nobody but the owner may see; the porch is for all."""
    enter(hub, PORCH, "porch")
    enter(hub, "cam_yard", "yard")
    return "cam_yard"


@pytest.fixture
def anna(hub: Hub, owner: Browser, yard: str) -> Browser:
    """A member for whom there is only the porch."""
    return join(hub, invite(owner, cameras=[PORCH])["token"])


def call(browser: Browser, method: str, path: str, camera: str) -> tuple[int, str]:
    name = "porch" if camera == PORCH else "yard"
    path = path.format(camera_id=camera, event_id=f"ev_{name}", reply_id="rp_none")
    answer = browser.request(method, path, params=ASKED, headers=WATCHING)
    return answer.status_code, answer.json()["error"] if answer.is_error else ""


def test_what_speaks_of_one_camera_knows_no_other(anna, owner, yard):
    """The same answer as for a camera or an event that was never there; for the given one as for the owner."""
    missing = {"no_such_camera", "no_such_event"}
    assert len(OF_A_CAMERA) >= 15
    for route, method, path in OF_A_CAMERA:
        status, error = call(anna, method, path, yard)
        assert (status, error in missing) == (404, True), route
        assert call(anna, method, path, PORCH)[1] not in {*missing, "not_yours"}, route
        assert call(owner, method, path, yard)[1] not in missing, route


def test_every_route_is_in_one_table_or_names_what_it_speaks_of():
    """A new route for members that does neither is closed to whoever has only some cameras."""
    named = {route for route, _, _ in OF_A_CAMERA} | {n for n, path in SOCKETS.items() if "camera_id" in path}
    free = rights.OF_NO_CAMERA | rights.SIFTED
    assert named | free == rights.GUESTS | rights.MEMBERS
    assert not named & free
    assert not rights.OF_NO_CAMERA & rights.SIFTED


def test_a_route_that_stands_in_no_table_is_closed(anna, monkeypatch):
    """It fails closed."""
    monkeypatch.setattr(rights, "SIFTED", frozenset())
    answer = anna.get("/api/events")
    assert (answer.status_code, answer.json()["error"]) == (403, "not_yours")


def test_what_speaks_of_all_leaves_the_others_out(anna, owner, hub, yard):
    """Cameras, events, also those asked for by name, and who stands at the door."""

    def seen(browser: Browser) -> list[set[str]]:
        return [
            {camera["id"] for camera in browser.get("/api/cameras").json()},
            {event["camera"] for event in browser.get("/api/events").json()},
            {event["camera"] for event in browser.get(f"/api/events?camera={yard}").json()},
            {waiting["camera"] for waiting in browser.get("/api/doorbell/waiting").json()},
        ]

    for camera in (PORCH, yard):
        hub.doorbell.mark(camera)
        hub.doorbell.press(camera, hub.clock.now() + timedelta(minutes=1))
    assert seen(owner) == [{PORCH, yard}, {PORCH, yard}, {yard}, {PORCH, yard}]
    assert seen(anna) == [{PORCH}, {PORCH}, set(), {PORCH}]


def test_what_happens_there_is_not_told(anna, hub, yard):
    """What is of no camera, as a new device, is told to all."""
    with anna.websocket_connect(HAPPENINGS, headers=OURS) as socket:
        hub.bulletin.tell(Happening(kind="press", at=NOW, camera=yard))
        hub.bulletin.tell(Happening(kind="device", at=NOW))
        hub.bulletin.tell(Happening(kind="press", at=NOW, camera=PORCH))
        assert [socket.receive_json()[key] for key in ("kind", "camera")] == ["device", PORCH]


@pytest.mark.parametrize("path", [path for path in SOCKETS.values() if "camera_id" in path])
def test_it_is_neither_watched_live_nor_spoken_through(anna, yard, path):
    """The line is refused before it stands."""
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        anna.websocket_connect(f"ws://localhost:8700{path.format(camera_id=yard)}", headers=OURS),
    ):
        raise AssertionError("the line stands")
    assert refused.value.code == 1008


def test_what_is_taken_back_ends_within_seconds(anna, owner, yard, monkeypatch):
    """An open line ends when the owner chooses anew; what is given comes at once; removing clears all."""
    monkeypatch.setattr(sockets, "LOOK_SECONDS", 0.02)
    [member] = owner.get("/api/members").json()
    assert member["cameras"] == [PORCH]
    cameras = f"/api/members/{member['id']}/cameras"
    with anna.websocket_connect(HAPPENINGS, headers=OURS) as socket:
        assert owner.put(cameras, json={"cameras": [yard]}).status_code == 204
        with pytest.raises(WebSocketDisconnect):
            socket.receive_json()
    assert [camera["id"] for camera in anna.get("/api/cameras").json()] == [yard]
    owner.put(cameras, json={"cameras": []})
    assert anna.get("/api/cameras").json() == []
    owner.put(cameras, json={"cameras": None})
    assert len(anna.get("/api/cameras").json()) == 2


def test_a_camera_that_comes_later_is_only_for_whom_all_are(anna, owner, hub, guest_of_all):
    """Who was given some cameras was not given this one."""
    hub.video.add_camera("Gate", "synthetic:")
    assert len(anna.get("/api/cameras").json()) == 1
    assert len(guest_of_all.get("/api/cameras").json()) == 3


@pytest.fixture
def guest_of_all(hub: Hub, owner: Browser, yard: str) -> Browser:
    return join(hub, invite(owner, "Ben", "guest")["token"])


def test_what_cannot_be_given(owner, anna, yard):
    """A camera that is not there; some cameras to an owner, who decides everything."""
    [member] = owner.get("/api/members").json()
    cameras = f"/api/members/{member['id']}/cameras"
    assert owner.put(cameras, json={"cameras": ["cam_none"]}).status_code == 404
    assert anna.put(cameras, json={"cameras": None}).status_code == 403
    second = {"name": "Carl", "role": "owner", "cameras": [PORCH]}
    assert owner.post("/api/members", json=second).status_code == 422
    carl = invite(owner, "Carl", "owner")["member"]["id"]
    assert owner.put(f"/api/members/{carl}/cameras", json={"cameras": [PORCH]}).status_code == 404
