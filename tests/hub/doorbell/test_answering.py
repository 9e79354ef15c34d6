"""Who came to the door, and what happens when nobody does. The door is a real RTSP server's backchannel."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from latchstring.base.ids import CameraId
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.errors import TakesNoSound
from latchstring.hub.doorbell.models import DoorbellSettings, NoSuchReply, ReplyId, SomebodyTalks
from latchstring.hub.doorbell.service import Doorbell
from latchstring.hub.events.bulletin import Happening
from latchstring.hub.store import Store
from latchstring.testing.clock import FakeClock
from latchstring.testing.later import Later
from latchstring.testing.rtsp import WHY_NOT, RtspServer, available
from latchstring.testing.sounds import loudest, recording, tone
from latchstring.testing.waiting import until

needs_server = pytest.mark.skipif(not available(), reason=WHY_NOT)


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("heard") / "porch.pcm"


@pytest.fixture(scope="module")
def server(heard: Path) -> Iterator[RtspServer]:
    with RtspServer({"/porch": "mulaw:160x96@5"}, login="digest", heard=heard.parent) as server:
        yield server


@pytest.fixture
def porch(store: Store, camera: CameraId, server: RtspServer, heard: Path) -> CameraId:
    """A camera that takes sound, and has heard nothing yet."""
    with store.write() as db:
        camera_rows.change(replace(camera_rows.get(store, camera), url=server.url("/porch")), db=db)
    if heard.exists():
        heard.unlink()
    return camera


@pytest.fixture
def reply(doorbell: Doorbell, now: datetime) -> ReplyId:
    return doorbell.replies.add("Leave it", recording(700, 0.4), now=now).id


def test_who_rang_waits_for_a_minute(doorbell: Doorbell, camera: CameraId, clock: FakeClock) -> None:
    """A page that is opened within it rings too; later nobody stands there any more."""
    event = doorbell.press(camera, clock.now())
    clock.advance(59)
    assert [(w.event, w.camera) for w in doorbell.waiting()] == [(event.id, camera)]
    clock.advance(2)
    assert doorbell.waiting() == []


@pytest.mark.parametrize("hours", [-12, 12])
def test_a_clock_that_is_set_makes_nobody_stay_or_go(
    doorbell: Doorbell, camera: CameraId, clock: FakeClock, hours: int
) -> None:
    """Who rang waits for a minute of real time."""
    doorbell.press(camera, clock.now())
    clock.set(clock.now() + timedelta(hours=hours))
    clock.advance(59)
    assert len(doorbell.waiting()) == 1
    clock.advance(2)
    assert doorbell.waiting() == []


def test_who_rings_five_times_is_answered_once(
    doorbell: Doorbell, camera: CameraId, reply: ReplyId, later: Later, clock: FakeClock
) -> None:
    """The reply comes so long after the first press; who rings again after it gets another."""
    said: list[CameraId] = []
    doorbell._talks.play = lambda camera, pcm: said.append(camera)  # type: ignore[method-assign]
    doorbell.mark(camera)
    doorbell.change(camera, lambda known: replace(known, reply=reply, reply_after_s=90))
    for _ in range(5):
        doorbell.press(camera, clock.now())
        clock.advance(17)
    later.come()
    assert said == [camera]
    doorbell.press(camera, clock.now())
    later.come()
    assert said == [camera, camera]


def test_an_answer_is_told_once(
    doorbell: Doorbell, camera: CameraId, told: list[Happening], now: datetime
) -> None:
    """So that every other page stops ringing."""
    event = doorbell.press(camera, now)
    doorbell.answered(event.id)
    doorbell.answered(event.id)
    assert [(h.kind, h.event) for h in told] == [("press", event.id), ("answered", event.id)]
    assert doorbell.waiting() == []


@needs_server
def test_nobody_comes_so_the_reply_is_said(
    doorbell: Doorbell, porch: CameraId, reply: ReplyId, later: Later, now: datetime, heard: Path
) -> None:
    """After the seconds that the owner chose; the press still waits for somebody."""
    doorbell.mark(porch)
    doorbell.change(porch, lambda known: replace(known, reply=reply, reply_after_s=20))
    doorbell.press(porch, now)
    assert later.waits == [20]
    assert not heard.exists()
    later.come()
    until(lambda: heard.exists() and heard.stat().st_size >= 2 * 8000 * 0.8)
    assert loudest(heard.read_bytes()[:6000]) == pytest.approx(700, abs=10)
    assert len(doorbell.waiting()) == 1


@needs_server
def test_somebody_came_so_nothing_is_said(
    doorbell: Doorbell, porch: CameraId, reply: ReplyId, later: Later, now: datetime
) -> None:
    """Talking is an answer, and so is a tap on “Close”."""
    doorbell.mark(porch)
    doorbell.change(porch, lambda known: replace(known, reply=reply))
    seen = doorbell.press(porch, now)
    doorbell.answered(seen.id)
    doorbell.press(porch, now + timedelta(seconds=10))
    doorbell.talk(porch).end()
    later.come()
    assert doorbell.waiting() == []
    assert not doorbell._talks.is_busy(porch)  # a reply takes the door before it is heard


def test_a_reply_that_was_removed_is_not_said(
    doorbell: Doorbell, camera: CameraId, reply: ReplyId, later: Later, now: datetime
) -> None:
    """The press goes on as if none had been chosen."""
    doorbell.mark(camera)
    doorbell.change(camera, lambda known: replace(known, reply=reply))
    doorbell.press(camera, now)
    doorbell.replies.remove(reply, now=now)
    later.come()
    assert len(doorbell.waiting()) == 1


def test_only_a_reply_that_is_there_can_be_chosen(doorbell: Doorbell, camera: CameraId) -> None:
    doorbell.mark(camera)
    with pytest.raises(NoSuchReply):
        doorbell.change(camera, lambda known: replace(known, reply=ReplyId("qr_none")))


@needs_server
def test_one_voice_at_a_time(doorbell: Doorbell, porch: CameraId, reply: ReplyId, heard: Path) -> None:
    """A second voice is refused, and so is a reply; when the first ends, the door is free."""
    first = doorbell.talk(porch)
    with pytest.raises(SomebodyTalks):
        doorbell.talk(porch)
    with pytest.raises(SomebodyTalks):
        doorbell.reply(porch, reply)
    first.say(tone(1000, 0.2))
    until(lambda: heard.exists() and heard.stat().st_size > 2000)
    first.end()
    doorbell.talk(porch).end()


@needs_server
def test_a_voice_interrupts_a_recording(doorbell: Doorbell, porch: CameraId, now: datetime) -> None:
    """Nobody waits for a message of the house to end before they may speak."""
    long = doorbell.replies.add("Story", recording(700, 20, container="wav", codec="pcm_s16le"), now=now)
    doorbell.reply(porch, long.id)
    doorbell.talk(porch).end()


def test_a_camera_that_takes_no_sound_leaves_the_door_free(doorbell: Doorbell, camera: CameraId) -> None:
    """A talk that could not begin blocks no later one."""
    for _ in range(2):
        with pytest.raises(TakesNoSound):
            doorbell.talk(camera)


@needs_server
def test_the_camera_is_called_only_while_somebody_talks(
    doorbell: Doorbell, porch: CameraId, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Open backchannels block buttons and other apps of many cameras, so a press alone opens none."""
    opened: list[str] = []
    real = doorbell._talks._open

    def count(url: str, clock: object, **rest: object) -> object:
        opened.append(url)
        return real(url, clock, **rest)

    monkeypatch.setattr(doorbell._talks, "_open", count)
    doorbell.press(porch, now)
    assert opened == []
    with closing(Ended(doorbell.talk(porch))):
        assert len(opened) == 1


class Ended:
    def __init__(self, talk) -> None:
        self.close = talk.end


def test_two_owners_who_change_a_doorbell_at_once_both_have_their_way(
    doorbell: Doorbell, camera: CameraId, reply: ReplyId
) -> None:
    """One wants a new address, since the old one is known to somebody: it does not come back with a reply."""
    old = doorbell.mark(camera).token
    with ThreadPoolExecutor() as pool:

        def choose(known: DoorbellSettings) -> DoorbellSettings:
            other = pool.submit(doorbell.renew_token, camera)
            wait([other], timeout=0.2)
            return replace(known, reply=reply)

        doorbell.change(camera, choose)
    now = doorbell.settings(camera)
    assert now.reply == reply
    assert now.token != old
