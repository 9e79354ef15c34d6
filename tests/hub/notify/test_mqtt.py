"""The home on a real broker, as Home Assistant finds it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from latchstring.base.ids import CameraId, EventId
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.events.bulletin import Happening
from latchstring.hub.live.video import Video
from latchstring.hub.notify import mqtt
from latchstring.hub.notify.mqtt import BadAuthority, BadBroker
from latchstring.hub.notify.service import Notifier
from latchstring.hub.store import Store, StoreFull
from latchstring.testing import broker as real
from latchstring.testing.broker import Broker, Watcher
from latchstring.testing.clock import FakeClock
from latchstring.testing.waiting import until

pytestmark = pytest.mark.skipif(not real.available(), reason=real.WHY_NOT)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with Broker(tmp_path) as broker:
        yield broker


@pytest.fixture
def watcher(broker: Broker) -> Iterator[Watcher]:
    with Watcher(broker) as watcher:
        yield watcher


@pytest.fixture
def doorbells() -> set[CameraId]:
    return set()


@pytest.fixture
def notifier(
    store: Store, clock: FakeClock, jpeg: bytes, camera: CameraId, doorbells: set[CameraId]
) -> Iterator[Notifier]:
    doorbells.add(camera)
    notifier = Notifier(store, clock, picture=lambda _: jpeg, is_doorbell=lambda c: c in doorbells)
    notifier.start()
    yield notifier
    notifier.stop()


def connect(notifier: Notifier, broker: Broker, **more: Any) -> str:
    """Answers where this hub says whether it is there."""
    channel = notifier.add_mqtt("Home Assistant", mqtt.settings("127.0.0.1", broker.port, **more))
    return f"latchstring/{mqtt.node_of(channel)}/status"


def test_a_camera_appears_by_itself(
    notifier: Notifier, broker: Broker, watcher: Watcher, camera: CameraId, jpeg: bytes
) -> None:
    """Motion, picture, doorbell and switches of one device, with Home Assistant's own classes; no login in any."""
    status = connect(notifier, broker)
    until(lambda: watcher.last(status) == b"online")
    until(lambda: watcher.last(f"latchstring/{camera}/picture") == jpeg)
    config = {
        kind: json.loads(watcher.heard[f"homeassistant/{kind}/{camera}/{name}/config"][-1])
        for kind, name in (
            ("binary_sensor", "motion"),
            ("camera", "picture"),
            ("event", "doorbell"),
            ("switch", "motion"),
        )
    }
    assert config["binary_sensor"]["device_class"] == "motion"
    assert (config["event"]["device_class"], config["event"]["event_types"]) == ("doorbell", ["ring"])
    assert config["camera"]["topic"] == f"latchstring/{camera}/picture"
    assert {each["availability_topic"] for each in config.values()} == {status}
    assert [each["device"] for each in config.values()].count(config["camera"]["device"]) == 4
    assert len({each["unique_id"] for each in config.values()}) == 4
    assert "hunter2" not in str(dict(watcher.heard))


def test_what_happens_is_mirrored(
    notifier: Notifier,
    broker: Broker,
    watcher: Watcher,
    camera: CameraId,
    happens: Callable[..., Happening],
) -> None:
    """Motion on and off is kept by the broker, a ring is not: whoever connects later hears no old bell."""
    status = connect(notifier, broker)
    until(lambda: watcher.last(status) == b"online")
    began = happens()
    motion, bell = f"latchstring/{camera}/motion", f"latchstring/{camera}/doorbell"
    assert watcher.last(motion) == b"OFF"
    notifier.hear(began)
    until(lambda: watcher.last(motion) == b"ON")
    notifier.hear(happens("press"))
    until(lambda: watcher.last(bell))
    assert json.loads(watcher.heard[bell][-1])["event_type"] == "ring"
    notifier.hear(replace(began, kind="motion-ended"))
    until(lambda: watcher.last(motion) == b"OFF")
    with Watcher(broker) as later:
        until(lambda: later.last(motion) == b"OFF")
        assert later.last(bell) is None


