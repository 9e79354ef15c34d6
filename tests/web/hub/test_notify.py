"""Notifications over HTTP: for the owner only, and what is secret goes in and never comes out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from latchstring.hub.daemon import Hub
from latchstring.testing.listening import Listener
from latchstring.testing.push_service import Subscription
from web.browser import Browser

PATH = "/api/notifications"


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as listener:
        yield listener


def test_a_stranger_learns_and_changes_nothing(stranger: Browser) -> None:
    for path in ("", "/push-key", "/history"):
        assert stranger.get(PATH + path).status_code == 401
    assert stranger.post(f"{PATH}/apprise", json={"name": "x", "url": "json://x"}).status_code == 401
    assert stranger.put(f"{PATH}/rules", json={}).status_code == 401


def test_a_channel_is_added_tried_and_removed(owner: Browser, listener: Listener) -> None:
    """The test's answer is shown, good or bad, and stays beside the channel."""
    added = owner.post(f"{PATH}/webhook", json={"name": "Lamp", "url": f"{listener.url}/s3cret"}).json()
    assert len(added["secret"]) > 30
    channel = f"{PATH}/channels/{added['channel']['id']}"
    assert owner.post(f"{channel}/test").json()["message"] == "It answered 201."
    listener.answers.last = 500
    assert owner.post(f"{channel}/test").json()["ok"] is False
    [shown] = owner.get(PATH).json()["channels"]
    assert (shown["name"], shown["about"], shown["last"]["ok"]) == ("Lamp", listener.url, False)
    assert owner.put(channel, json={"is_on": False}).json()["is_on"] is False
    assert owner.delete(channel).status_code == 204
    assert owner.get(PATH).json()["channels"] == []
    assert owner.post(f"{channel}/test").status_code == 404


def test_what_is_secret_never_comes_out(owner: Browser, listener: Listener) -> None:
    """Neither the address of a service, of a webhook or of a push service, nor a key."""
    browser = Subscription(f"{listener.url}/s3cret")
    secret = owner.post(f"{PATH}/webhook", json={"name": "Lamp", "url": f"{listener.url}/s3cret"}).json()[
        "secret"
    ]
    owner.post(f"{PATH}/apprise", json={"name": "Ada", "url": "json://ada:s3cret@localhost/"})
    assert owner.post(f"{PATH}/push", json={"name": "Phone", **browser.to_json()}).status_code == 200
    shown = owner.get(PATH).text
    assert len(owner.get(PATH).json()["channels"]) == 3
    for each in ("s3cret", secret, browser.to_json()["auth"], browser.to_json()["p256dh"]):
        assert each not in shown
    refused = owner.post(f"{PATH}/apprise", json={"name": "Ada", "url": "nosuch://ada:s3cret@localhost/"})
    assert refused.status_code == 422
    assert "s3cret" not in refused.text


def test_a_device_whose_rights_end_is_not_told_any_more(owner: Browser, listener: Listener) -> None:
    """In one statement with everything else it could do; other channels stay."""
    browser = Subscription(f"{listener.url}/push")
    owner.post(f"{PATH}/webhook", json={"name": "Lamp", "url": listener.url})
    owner.post(f"{PATH}/push", json={"name": "Phone", **browser.to_json()})
    [device] = owner.get("/api/devices").json()["devices"]
    assert owner.delete(f"/api/devices/{device['id']}").status_code == 204
    owner.sign_in()
    assert [each["name"] for each in owner.get(PATH).json()["channels"]] == ["Lamp"]


def test_rules_are_kept(owner: Browser) -> None:
    rules = {
        "quiet": {"begin": "22:30", "end": "06:00"},
        "rings_in_quiet": False,
        "per_hour": 5,
        "zone": "Europe/London",
    }
    assert owner.put(f"{PATH}/rules", json=rules).json()["rules"] == rules
    assert owner.get(PATH).json()["rules"] == rules
    assert owner.put(f"{PATH}/rules", json={}).json()["rules"]["quiet"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"quiet": {"begin": "24:00", "end": "06:00"}},
        {"quiet": {"begin": "06:00", "end": "06:00"}},
        {"per_hour": 0},
        {"zone": "Middle/Earth"},
    ],
)
def test_rules_that_make_no_sense_are_refused(owner: Browser, wrong: dict[str, object]) -> None:
    before = owner.get(PATH).json()
    assert owner.put(f"{PATH}/rules", json=wrong).status_code == 422
    assert owner.get(PATH).json() == before


def test_a_subject_is_switched_off_and_on(owner: Browser, hub: Hub) -> None:
    """Of one camera, or of the home; a camera that is not there has no switch."""
    camera = hub.video.add_camera("Porch", "synthetic:").id
    porch = {"camera": camera, "subject": "motion"}
    assert owner.put(f"{PATH}/switch", json={**porch, "is_on": False}).json()["off"] == [porch]
    home = {"camera": None, "subject": "disk"}
    assert owner.put(f"{PATH}/switch", json={**home, "is_on": False}).json()["off"] == [home, porch]
    assert owner.put(f"{PATH}/switch", json={**porch, "is_on": True}).json()["off"] == [home]
    nobody = {"camera": "cam_x", "subject": "motion", "is_on": False}
    assert owner.put(f"{PATH}/switch", json=nobody).status_code == 404


def test_the_push_key_is_a_point_that_browsers_take(owner: Browser) -> None:
    """65 bytes, uncompressed, the same at each call."""
    key = owner.get(f"{PATH}/push-key").json()["key"]
    assert len(key) == 87
    assert owner.get(f"{PATH}/push-key").json()["key"] == key
