"""What a camera says by itself is heard, whatever happens to the camera."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from hub.cameras.onvif.asking import OWNER, streams
from latchstring.base.clock import SystemClock
from latchstring.base.ids import CameraId
from latchstring.base.time import from_micros
from latchstring.hub.cameras.models import CameraNotice
from latchstring.hub.cameras.onvif import ear, events
from latchstring.hub.cameras.onvif.models import Connection, Login
from latchstring.hub.cameras.onvif.service import Onvif
from latchstring.hub.store import Store
from latchstring.testing.onvif_device import CELL_MOTION, OnvifDevice
from latchstring.testing.waiting import WAIT_SECONDS, until

DOOR, GATE = CameraId("cam_door"), CameraId("cam_gate")


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits between two tries are short, so that the tests are."""
    monkeypatch.setattr(ear, "FIRST_WAIT", 0.05)
    monkeypatch.setattr(ear, "LONGEST_WAIT", 0.1)
    monkeypatch.setattr(ear, "LEAST_BETWEEN_PULLS", 0.02)


class Heard:
    """Notices, as the hub gets them."""

    def __init__(self) -> None:
        self.notices: list[CameraNotice] = []

    def __call__(self, notice: CameraNotice) -> None:
        self.notices.append(notice)

    def presses(self, camera: CameraId = DOOR) -> int:
        return sum(each.camera == camera and each.kind == "press" for each in self.notices)

    def motions(self) -> list[bool]:
        return [each.active for each in self.notices if each.kind == "motion"]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def onvif(store: Store, heard: Heard) -> Iterator[Onvif]:
    with store.write() as db:
        for camera in (DOOR, GATE):
            db.execute(
                "INSERT INTO camera (id, name, url, added_us) VALUES (?, ?, 'synthetic:', 0)",
                (camera, camera),
            )
    onvif = Onvif(store, SystemClock(), tell=heard, masks_of=lambda camera: [], where=())
    onvif.start()
    yield onvif
    onvif.stop()


def connection(device: OnvifDevice, camera: CameraId = DOOR, login: Login = OWNER) -> Connection:
    return Connection(
        camera=camera,
        address=device.address,
        login=login,
        maker=device.maker,
        model=device.model,
        source="vsc",
        tells_events=True,
        can_hide=False,
    )


def listens(onvif: Onvif, camera: CameraId = DOOR) -> bool:
    hearing = onvif.hearing(camera)
    return hearing is not None and hearing.state == "listening"


@contextmanager
def listening(onvif: Onvif, *quirks: str, **options: object) -> Iterator[OnvifDevice]:
    with OnvifDevice(streams(), quirks=quirks, **options) as device:  # type: ignore[arg-type]
        onvif.enter(connection(device))
        until(lambda: device.subscriptions == 1 and "PullMessages" in device.calls, "a subscription")
        yield device
        onvif.leave(DOOR)


def test_a_press_and_motion_arrive(onvif: Onvif, heard: Heard) -> None:
    """The button going down is one press; motion begins and ends; times are the hub's own."""
    with listening(onvif) as device:
        before = datetime.now(UTC)
        device.press()
        until(heard.presses)
        device.motion(True)
        device.motion(False)
        until(lambda: heard.motions()[-2:] == [True, False])
    assert heard.presses() == 1
    pressed = next(each for each in heard.notices if each.kind == "press")
    assert before <= from_micros(pressed.at_us) <= datetime.now(UTC)


class Leaping(SystemClock):
    """Lets time pass at once, by both clocks."""

    def __init__(self) -> None:
        self.passed = timedelta()

    def now(self) -> datetime:
        return super().now() + self.passed

    def monotonic(self) -> float:
        return super().monotonic() + self.passed.total_seconds()


