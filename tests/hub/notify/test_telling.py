"""From a happening to what was told, and that it is told once."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from latchstring.base.ids import CameraId
from latchstring.base.time import from_micros
from latchstring.hub.cameras.errors import BrokenVideo
from latchstring.hub.events.bulletin import Bulletin, Happening
from latchstring.hub.notify import outbox, service
from latchstring.hub.notify import store as rows
from latchstring.hub.notify.models import Channel, Notice, State
from latchstring.hub.notify.quiet import QuietHours
from latchstring.hub.notify.service import Notifier
from latchstring.hub.notify.store import Chosen
from latchstring.hub.store import Store, StoreFull
from latchstring.testing.clock import FakeClock
from latchstring.testing.listening import Listener
from latchstring.testing.waiting import until


def states(notifier: Notifier) -> list[list[State]]:
    return [[each.state for each in told.deliveries] for told in notifier.history()]


def test_one_notification_an_event(
    notifier: Notifier, listener: Listener, happens: Callable[..., Happening]
) -> None:
    """Motion that begins is told; that it ended, or that it is told twice, is not."""
    notifier.add_webhook("Lamp", listener.url)
    began = happens()
    for happening in (began, began, replace(began, kind="motion-ended")):
        notifier.tell(happening)
    until(lambda: states(notifier) == [["told"]])
    assert len(listener.heard) == 1


def test_everybody_is_told_and_a_slow_one_holds_up_nobody(
    notifier: Notifier, listener: Listener, happens: Callable[..., Happening]
) -> None:
    """Each channel has its own pace."""
    with Listener() as slow:
        slow.hold()
        notifier.add_webhook("Slow", slow.url)
        notifier.add_webhook("Lamp", listener.url)
        notifier.hear(happens("press"))
        notifier.hear(happens("camera-away"))
        until(lambda: len(listener.heard) == 2 and slow.heard)
        assert len(slow.heard) == 1
        slow.let_go()
        until(lambda: len(slow.heard) == 2)


def test_the_bulletin_does_not_wait(
    store: Store, clock: FakeClock, happens: Callable[..., Happening], listener: Listener
) -> None:
    """A picture that takes its time is made elsewhere, and telling goes on without it."""
    painting, bulletin = threading.Event(), Bulletin()
    notifier = Notifier(store, clock, picture=lambda _: b"late" if painting.wait(30) else None)
    notifier.add_webhook("Lamp", listener.url)
    notifier.start()
    bulletin.listen(notifier.hear)
    bulletin.tell(happens("press"))
    until(lambda: listener.heard)
    assert b'"picture": null' in listener.heard[0].body
    painting.set()
    notifier.stop()


def test_without_a_picture_it_is_told_all_the_same(
    store: Store, clock: FakeClock, happens: Callable[..., Happening], listener: Listener
) -> None:
    def broken(_: Happening) -> bytes:
        raise BrokenVideo

    notifier = Notifier(store, clock, picture=broken)
    notifier.add_webhook("Lamp", listener.url)
    notifier.start()
    notifier.hear(happens())
    until(lambda: listener.heard)
    notifier.stop()


def test_a_picture_that_fails_in_a_new_way_delays_nothing(
    store: Store, clock: FakeClock, happens: Callable[..., Happening], listener: Listener
) -> None:
    """Whatever a painter of pictures raises, the ring goes out at once, without one."""

    def broken(_: Happening) -> bytes:
        raise ValueError("a frame without planes")

    notifier = Notifier(store, clock, picture=broken)
    notifier.add_webhook("Lamp", listener.url)
    notifier.start()
    notifier.hear(happens("press"))
    until(lambda: listener.heard)
    notifier.stop()


def test_a_ring_waits_for_no_motion(
    store: Store,
    clock: FakeClock,
    happens: Callable[..., Happening],
    listener: Listener,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A light goes on, everything moves at sixteen cameras, and somebody rings: the bell comes first."""
    painting = threading.Event()
    monkeypatch.setitem(service.PICTURE_WAIT, "motion", timedelta(minutes=5))

    def picture(happening: Happening) -> bytes | None:
        if happening.kind != "press":
            painting.wait(300)
        return None

    notifier = Notifier(store, clock, picture=picture)
    notifier.add_webhook("Lamp", listener.url)
    notifier.choose(Chosen(per_hour=100))
    notifier.start()
    for _ in range(16):
        notifier.hear(happens())
    notifier.hear(happens("press"))
    until(lambda: listener.heard)
    assert b"Somebody rang" in listener.heard[0].body
    painting.set()
    notifier.stop()


