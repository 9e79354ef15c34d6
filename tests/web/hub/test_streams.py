"""Other programs watch live by a stream key: what they get, what they do not, and how it ends."""

from __future__ import annotations

import logging

import pytest

from latchstring.base.errors import NotSignedIn
from latchstring.base.ids import CameraId
from latchstring.base.time import to_text
from latchstring.hub.daemon import Hub
from latchstring.hub.events.bulletin import Happening
from latchstring.hub.owner import programs
from latchstring.hub.owner.models import Session
from latchstring.testing.clock import FakeClock
from latchstring.testing.town import NOW
from latchstring.web.hub.auth import PER_SECONDS, TRIES
from web.browser import Browser
from web.hub.test_auth import OPEN, every_route
from web.hub.test_household import invite, join

QUICK = "synthetic:?width=192&height=128&fps=10&gop_seconds=1&every=6&seed=0"


def key_for(hub: Hub, cameras: frozenset[CameraId] | None = None) -> str:
    """As if an owner had made it on the page."""
    owner = Session(csrf="", expires_at=hub.clock.now(), device="dv_a", name="Owner")
    _, key = programs.let_in(hub.store, "A player", cameras, by=owner, now=hub.clock.now())
    return key


def let_in(owner: Browser, name: str = "Home Assistant", cameras: list[str] | None = None) -> dict:
    answer = owner.post("/api/programs", json={"name": name, "cameras": cameras})
    assert answer.status_code == 200, answer.text
    return answer.json()


def ask(browser: Browser, path: str, key: str, name: str = "stream", method: str = "GET"):
    return browser.request(method, path, auth=(name, key))


@pytest.fixture
def porch(hub: Hub) -> CameraId:
    """A camera that is entered, and not filming."""
    return hub.video.add_camera("Porch", QUICK).id


def test_the_key_is_shown_once_and_kept_nowhere(hub, owner, porch, caplog):
    """Nor is it in a log, also when it is used or wrong."""
    with caplog.at_level(logging.DEBUG):
        made = let_in(owner)
        for key in (made["key"], f"{made['key']}-wrong"):
            ask(owner, f"/api/cameras/{porch}/live.mp4", key)
    [listed] = owner.get("/api/programs").json()
    assert made["program"] | {"used_at": to_text(NOW)} == listed
    assert (listed["name"], listed["person"], listed["cameras"]) == ("Home Assistant", "Owner", None)
    hub.store.close()
    kept = b"".join(path.read_bytes() for path in hub.settings.data.rglob("*") if path.is_file())
    assert made["key"] not in caplog.text + str(listed)
    assert made["key"].encode() not in kept


def test_a_key_opens_live_pictures_and_nothing_else(hub, stranger, porch):
    """No other route knows it; nor is it taken from an address, which ends up in logs."""
    key = key_for(hub)
    for method, path in every_route():
        here = path.format(camera_id=porch, **dict.fromkeys(_names(path) - {"camera_id"}, "x"))
        if (method, path) not in OPEN:
            assert stranger.request(method, here, json={}, auth=("stream", key)).status_code == 401, path
    for file in ("live.mp4", "live.jpg"):
        assert ask(stranger, f"/api/cameras/{porch}/{file}", key).status_code == 404
        assert stranger.get(f"/api/cameras/{porch}/{file}?key={key}&token={key}").status_code == 401


def _names(path: str) -> set[str]:
    return {part[1:].partition("}")[0] for part in path.split("/") if part.startswith("{")}


def test_without_a_key_a_player_is_told_how_to_bring_one(stranger, owner, porch):
    """RFC 7617. A session opens it no more than nothing does: a link must not get around privacy masks."""
    wrong = ("Basic", "Basic !", "Basic /w==", "Basic aGVyb24=", "Basic c3RyZWFtOmhlcm9u")
    for file in ("live.mp4", "live.jpg"):
        for browser, sent, error in (
            (stranger, None, "no_key"),
            (owner, None, "no_key"),
            (stranger, "Bearer heron", "no_key"),
            *((stranger, header, "wrong_key") for header in wrong),
        ):
            headers = {"Authorization": sent} if sent else {}
            answer = browser.get(f"/api/cameras/{porch}/{file}", headers=headers)
            assert (answer.status_code, answer.json()["error"]) == (401, error), sent
            assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")