def test_a_ring_waits_for_no_picture_of_another_door(
    store: Store, clock: FakeClock, camera: CameraId, broker: Broker, watcher: Watcher, now: datetime
) -> None:
    """Two bells at once: while the picture of one is made, the other is told."""
    gate = CameraId("cam_gate")
    with store.write() as db:
        camera_rows.add(CameraSettings(id=gate, name="Gate", url="synthetic:"), now=now, db=db)
    painting = threading.Event()

    def picture(_: Happening) -> bytes | None:
        painting.wait(300)
        return None

    notifier = Notifier(store, clock, picture=picture)
    notifier.start()
    status = connect(notifier, broker)
    until(lambda: watcher.last(status) == b"online")
    for door in (camera, gate):
        notifier.hear(Happening(kind="press", at=now, camera=door, event=EventId(f"ev_{door}")))
    until(lambda: watcher.last(f"latchstring/{gate}/doorbell"))
    painting.set()
    notifier.stop()


def test_a_camera_that_gets_another_name_stays_the_same_device(
    notifier: Notifier, broker: Broker, watcher: Watcher, camera: CameraId, store: Store
) -> None:
    """What the broker keeps says the new name under the old identifiers, so that nothing is there twice."""
    connect(notifier, broker)
    topic = f"homeassistant/event/{camera}/doorbell/config"
    before = json.loads(until(lambda: watcher.last(topic)))
    with store.write() as db:
        camera_rows.change(replace(camera_rows.get(store, camera), name="Front door"), db=db)
    until(lambda: b"Front door" in (watcher.last(topic) or b""))
    after = json.loads(watcher.last(topic) or b"")
    assert {**after, "device": {**after["device"], "name": "Porch"}} == before


def test_a_switch_there_is_the_switch_here(
    notifier: Notifier, broker: Broker, watcher: Watcher, camera: CameraId
) -> None:
    """Whoever turns it sees that it turned; what makes no sense is left alone."""
    status = connect(notifier, broker)
    until(lambda: watcher.last(status) == b"online")
    state = f"latchstring/{camera}/tell/motion"
    assert watcher.last(state) == b"ON"
    for topic, payload in (
        (f"latchstring/{camera}/tell/request/set", "OFF"),
        ("latchstring/cam_x/tell/motion/set", "OFF"),
        (f"{state}/set", "perhaps"),
        (f"{state}/set", "OFF"),
    ):
        watcher.say(topic, payload)
    until(lambda: watcher.last(state) == b"OFF")
    assert notifier.chosen().off == {(camera, "motion")}