def test_a_press_that_the_camera_held_is_late(store: Store, heard: Heard, onvif: Onvif) -> None:
    """Nothing came for five minutes, and then a press from their beginning: the camera could not be reached."""
    onvif.stop()
    clock = Leaping()
    onvif = Onvif(store, clock, tell=heard, masks_of=lambda camera: [], where=())
    onvif.start()
    with listening(onvif) as device:
        device.press()
        until(heard.presses)
        pulls = device.calls.count("PullMessages")
        until(lambda: device.calls.count("PullMessages") > pulls, "the next call")
        clock.passed = timedelta(minutes=5)
        device.press()
        until(lambda: heard.presses() == 2)
    onvif.stop()
    at_once, late = [each for each in heard.notices if each.kind == "press"]
    assert (at_once.is_late, late.is_late) == (False, True)
    assert abs(from_micros(late.at_us) - from_micros(at_once.at_us)) < timedelta(minutes=1)


def test_nobody_rings_because_the_hub_begins_to_listen(onvif: Onvif, heard: Heard) -> None:
    """A camera tells first how things stand; that is no press, though motion that goes on is motion."""
    with OnvifDevice(streams()) as device:
        device.motion(True)
        onvif.enter(connection(device))
        until(lambda: heard.motions() == [True])
        onvif.leave(DOOR)
    assert heard.presses() == 0


@pytest.mark.parametrize(
    "quirk", ["wrong-clock", "no-media2", "no-services", "other-host", "wsse-only", "digest-only"]
)
def test_a_wrong_camera_is_heard_all_the_same(onvif: Onvif, heard: Heard, quirk: str) -> None:
    """Each way of being wrong; and a press's time is the hub's, never the camera's."""
    with listening(onvif, quirk) as device:
        before = datetime.now(UTC)
        device.press()
        until(heard.presses)
    assert before <= from_micros(heard.notices[-1].at_us) <= datetime.now(UTC)


def test_minutes_that_are_taken_for_seconds_do_no_harm(onvif: Onvif, heard: Heard) -> None:
    """Ten minutes are written as 600 seconds, so the subscription outlives ten seconds."""
    with listening(onvif, "minutes-as-seconds") as device:
        [subscription] = device._subscriptions.values()
        assert subscription.until - time.monotonic() > 500
        device.press()
        until(heard.presses)