def test_guessing_is_slowed_down(hub, stranger, porch, clock: FakeClock):
    """After five wrong keys even the right one waits. A program that tries its old one again guesses once."""
    path, key = f"/api/cameras/{porch}/live.mp4", key_for(hub)
    for _ in range(3 * TRIES):
        assert ask(stranger, path, "taken-back").status_code == 401
    assert ask(stranger, path, key).json()["error"] == "nothing_live"
    for guess in range(TRIES - 1):
        assert ask(stranger, path, f"guess-{guess}").status_code == 401
    assert ask(stranger, path, key).json()["error"] == "too_many_keys"
    stranger.sign_in()
    clock.advance(PER_SECONDS + 1)
    assert ask(stranger, path, key).json()["error"] == "nothing_live"


def test_another_site_cannot_use_the_tries_up(stranger, porch):
    for guess in range(TRIES + 1):
        answer = stranger.get(
            f"/api/cameras/{porch}/live.mp4",
            auth=("stream", f"guess-{guess}"),
            headers={"Origin": "http://elsewhere.example"},
        )
        assert answer.json()["error"] == "other_site"


def test_a_key_is_for_the_cameras_that_were_chosen(hub, stranger, porch):
    """Another one is as one that is not there; a key for all knows those that come later."""
    one, every = key_for(hub, frozenset({porch})), key_for(hub)
    gate = hub.video.add_camera("Gate", QUICK).id
    errors = {
        (name, camera): ask(stranger, f"/api/cameras/{camera}/live.mp4", key).json()["error"]
        for name, key in (("one", one), ("every", every))
        for camera in (porch, gate, "cam_none")
    }
    assert errors == {
        ("one", porch): "nothing_live",
        ("one", gate): "no_such_camera",
        ("one", "cam_none"): "no_such_camera",
        ("every", porch): "nothing_live",
        ("every", gate): "nothing_live",
        ("every", "cam_none"): "no_such_camera",
    }


def test_everybody_is_told_of_a_program_as_of_a_new_device(hub, owner, clock: FakeClock):
    """For a week, also when its key is taken back at once."""
    anna = join(hub, invite(owner)["token"])
    heard: list[Happening] = []
    hub.bulletin.listen(heard.append)
    made = let_in(owner)["program"]
    assert [(h.kind, h.about) for h in heard] == [("device", "Home Assistant, Owner")]
    assert owner.delete(f"/api/programs/{made['id']}").status_code == 204
    assert owner.delete(f"/api/programs/{made['id']}").status_code == 404
    clock.advance(7 * 86_400 - 1)
    told = {news["id"]: news for news in anna.get("/api/devices").json()["news"]}
    assert (told[made["id"]]["name"], told[made["id"]]["person"]) == ("Home Assistant (stream key)", "Owner")
    clock.advance(1)
    assert made["id"] not in {news["id"] for news in anna.get("/api/devices").json()["news"]}


def test_only_owners_let_programs_in(hub, owner):
    anna = join(hub, invite(owner)["token"])
    made = let_in(owner)["program"]
    assert anna.post("/api/programs", json={"name": "Mine", "cameras": None}).status_code == 403
    assert anna.get("/api/programs").status_code == 403
    assert anna.delete(f"/api/programs/{made['id']}").status_code == 403


def test_a_key_goes_with_the_owner_who_made_it(hub, stranger, owner, porch):
    """Who was removed from the household keeps no way to look in."""
    carl = join(hub, invite(owner, "Carl", "owner")["token"])
    key = let_in(carl)["key"]
    assert owner.get("/api/programs").json()[0]["person"] == "Carl"
    [member] = owner.get("/api/members").json()
    owner.delete(f"/api/members/{member['id']}")
    assert owner.get("/api/programs").json() == []
    assert ask(stranger, f"/api/cameras/{porch}/live.mp4", key).json()["error"] == "wrong_key"


def test_an_owner_who_is_removed_meanwhile_lets_nothing_in(hub):
    """They were asked for their session before, and the member is gone when the key would be written."""
    gone = Session(csrf="", expires_at=hub.clock.now(), device="dv_a", member="mb_gone", name="Carl")
    with pytest.raises(NotSignedIn):
        programs.let_in(hub.store, "A player", None, by=gone, now=hub.clock.now())
    assert programs.programs(hub.store) == []


def test_what_cannot_be(owner):
    """Names that are empty, too long or not on one line; a camera that is not there."""
    for name in (" ", "x" * 41, "two\nlines"):
        answer = owner.post("/api/programs", json={"name": name, "cameras": None})
        assert (answer.status_code, answer.json()["error"]) == (422, "bad_program")
    assert owner.post("/api/programs", json={"name": "VLC", "cameras": ["cam_none"]}).status_code == 404
