"""Somebody presses the button."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base.ids import CameraId
from latchstring.base.time import to_micros
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.models import CameraNotice
from latchstring.hub.doorbell.models import NotADoorbell, WrongToken
from latchstring.hub.doorbell.service import Doorbell
from latchstring.hub.doorbell.throttle import Throttle
from latchstring.hub.events import store as event_rows
from latchstring.hub.events.bulletin import Bulletin, Happening
from latchstring.hub.store import Store
from latchstring.testing.clock import FakeClock


def test_a_press_is_written_before_it_is_told(
    doorbell: Doorbell, camera: CameraId, bulletin: Bulletin, store: Store, now: datetime
) -> None:
    """Whoever is told can look it up at once: an event of its own kind, exact in time."""
    found = []

    def look_up(happening: Happening) -> None:
        assert happening.event is not None
        found.append(event_rows.get(store, happening.event))

    bulletin.listen(look_up)
    at = now + timedelta(microseconds=417_123)
    doorbell.press(camera, at)
    [event] = found
    assert (event.kind, event.camera, event.start_us) == ("press", camera, to_micros(at))
    assert not event.is_open


@pytest.mark.parametrize(("later", "rings"), [(0.0, 1), (0.3, 1), (1.999, 1), (2.0, 2), (60.0, 2)])
def test_a_double_press_is_one(
    doorbell: Doorbell, camera: CameraId, told: list[Happening], now: datetime, later: float, rings: int
) -> None:
    """Within two seconds it is an impatient finger, or one press heard in two ways."""
    doorbell.press(camera, now)
    doorbell.press(camera, now + timedelta(seconds=later))
    assert len(told) == rings


def test_a_press_that_comes_late_rings_nowhere(
    doorbell: Doorbell, camera: CameraId, told: list[Happening], store: Store, now: datetime
) -> None:
    """It is an event of its own time, and told as one; nobody is waited for at the door."""
    at = now - timedelta(minutes=4)
    doorbell.change(camera, lambda known: replace(known, is_on=True, chime_url="http://127.0.0.1:9/"))
    doorbell.hear(CameraNotice(camera=camera, kind="press", active=True, at_us=to_micros(at), is_late=True))
    [happening] = told
    assert (happening.kind, happening.at) == ("press-late", at)
    assert event_rows.get(store, happening.event).start_us == to_micros(at)
    assert doorbell.waiting() == []
    doorbell.stop()
    assert doorbell.settings(camera).chimed is None


def test_two_doors_ring_by_themselves(
    doorbell: Doorbell, camera: CameraId, told: list[Happening], now: datetime
) -> None:
    doorbell.press(camera, now)
    doorbell.press(CameraId("cam_back"), now)
    assert [happening.camera for happening in told] == [camera, "cam_back"]


def test_what_a_hub_heard_before_its_restart_does_not_ring_again(
    doorbell: Doorbell, camera: CameraId, told: list[Happening], store: Store, clock: FakeClock, now: datetime
) -> None:
    """The press is on disk, so a new process knows it."""
    doorbell.press(camera, now)
    restarted = Doorbell(store, Bulletin(), clock, feed=doorbell._feed)
    assert restarted.press(camera, now + timedelta(seconds=1)) is None
    restarted.stop()


def test_a_camera_that_says_so_is_a_doorbell(
    doorbell: Doorbell, camera: CameraId, told: list[Happening], now: datetime
) -> None:
    """Its first press by ONVIF marks it; motion does not."""
    at_us = to_micros(now)
    doorbell.hear(CameraNotice(camera=camera, kind="motion", active=True, at_us=at_us))
    assert not doorbell.settings(camera).is_on
    doorbell.hear(CameraNotice(camera=camera, kind="press", active=True, at_us=at_us))
    assert doorbell.settings(camera).is_on
    assert [(h.kind, h.at) for h in told] == [("press", now)]


def test_the_owner_has_the_last_word(
    doorbell: Doorbell, camera: CameraId, told: list[Happening], now: datetime
) -> None:
    """A camera that the owner marked as no doorbell does not ring, however often it says so."""
    doorbell.mark(camera, is_on=False)
    doorbell.hear(CameraNotice(camera=camera, kind="press", active=True, at_us=to_micros(now)))
    assert told == []
    assert not doorbell.settings(camera).is_on


def test_the_hook_rings_with_its_own_token_only(
    doorbell: Doorbell, camera: CameraId, told: list[Happening]
) -> None:
    """Each camera has its own; a renewed one ends the old one."""
    token = doorbell.mark(camera).token
    assert doorbell.hook(camera, token)
    for wrong in ("", "x", token[:-1], token + "x", "ü"):
        with pytest.raises(WrongToken):
            doorbell.hook(camera, wrong)
    new = doorbell.renew_token(camera).token
    with pytest.raises(WrongToken):
        doorbell.hook(camera, token)
    assert new != token
    assert len(told) == 1


def test_an_unknown_camera_and_a_wrong_token_look_the_same(doorbell: Doorbell) -> None:
    with pytest.raises(WrongToken):
        doorbell.hook(CameraId("cam_none"), "")


def test_the_hook_of_a_camera_that_is_no_doorbell_says_so(doorbell: Doorbell, camera: CameraId) -> None:
    token = doorbell.mark(camera, is_on=False).token
    with pytest.raises(NotADoorbell):
        doorbell.hook(camera, token)


def test_a_removed_camera_rings_no_more(
    doorbell: Doorbell, camera: CameraId, store: Store, now: datetime
) -> None:
    token = doorbell.mark(camera).token
    with store.write() as db:
        camera_rows.remove(camera, now=now, db=db)
    with pytest.raises(WrongToken):
        doorbell.hook(camera, token)


def test_settings_show_no_token_in_logs(doorbell: Doorbell, camera: CameraId) -> None:
    settings = doorbell.mark(camera)
    assert settings.token not in repr(settings)


@given(st.lists(st.floats(0, 30), max_size=40).map(sorted))
def test_a_throttle_lets_through_so_many_in_any_window(times: list[float]) -> None:
    """Never more than three within ten seconds, and never fewer than it may."""
    throttle, let_through = Throttle(3, 10.0), []
    for now in times:
        in_window = [t for t in let_through if t > now - 10.0]
        assert throttle.is_full("porch", now=now) == (len(in_window) >= 3)
        if not throttle.is_full("porch", now=now):
            throttle.count("porch", now=now)
            let_through.append(now)


def test_a_throttle_forgets_names_rather_than_growing() -> None:
    throttle = Throttle(1, 10.0)
    for number in range(5000):
        throttle.count(str(number), now=0.0)
    assert len(throttle._times) == 1000