def test_a_refused_renewal_changes_nothing(
    onvif: Onvif, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTP 400 without a fault: the subscription is used until the camera says that it is over."""
    monkeypatch.setattr(ear, "RENEW_AFTER_SECONDS", 0)
    with listening(onvif, "400-on-renew") as device:
        device.press()
        until(lambda: "Renew" in device.calls)
        device.press()
        until(lambda: heard.presses() == 2)
        assert device.calls.count("CreatePullPointSubscription") == 1


def test_a_subscription_is_renewed_at_eight_minutes_of_ten(
    onvif: Onvif, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never sooner: some cameras stumble over it. Renewed, it goes on as the same."""
    assert (events.SUBSCRIPTION_SECONDS, ear.RENEW_AFTER_SECONDS) == (600, 480)
    with listening(onvif) as device:
        device.press()
        until(heard.presses)
        assert "Renew" not in device.calls
    monkeypatch.setattr(ear, "RENEW_AFTER_SECONDS", 0)
    with listening(onvif) as device:
        device.press()
        until(lambda: "Renew" in device.calls)
        assert device.calls.count("CreatePullPointSubscription") == 1


def test_a_subscription_that_the_camera_gave_up_is_begun_anew(onvif: Onvif, heard: Heard) -> None:
    """Its fault says so, and the next press is heard."""
    with listening(onvif) as device:
        device.expire_subscriptions()
        until(lambda: device.subscriptions == 1)
        device.press()
        until(heard.presses)


def test_a_camera_that_restarts_is_heard_again(onvif: Onvif, heard: Heard) -> None:
    """It hangs up and forgets the hub; the hub comes back by itself, without a ring."""
    with listening(onvif) as device:
        device.reboot()
        until(lambda: device.subscriptions == 1)
        device.press()
        until(heard.presses)
    assert heard.presses() == 1


@pytest.mark.parametrize("leap", [timedelta(hours=12), timedelta(days=-9000)])
def test_a_clock_that_is_set_loses_no_press(onvif: Onvif, heard: Heard, leap: timedelta) -> None:
    """A login carries the time: after a leap it is refused once, and the same subscription is asked again."""
    with listening(onvif, "wsse-only") as device:
        device.clock_set_by = leap
        device.motion(True)  # ends the call that began before
        device.press()
        until(heard.presses)
        assert device.calls.count("CreatePullPointSubscription") == 1
        assert listens(onvif)


def test_a_password_that_was_changed_is_tried_once_more_at_most(onvif: Onvif) -> None:
    """Then the camera is left alone: some lock a user after a few wrong ones."""
    with listening(onvif) as device:
        device.password = "changed"
        device.motion(True)
        until(lambda: onvif._ears[DOOR][1]._wait == ear.REFUSED_WAIT)
        hearing = onvif.hearing(DOOR)
    assert hearing is not None
    assert "refuses this login" in hearing.message


def test_a_broken_camera_touches_no_other(onvif: Onvif, heard: Heard) -> None:
    """One refuses the login, hangs up and sends nonsense; the other's bell rings as ever."""
    with OnvifDevice(streams()) as broken:
        onvif.enter(connection(broken, GATE, Login(user="owner", password="wrong")))
        with listening(onvif) as device:
            until(lambda: (onvif.hearing(GATE) or ear.Hearing()).state == "failed")
            device.press()
            until(heard.presses)
            hearing = onvif.hearing(GATE)
    assert hearing is not None
    assert "refuses this login" in hearing.message


def test_a_listener_that_fails_ends_nothing(store: Store, heard: Heard, onvif: Onvif) -> None:
    """Whoever is told may stumble; the next press is told again."""
    failures = iter([RuntimeError("no")])

    def tell(notice: CameraNotice) -> None:
        if notice.kind == "press" and (failure := next(failures, None)):
            raise failure
        heard(notice)

    onvif._tell = tell
    with listening(onvif) as device:
        device.press()
        until(lambda: next(failures, "used") == "used")
        device.press()
        until(heard.presses)


def test_a_camera_that_is_removed_is_left(onvif: Onvif) -> None:
    """Its subscription is ended at the camera, and its login is forgotten."""
    with listening(onvif) as device:
        onvif.leave(DOOR)
        until(lambda: device.subscriptions == 0)
        assert "Unsubscribe" in device.calls
    assert onvif.connection(DOOR) is None
    assert onvif.hearing(DOOR) is None


def test_two_cameras_that_are_left_at_once_are_both_left(
    onvif: Onvif, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for the first one's goodbye does not take up the second one again: it would ring for ever."""
    is_asked, may_end = threading.Event(), threading.Event()

    async def listen(one: ear.Ear) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            if one._connection.camera == DOOR:
                is_asked.set()
                await asyncio.to_thread(may_end.wait, WAIT_SECONDS)

    monkeypatch.setattr(ear.Ear, "listen", listen)
    with OnvifDevice(streams()) as device, ThreadPoolExecutor() as pool:
        for camera in (DOOR, GATE):
            onvif.enter(connection(device, camera))
        first = pool.submit(onvif.leave, DOOR)
        assert is_asked.wait(WAIT_SECONDS)
        second = pool.submit(onvif.leave, GATE)
        wait([second], timeout=0.2)
        may_end.set()
        first.result(WAIT_SECONDS)
        second.result(WAIT_SECONDS)
    assert onvif.hearing(DOOR) is None
    assert onvif.hearing(GATE) is None


@pytest.mark.parametrize("topic", [CELL_MOTION, ("tns1:RuleEngine/MyRuleDetector/PeopleDetect", "State")])
def test_motion_has_many_names(onvif: Onvif, heard: Heard, topic: tuple[str, str]) -> None:
    """Each make tells it under a topic of its own."""
    with listening(onvif, motion_topic=topic) as device:
        device.motion(True)
        until(lambda: True in heard.motions())