def test_what_came_at_night_is_told_in_the_morning(
    notifier: Notifier, listener: Listener, clock: FakeClock, happens: Callable[..., Happening]
) -> None:
    """Motion is not; a request waits until the quiet hours are over, and survives a restart."""
    notifier.add_webhook("Lamp", listener.url)
    notifier.choose(Chosen(quiet=QuietHours(begin=time(8), end=time(10)), zone="UTC"))
    notifier.tell(happens("request"))
    notifier.tell(happens("motion-began"))
    assert [(told.silent, [d.state for d in told.deliveries]) for told in notifier.history()] in (
        [("quiet hours", []), (None, ["waiting"])],
        [(None, ["waiting"]), ("quiet hours", [])],
    )
    clock.advance(3600)
    notifier._outbox.wake()
    until(lambda: listener.heard)
    assert b"A request waits" in listener.heard[0].body


def test_a_request_is_told_at_a_random_time(
    store: Store, clock: FakeClock, happens: Callable[..., Happening], listener: Listener
) -> None:
    """Not right after the hub looked at its network, so that the line does not tell that this home was asked."""
    notifier = Notifier(store, clock, picture=lambda _: None)
    notifier.add_webhook("Lamp", listener.url)
    for _ in range(3):
        notifier.tell(happens("request"))
    with store.read() as db:
        after = [
            from_micros(row["after_us"]) - clock.now() for row in db.execute("SELECT after_us FROM delivery")
        ]
    notifier.stop()
    assert len(set(after)) == 3
    assert all(timedelta() <= each <= timedelta(minutes=30) for each in after)


def test_enough_is_enough_for_one_hour(
    notifier: Notifier, listener: Listener, clock: FakeClock, happens: Callable[..., Happening]
) -> None:
    """The third motion of the hour is silent, a press is not, and after the hour motion is told again."""
    notifier.add_webhook("Lamp", listener.url)
    notifier.choose(Chosen(per_hour=2))
    for _ in range(3):
        notifier.tell(happens())
        clock.advance(1)
    notifier.tell(happens("press"))
    clock.advance(3600)
    notifier.tell(happens())
    assert [told.silent for told in reversed(notifier.history())] == [
        None,
        None,
        "enough for one hour",
        None,
        None,
    ]


def test_a_zone_that_the_machine_does_not_know_any_more_silences_no_bell(
    notifier: Notifier, store: Store, listener: Listener, happens: Callable[..., Happening]
) -> None:
    """As after a hub moved to a machine without tzdata: the time is the machine's own, but it is told."""
    notifier.add_webhook("Lamp", listener.url)
    with store.write() as db:
        rows.choose(Chosen(zone="Middle/Earth"), db=db)
    notifier.tell(happens("press"))
    until(lambda: states(notifier) == [["told"]])
    assert len(listener.heard) == 1