def test_a_disk_that_refuses_a_switch_ends_no_mirroring(
    notifier: Notifier, broker: Broker, watcher: Watcher, camera: CameraId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The switch stays as it was, the hub comes back to the broker, and with room again the switch turns."""
    monkeypatch.setattr(mqtt, "BACK_OFF", (0.05,))
    status = connect(notifier, broker)
    until(lambda: watcher.last(status) == b"online")
    state = f"latchstring/{camera}/tell/motion"
    refused: list[str] = []

    def switch(*_: object, **__: object) -> None:
        refused.append(state)
        raise StoreFull

    with monkeypatch.context() as full:
        full.setattr(notifier, "switch", switch)
        watcher.say(f"{state}/set", "OFF")
        until(lambda: watcher.heard[status].count(b"online") == 2)
    assert refused
    assert watcher.last(state) == b"ON"
    watcher.say(f"{state}/set", "OFF")
    until(lambda: watcher.last(state) == b"OFF")


def test_detection_is_turned_off_and_on_from_there(
    store: Store,
    clock: FakeClock,
    camera: CameraId,
    broker: Broker,
    watcher: Watcher,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The switch is the hub's own setting: turned there it holds here, turned here it is shown there."""
    monkeypatch.setattr(mqtt, "LOOK_SECONDS", 0.05)
    video = Video(store, tmp_path, clock)
    notifier = Notifier(store, clock, picture=lambda _: None, detection=video)
    notifier.start()
    try:
        status = connect(notifier, broker)
        until(lambda: watcher.last(status) == b"online")
        state = f"latchstring/{camera}/detect"
        config = json.loads(watcher.heard[f"homeassistant/switch/{camera}/detect/config"][-1])
        assert (config["state_topic"], config["command_topic"]) == (state, f"{state}/set")
        assert watcher.last(state) == b"ON"
        watcher.say("latchstring/cam_x/detect/set", "OFF")
        watcher.say(f"{state}/set", "OFF")
        until(lambda: watcher.last(state) == b"OFF")
        assert not video.detects(camera)
        video.detect(camera, True)
        until(lambda: watcher.last(state) == b"ON")
    finally:
        notifier.stop()


def test_home_assistant_that_starts_again_is_told_again(
    notifier: Notifier, broker: Broker, watcher: Watcher, camera: CameraId
) -> None:
    status = connect(notifier, broker)
    topic = f"homeassistant/event/{camera}/doorbell/config"
    until(lambda: watcher.last(status) == b"online")
    assert len(watcher.heard[topic]) == 1
    watcher.say("homeassistant/status", "online")
    until(lambda: len(watcher.heard[topic]) == 2)


def test_a_broker_that_comes_back_finds_the_hub(
    notifier: Notifier, broker: Broker, watcher: Watcher, camera: CameraId
) -> None:
    """All is announced anew, for the broker has forgotten; the channel says how it is."""
    status = connect(notifier, broker)
    until(lambda: watcher.last(status) == b"online")
    broker.kill()
    until(lambda: (last := notifier.channels()[0].last) and not last.ok)
    broker.start()
    with Watcher(broker) as later:
        until(lambda: later.last(status) == b"online")
        assert later.last(f"homeassistant/event/{camera}/doorbell/config")
    until(lambda: (last := notifier.channels()[0].last) and last.ok)


def test_a_hub_that_leaves_says_so(notifier: Notifier, broker: Broker, watcher: Watcher) -> None:
    """When it stops, by itself; when it is cut off, by its last will."""
    status = connect(notifier, broker)
    until(lambda: watcher.last(status) == b"online")
    notifier.stop()
    until(lambda: watcher.last(status) == b"offline")


def test_a_channel_that_is_removed_leaves_nothing_behind(
    notifier: Notifier, broker: Broker, watcher: Watcher
) -> None:
    """Neither entities nor states nor pictures stay with the broker."""
    status = connect(notifier, broker)
    until(lambda: watcher.last(status) == b"online")
    notifier.remove(notifier.channels()[0].id)
    until(lambda: watcher.last(status) == b"")
    assert {topic: heard[-1] for topic, heard in watcher.heard.items() if heard[-1]} == {}


@pytest.mark.parametrize("restarts", [False, True])
def test_a_channel_that_is_removed_while_its_broker_is_away_leaves_nothing_behind(
    store: Store, clock: FakeClock, jpeg: bytes, camera: CameraId, tmp_path: Path, restarts: bool
) -> None:
    """The hub comes back to it once it is there, also after a restart, and then forgets its login."""
    (tmp_path / "broker").mkdir()
    broker = Broker(tmp_path / "broker", remembers=True)
    notifier = Notifier(store, clock, picture=lambda _: jpeg)
    notifier.start()
    with broker:
        status = connect(notifier, broker)
        with Watcher(broker) as watcher:
            until(lambda: watcher.last(status) == b"online")
        broker.stop()
        until(lambda: (last := notifier.channels()[0].last) and not last.ok)
        notifier.remove(notifier.channels()[0].id)
        if restarts:
            notifier.stop()
            notifier = Notifier(store, clock, picture=lambda _: jpeg)
            notifier.start()
        broker.start()
        with Watcher(broker) as watcher:
            until(lambda: not owed(store))
        with Watcher(broker) as later:
            later.say("last", "of all")
            until(lambda: later.last("last"))
            assert set(later.heard) == {"last"}
    notifier.stop()


def owed(store: Store) -> int:
    with store.read() as db:
        return int(db.execute("SELECT count(*) FROM notify_farewell").fetchone()[0])


def test_a_channel_that_was_switched_off_leaves_nothing_behind(
    notifier: Notifier, broker: Broker, watcher: Watcher, store: Store
) -> None:
    """It was not connected when it was removed."""
    status = connect(notifier, broker)
    until(lambda: watcher.last(status) == b"online")
    channel = notifier.channels()[0]
    notifier.change(channel.id, is_on=False)
    notifier.remove(channel.id)
    until(lambda: watcher.last(status) == b"" and not owed(store))
    assert {topic: heard[-1] for topic, heard in watcher.heard.items() if heard[-1]} == {}


def test_what_another_channel_announced_there_comes_back(
    notifier: Notifier, broker: Broker, watcher: Watcher, camera: CameraId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two channels lead to one broker, and one of them is removed: the cameras stay."""
    monkeypatch.setattr(mqtt, "LOOK_SECONDS", 0.05)
    first = connect(notifier, broker)
    second = connect(notifier, broker)
    until(lambda: (watcher.last(first), watcher.last(second)) == (b"online", b"online"))
    notifier.remove(notifier.channels()[0].id)
    topic = f"homeassistant/camera/{camera}/picture/config"
    until(lambda: b"" in (watcher.last(first), watcher.last(second)) and watcher.last(topic))


def test_a_broker_that_never_comes_back_is_let_go(
    notifier: Notifier, broker: Broker, store: Store, clock: FakeClock
) -> None:
    """Its login is not kept for ever."""
    connect(notifier, broker)
    broker.kill()
    until(lambda: (last := notifier.channels()[0].last) and not last.ok)
    notifier.remove(notifier.channels()[0].id)
    assert owed(store) == 1
    notifier.stop()
    clock.advance(31 * 86_400)
    again = Notifier(store, clock, picture=lambda _: None)
    again.start()
    assert owed(store) == 0
    again.stop()


def test_a_camera_that_is_removed_disappears_there(
    notifier: Notifier, broker: Broker, watcher: Watcher, camera: CameraId, store: Store, clock: FakeClock
) -> None:
    """Also when that happened while the broker was away."""
    status = connect(notifier, broker)
    until(lambda: watcher.last(status) == b"online")
    topic = f"homeassistant/camera/{camera}/picture/config"
    assert watcher.last(topic)
    with store.write() as db:
        camera_rows.remove(camera, now=clock.now(), db=db)
    channel = notifier.channels()[0]
    notifier.change(channel.id, is_on=False)
    notifier.change(channel.id, is_on=True)
    until(lambda: watcher.last(topic) == b"")


def test_login_and_encryption(
    store: Store, clock: FakeClock, camera: CameraId, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With the right login and authority it connects; without, it says which of both is wrong. No password is logged."""
    notifier = Notifier(store, clock, picture=lambda _: None)
    with Broker(tmp_path, login=("hub", "s3cret"), tls=True) as broker:

        def tried(**more: Any) -> tuple[bool, str]:
            secret = mqtt.settings("127.0.0.1", broker.port, tls=True, **more)
            channel = notifier.add_mqtt("Home Assistant", secret)
            went = notifier.test(channel.id)
            notifier.remove(channel.id)
            return went.ok, went.message

        assert tried(ca=broker.ca, user="hub", password="s3cret") == (True, "The broker took it.")
        assert tried(ca=broker.ca, user="hub", password="wrong") == (False, "The broker refuses this login.")
        assert "certificate" in tried(user="hub", password="s3cret")[1]
    assert tried(ca=broker.ca) == (False, "The broker does not answer.")
    notifier.stop()
    assert "s3cret" not in caplog.text
    assert "wrong" not in caplog.text


@pytest.mark.parametrize(
    ("host", "port"), [("", 1883), ("a b", 1883), ("mqtt://host", 1883), ("host", 65_536), ("a..b", 1883)]
)
def test_a_broker_that_cannot_be_is_refused(host: str, port: int) -> None:
    with pytest.raises(BadBroker):
        mqtt.settings(host, port)


def test_what_is_no_certificate_is_refused() -> None:
    with pytest.raises(BadAuthority):
        mqtt.settings("host", None, tls=True, ca="-----BEGIN NOTHING-----")


def test_a_job_that_forgets_its_cancelling_is_cancelled_again() -> None:
    """A hub that stops while the broker answers would else wait for ever."""
    forgot = []

    async def forgetful() -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if forgot:
                    raise
                forgot.append(True)

    async def both() -> None:
        await mqtt.first_of(forgetful(), asyncio.sleep(0))

    asyncio.run(both())
    assert forgot
