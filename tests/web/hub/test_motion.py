"""Zones and sensitivity over HTTP, and what the last day would have been with another one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from latchstring.base.time import to_micros
from latchstring.hub.daemon import Hub
from latchstring.hub.events import store as event_rows
from latchstring.hub.motion.watcher import Watcher
from web.browser import Browser

PATH = {"name": "Path", "corners": [[0.1, 0.5], [0.9, 0.5], [0.9, 1.0], [0.1, 1.0]]}


@pytest.fixture
def motion(hub: Hub) -> str:
    return f"/api/cameras/{hub.video.add_camera('Porch', 'synthetic:').id}/motion"


def test_they_are_set_and_read_again(owner: Browser, motion: str) -> None:
    assert owner.get(motion).json() == {
        "zones": [],
        "sensitivity": 0.5,
        "always_awake": False,
        "is_on": True,
        "stirrings": [],
        "is_doorbell": False,
    }
    wanted = {"zones": [PATH], "sensitivity": 0.8, "always_awake": True, "is_on": False}
    shown = {**wanted, "stirrings": [], "is_doorbell": False}
    assert owner.put(motion, json=wanted).json() == shown
    assert owner.get(motion).json() == shown


def test_a_doorbell_looks_at_every_picture(
    owner: Browser, motion: str, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a word of the owner, from the moment it is one, and at each start; their own choice stays theirs."""
    applied: list[bool] = []
    monkeypatch.setattr(Watcher, "apply", lambda watcher, settings: applied.append(settings.always_awake))
    begun: list[bool] = []
    begin = Watcher.__init__

    def noted(watcher: Watcher, *args: Any, **kwargs: Any) -> None:
        begun.append(args[-1].always_awake)
        begin(watcher, *args, **kwargs)

    monkeypatch.setattr(Watcher, "__init__", noted)
    camera = hub.video.cameras()[0].id
    hub.video.change_camera(camera, name="Porch", url="rtsp://127.0.0.1:1/")
    hub.video.start()
    try:
        hub.doorbell.mark(camera)
        assert owner.get(motion).json()["is_doorbell"]
        assert not owner.get(motion).json()["always_awake"]
        hub.video.change_camera(camera, name="Porch", url="rtsp://127.0.0.1:2/")
        hub.doorbell.mark(camera, is_on=False)
    finally:
        hub.video.stop()
    assert (begun, applied) == ([False, True], [True, False])


def test_the_slider_knows_the_last_day(owner: Browser, motion: str, hub: Hub) -> None:
    """Each minute with the sensitivity from which on it is told; what no sensitivity tells is left out."""
    camera = hub.video.cameras()[0].id
    now = hub.clock.now()
    with hub.store.write() as db:
        for hours, share in ((30, 0.5), (3, 0.05), (2, 0.002), (1, 0.0001)):
            event_rows.add_stirring(camera, to_micros(now - timedelta(hours=hours)), share, db=db)
    found = owner.get(motion).json()["stirrings"]
    assert [each["sensitivity"] for each in found] == [0, 0.5]


@pytest.mark.parametrize(
    "bad",
    [
        {"zones": [], "sensitivity": 1.5},
        {"zones": [{"name": "x", "corners": [[0, 0], [1, 1]]}], "sensitivity": 0.5},
        {"zones": [PATH] * 11, "sensitivity": 0.5},
    ],
    ids=["too sensitive", "two corners", "too many"],
)
def test_what_makes_no_sense_is_refused(owner: Browser, motion: str, bad: object) -> None:
    assert owner.put(motion, json=bad).status_code == 422
    assert owner.get(motion).json()["zones"] == []


def test_only_the_household_sees_them(stranger: Browser, motion: str) -> None:
    assert stranger.get(motion).status_code == 401
    assert stranger.put(motion, json={"zones": [], "sensitivity": 0.5}).status_code == 401


def test_an_unknown_camera_has_none(owner: Browser, motion: str) -> None:
    assert owner.get("/api/cameras/cam_none/motion").status_code == 404
    answer = owner.put("/api/cameras/cam_none/motion", json={"zones": [], "sensitivity": 0.5})
    assert answer.status_code == 404