def test_a_stuck_button_does_not_ring_phones_all_night(
    notifier: Notifier,
    camera: CameraId,
    listener: Listener,
    clock: FakeClock,
    happens: Callable[..., Happening],
) -> None:
    """Fifty presses in a minute are told, a hundred are not; another door is, and this one an hour later."""
    notifier.add_webhook("Lamp", listener.url)
    for _ in range(100):
        clock.advance(1)
        notifier.tell(happens("press"))
    with notifier._store.read() as db:
        [(told, silent)] = db.execute(
            "SELECT count(*) FILTER (WHERE silent IS NULL), count(silent) FROM notice"
        )
        other = rows.before(CameraId("cam_other"), now=clock.now(), db=db)
        later = rows.before(camera, now=clock.now() + timedelta(hours=1), db=db)
    assert (told, silent) == (60, 40)
    assert other.rings == later.rings == 0


def test_a_clock_that_was_set_back_silences_nothing(
    notifier: Notifier,
    listener: Listener,
    clock: FakeClock,
    happens: Callable[..., Happening],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A ring and motion that were told by a clock twelve hours ahead: neither hushes what moves afterwards."""
    monkeypatch.setattr(rows, "HISTORY", 3)
    notifier.add_webhook("Lamp", listener.url)
    notifier.choose(Chosen(per_hour=2))
    right = clock.now()
    clock.set(right + timedelta(hours=12))
    for kind in ("motion-began", "motion-began", "press"):
        notifier.tell(happens(kind))
        clock.advance(60)
    until(lambda: len(listener.heard) == 3 and states(notifier) == [["told"]] * 3)
    clock.set(right)
    notifier.tell(happens())
    until(lambda: len(listener.heard) == 4)


def test_what_waited_when_a_clock_was_set_back_waits_no_longer(
    notifier: Notifier, listener: Listener, clock: FakeClock, happens: Callable[..., Happening]
) -> None:
    """Or a bell would ring half a day late."""
    notifier.add_webhook("Lamp", listener.url)
    listener.answers.statuses = [503]
    notifier.tell(happens("press"))
    until(lambda: listener.heard and states(notifier) == [["waiting"]])
    clock.set(clock.now() - timedelta(hours=12))
    notifier._outbox.wake()
    until(lambda: states(notifier) == [["told"]])


def test_of_a_camera_that_came_and_went_all_night_the_morning_says_how_it_is(
    notifier: Notifier, listener: Listener, clock: FakeClock, happens: Callable[..., Happening]
) -> None:
    """One message, not one for each time; what else happened is told beside it."""
    notifier.add_webhook("Lamp", listener.url)
    notifier.choose(Chosen(quiet=QuietHours(begin=time(8), end=time(10)), zone="UTC"))
    for kind in ("camera-away", "camera-back", "request", "camera-away", "camera-back"):
        notifier.tell(happens(kind))
        clock.advance(60)
    clock.advance(3600)
    notifier._outbox.wake()
    until(lambda: all(state == ["told"] or state == ["late"] for state in states(notifier)))
    said = b" ".join(call.body for call in listener.heard)
    assert len(listener.heard) == 2
    assert b"Recording again" in said
    assert b"A request waits" in said


def test_on_a_full_disk_a_ring_goes_out_all_the_same(
    notifier: Notifier,
    listener: Listener,
    happens: Callable[..., Happening],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It cannot be written down, so it is sent once; motion can wait, and what is switched off stays so."""
    notifier.add_webhook("Lamp", listener.url)
    notifier.switch(None, "disk", is_on=False)

    def full(*_: object, **__: object) -> None:
        raise StoreFull

    monkeypatch.setattr(rows, "add_notice", full)
    for kind in ("motion-began", "disk-full", "press"):
        notifier.tell(happens(kind))
    until(lambda: listener.heard)
    notifier.stop()
    assert [b"Somebody rang" in call.body for call in listener.heard] == [True]
    assert "a motion was not told: the disk is full" in caplog.text


def test_a_switch_is_of_one_camera(
    notifier: Notifier, camera: CameraId, listener: Listener, happens: Callable[..., Happening]
) -> None:
    notifier.add_webhook("Lamp", listener.url)
    notifier.switch(camera, "motion", is_on=False)
    notifier.tell(happens())
    assert notifier.history()[0].silent == "switched off"
    notifier.switch(camera, "motion", is_on=True)
    notifier.tell(happens())
    assert notifier.history()[0].silent is None or notifier.history()[1].silent is None


def test_without_a_channel_nothing_is_written(notifier: Notifier, happens: Callable[..., Happening]) -> None:
    """A hub whose owner wants no notification does no work for them."""
    notifier.tell(happens("press"))
    assert notifier.history() == []


def test_a_ring_that_is_too_late_is_not_told(
    notifier: Notifier, listener: Listener, clock: FakeClock, happens: Callable[..., Happening]
) -> None:
    """The other side was away for long; the history says that it was not told."""
    notifier.add_webhook("Lamp", listener.url)
    listener.answers.last = 503
    notifier.tell(happens("press"))
    until(lambda: listener.heard and states(notifier) == [["waiting"]])
    clock.advance(301)
    notifier._outbox.wake()
    until(lambda: states(notifier) == [["late"]])
    assert len(listener.heard) == 1


def test_a_channel_that_is_off_or_gone_is_not_used(
    notifier: Notifier, listener: Listener, happens: Callable[..., Happening]
) -> None:
    off = notifier.add_webhook("Off", listener.url)
    notifier.change(off.id, is_on=False)
    gone = notifier.add_webhook("Gone", listener.url)
    notifier.remove(gone.id)
    notifier.tell(happens("press"))
    notifier.stop()
    assert listener.heard == []


def test_a_picture_stays_only_until_it_is_told(
    notifier: Notifier, listener: Listener, happens: Callable[..., Happening], store: Store
) -> None:
    notifier.add_webhook("Lamp", listener.url)
    notifier.tell(happens("press"))
    until(lambda: states(notifier) == [["told"]])
    with store.read() as db:
        assert db.execute("SELECT jpeg FROM notice").fetchone()["jpeg"] is None


class Recorder:
    """A way of telling that writes down what it is given, and fails in ways that ours do not."""

    def __init__(self, *, once: bool, breaks: bool = False) -> None:
        self.once = once
        self.breaks = breaks
        self.sent: list[str] = []

    def send(self, channel: Channel, notice: Notice) -> str:
        self.sent.append(notice.id)
        if self.breaks:
            raise RuntimeError(channel.secret["url"])
        return "It is written down."


def test_a_way_of_telling_that_breaks_says_nothing_of_its_secret(
    store: Store, clock: FakeClock, happens: Callable[..., Happening], caplog: pytest.LogCaptureFixture
) -> None:
    """The delivery ends, the next one goes on, and the address is in no log."""
    sender = Recorder(once=True, breaks=True)
    notifier = Notifier(store, clock, picture=lambda _: None, senders={"webhook": sender})
    notifier.add_webhook("Lamp", "http://lamp.example/very-secret")
    notifier.start()
    notifier.tell(happens("press"))
    notifier.tell(happens("disk-full"))
    until(lambda: states(notifier) == [["failed"], ["failed"]])
    notifier.stop()
    assert "very-secret" not in caplog.text


@pytest.mark.parametrize(("once", "state", "sent"), [(True, "told", 1), (False, "unsure", 0)])
def test_what_was_being_sent_at_a_crash(
    store: Store,
    clock: FakeClock,
    happens: Callable[..., Happening],
    once: bool,
    state: State,
    sent: int,
) -> None:
    """It goes again only where a second copy is seen as the same; elsewhere the history says that nobody knows."""
    sender = Recorder(once=once)
    notifier = Notifier(store, clock, picture=lambda _: None, senders={"webhook": sender})
    notifier.add_webhook("Lamp", "http://lamp.example/")
    notifier.tell(happens("press"))
    with store.read() as db:
        [delivery] = rows.due(now=clock.now() + timedelta(seconds=1), busy=(), db=db)
    with store.write() as db:
        assert rows.begin(delivery, db=db)
    notifier.start()
    until(lambda: states(notifier) == [[state]])
    notifier.stop()
    assert len(sender.sent) == sent


@pytest.mark.parametrize(
    ("answers", "writes", "state"),
    [(200, "end", "told"), (404, "end", "failed"), (503, "wait_again", "waiting")],
)
def test_how_it_went_is_written_once_the_disk_has_room_again(
    notifier: Notifier,
    listener: Listener,
    happens: Callable[..., Happening],
    monkeypatch: pytest.MonkeyPatch,
    answers: int,
    writes: str,
    state: State,
) -> None:
    """By itself, and without telling it a second time."""
    listener.answers.last = answers
    monkeypatch.setattr(outbox, "WRITE_AGAIN_SECONDS", 0.05)
    notifier.add_webhook("Lamp", listener.url)
    refused = threading.Event()

    def full(*_: object, **__: object) -> None:
        refused.set()
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(rows, writes, full)
        notifier.tell(happens("press"))
        until(refused.is_set)
        assert states(notifier) == [["sending"]]
    until(lambda: states(notifier) == [[state]])
    assert len(listener.heard) == 1
    assert notifier.channels()[0].last is not None


def test_a_hub_starts_on_a_disk_that_is_full(
    store: Store,
    clock: FakeClock,
    listener: Listener,
    happens: Callable[..., Happening],
    monkeypatch: pytest.MonkeyPatch,
    notifier: Notifier,
) -> None:
    """What was being sent when it stopped is looked at once there is room, and sent then, once."""
    monkeypatch.setattr(outbox, "WRITE_AGAIN_SECONDS", 0.05)
    notifier.stop()
    notifier.add_webhook("Lamp", listener.url)
    notifier.tell(happens("press"))
    with store.write() as db:
        db.execute("UPDATE delivery SET state = 'sending', after_us = 0")
    again = Notifier(store, clock, picture=lambda _: None)
    refused = threading.Event()

    def full(*_: object, **__: object) -> None:
        refused.set()
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(rows, "take_back", full)
        again.start()
        assert refused.is_set()
        assert states(again) == [["sending"]]
    until(lambda: states(again) == [["told"]])
    again.stop()
    assert len(listener.heard) == 1


HUB = """
import sys
from datetime import datetime
from pathlib import Path
from latchstring.base.clock import SystemClock
from latchstring.base.ids import EventId
from latchstring.hub.events.bulletin import Happening
from latchstring.hub.notify.service import Notifier
from latchstring.hub.store import Store

clock = SystemClock()
notifier = Notifier(Store(Path(sys.argv[1])), clock, picture=lambda _: None)
notifier.start()
if sys.argv[2:]:
    notifier.add_webhook("Lamp", sys.argv[2])
    for n in range(3):
        notifier.tell(Happening(kind="device", at=clock.now()))
print("ready", flush=True)
sys.stdin.read()
notifier.stop()
"""


def test_kill_9_loses_nothing_and_repeats_nothing(tmp_path: Path, listener: Listener) -> None:
    """Killed while the first is under way and two wait: after the restart the receiver has each by one number."""
    listener.hold()
    with start(tmp_path, listener.url) as hub:
        until(lambda: len(listener.heard) == 1)
        hub.kill()
    listener.let_go()
    with start(tmp_path) as hub:
        until(lambda: len(listener.heard) == 4)
        hub.stdin.close()  # type: ignore[union-attr]
        hub.wait()
    with start(tmp_path) as hub:
        hub.stdin.close()  # type: ignore[union-attr]
        hub.wait()
    numbers = [call.headers["x-latchstring-delivery"] for call in listener.heard]
    assert len(numbers) == 4
    assert (
        numbers[0] == numbers[1]
    )  # under way when the hub was killed: the same number says that it is the same
    assert len(set(numbers)) == 3


def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", HUB, str(folder / "hub.db"), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process
