"""Preparing a clip for looking at: told as it goes, called off, resumed, never by another plan than today's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from hub.redaction.conftest import DOOR, frames
from latchstring.base.ids import RequestId
from latchstring.hub.cameras.regions import Region
from latchstring.hub.recording.clip import cut
from latchstring.hub.redaction import masks, redactor
from latchstring.hub.redaction import store as rows
from latchstring.hub.redaction.burn import burn
from latchstring.hub.redaction.models import ClipKey, Stage
from latchstring.hub.redaction.paint import Box
from latchstring.hub.redaction.plan import Wish
from latchstring.hub.redaction.redactor import KEPT, NotPrepared, Redactor
from latchstring.hub.store import Store
from latchstring.testing.clock import FakeClock
from latchstring.testing.recorded import CAMERA
from latchstring.testing.waiting import WAIT_SECONDS, until

KEY = ClipKey(RequestId("rq_one"), "clip-1")
CAR = Region(name="Car", corners=((0, 0.6), (0.3, 0.6), (0.3, 1), (0, 1)))


class Here:
    """What this home has filmed, in one store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def cut(self, camera, during):
        return cut(self.store, camera, during)


@pytest.fixture
def asked_for(store) -> None:
    """A request stands in the inbox."""
    with store.write() as db:
        db.execute(
            "INSERT INTO inbox_item (request, agency, record, steps, tree_size, arrived_us, expires_us)"
            " VALUES (?, 'a', x'', '[]', 1, 0, 0)",
            (KEY.request,),
        )


@pytest.fixture
def clock(now) -> FakeClock:
    return FakeClock(now)


@pytest.fixture
def at_work(store, clock, asked_for, clip, now) -> Iterator[Redactor]:
    masks.set_masks(store, CAMERA, [DOOR], now=now)
    at_work = Redactor(store, lambda: Here(store), clock, finder=lambda: lambda picture: [])
    yield at_work
    at_work.stop()


def test_a_clip_is_prepared_once_and_then_stays(at_work, clip, store):
    """From nothing to the very file that may leave; it is not made twice."""
    assert at_work.readiness(KEY, clip).stage is Stage.UNPREPARED
    with pytest.raises(NotPrepared):
        at_work.fit_to_leave(KEY, clip)
    at_work.prepare(KEY, clip.camera, clip.during)
    assert at_work.readiness(KEY, clip).stage is Stage.WAITING
    assert at_work.do_next()
    ready = at_work.readiness(KEY, clip)
    made = at_work.fit_to_leave(KEY, clip)
    assert ready.stage is Stage.READY
    assert (made.sha256, made.size_bytes) == (ready.made.sha256, ready.size_bytes)
    assert made.data == b"".join(burn(clip, ready.plan))
    assert ready.plan.kinds == ("privacy-masks",)
    assert not at_work.do_next()


def test_what_cannot_be_tidied_up_holds_up_no_clip(at_work, clip, store):
    """Somebody's folder among the prepared clips is no reason to prepare none."""
    (store.path.parent / redactor.FOLDER / "rq_two" / "a-folder.mp4").mkdir(parents=True)
    at_work.start()
    for wish in (Wish(), Wish(regions=(CAR,))):
        at_work.wish(KEY, wish)
        at_work.prepare(KEY, clip.camera, clip.during)
        until(lambda: at_work.readiness(KEY, clip).stage is Stage.READY)


def test_what_hides_nothing_leaves_as_it_was_recorded(at_work, clip, store, clock):
    masks.set_masks(store, CAMERA, [], now=clock.now())
    assert at_work.readiness(KEY, clip).stage is Stage.AS_RECORDED
    assert at_work.fit_to_leave(KEY, clip) is clip


def test_a_mask_or_a_wish_that_changes_makes_it_stale(at_work, clip, store, clock):
    """It must be made, and looked at, anew; and back again the first one still fits."""
    at_work.prepare(KEY, clip.camera, clip.during)
    at_work.do_next()
    at_work.wish(KEY, Wish(regions=(CAR,)))
    assert at_work.readiness(KEY, clip).stage is Stage.UNPREPARED
    at_work.wish(KEY, Wish())
    assert at_work.readiness(KEY, clip).stage is Stage.READY
    masks.set_masks(store, CAMERA, [DOOR, CAR], now=clock.now())
    assert at_work.readiness(KEY, clip).stage is Stage.UNPREPARED


def test_what_is_asked_for_anew_while_it_is_made_is_made_anew(store, clock, asked_for, clip):
    """Drawn and asked for once more while the model is loaded: what was made without it is not the answer."""
    asked = []

    def load():
        if not asked:
            asked.append(KEY)
            at_work.wish(KEY, Wish(faces=True, regions=(CAR,)))
            at_work.prepare(KEY, clip.camera, clip.during)
        return lambda picture: []

    at_work = Redactor(store, lambda: Here(store), clock, finder=load)
    at_work.wish(KEY, Wish(faces=True))
    at_work.prepare(KEY, clip.camera, clip.during)
    assert at_work.do_next()
    assert at_work.readiness(KEY, clip).stage is Stage.WAITING
    assert at_work.do_next()
    assert at_work.readiness(KEY, clip).stage is Stage.READY


def test_what_the_owner_draws_for_this_clip_is_hidden_too(at_work, clip):
    at_work.wish(KEY, Wish(regions=(CAR,)))
    at_work.prepare(KEY, clip.camera, clip.during)
    at_work.do_next()
    assert at_work.readiness(KEY, clip).plan.kinds == ("privacy-masks", "drawn-regions")
    assert all(frame[76:, :44].max() <= 24 for frame in frames(at_work.fit_to_leave(KEY, clip).data))


def test_faces_are_looked_for_only_when_wished(store, clock, asked_for, clip, now):
    """And what is found is nowhere kept: the file is all there is."""
    at_work = Redactor(
        store,
        lambda: Here(store),
        clock,
        finder=lambda: lambda picture: [Box(left=4, top=70, right=40, bottom=110)],
    )
    assert at_work.readiness(KEY, clip).stage is Stage.AS_RECORDED
    at_work.wish(KEY, Wish(faces=True))
    at_work.prepare(KEY, clip.camera, clip.during)
    at_work.do_next()
    assert at_work.readiness(KEY, clip).plan.kinds == ("faces",)
    assert all(frame[72:108, 6:38].max() <= 24 for frame in frames(at_work.fit_to_leave(KEY, clip).data))


def test_clips_that_nobody_said_yes_to_share_a_limit(store, clock, asked_for, clip, now):
    """The one made longest ago goes first; one that was agreed to stays, and takes nothing from the others."""
    masks.set_masks(store, CAMERA, [DOOR], now=now)
    at_work = Redactor(store, lambda: Here(store), clock, most_bytes=3 * clip.size_bytes)
    keys = [ClipKey(KEY.request, f"clip-{number}") for number in range(4)]
    for number, key in enumerate(keys):
        at_work.wish(key, Wish(regions=(CAR,) * (number + 1)))
        at_work.prepare(key, clip.camera, clip.during)
        at_work.do_next()
    files = [redactor.file_of(store, key, at_work.readiness(key, clip).made.plan) for key in keys]
    for number, file in enumerate(files):
        with file.open("r+b") as f:
            f.truncate(2 * clip.size_bytes if number else 9 * clip.size_bytes)
        os.utime(file, (number, number))
    with store.write() as db:
        rows.approve("cn_a", keys[0].clip, at_work.readiness(keys[0], clip).made, db=db)
    at_work.tidy()
    assert [file.exists() for file in files] == [True, False, False, True]
    assert at_work.readiness(keys[2], clip).stage is Stage.UNPREPARED


def test_its_progress_is_told_and_it_can_be_called_off(store, clock, asked_for, clip, now):
    """Half way through, the owner thinks again: nothing is left of it."""
    half_way, go_on = threading.Event(), threading.Event()
    looks: list[int] = []

    def look(picture):
        looks.append(1)
        if len(looks) == 10:
            half_way.set()
            go_on.wait(WAIT_SECONDS)
        return []

    at_work = Redactor(store, lambda: Here(store), clock, finder=lambda: look)
    at_work.wish(KEY, Wish(faces=True))
    at_work.start()
    try:
        at_work.prepare(KEY, clip.camera, clip.during)
        assert half_way.wait(WAIT_SECONDS)
        told = at_work.readiness(KEY, clip)
        assert told.stage is Stage.WORKING
        assert 0 < told.share < 1
        at_work.call_off(KEY)
        go_on.set()
        until(lambda: at_work.readiness(KEY, clip).stage is Stage.UNPREPARED, "calling off")
        assert len(looks) == 10
    finally:
        go_on.set()
        at_work.stop()
    assert list((store.path.parent / redactor.FOLDER).rglob("*.mp4")) == []


def test_a_recording_that_is_gone_is_said_and_can_be_tried_again(at_work, clip, store):
    (clip.folder / clip.gops[0].path).unlink()
    at_work.prepare(KEY, clip.camera, clip.during)
    at_work.do_next()
    failed = at_work.readiness(KEY, clip)
    assert failed.stage is Stage.FAILED
    assert "has been deleted since" in failed.trouble
    assert not at_work.do_next()
    at_work.prepare(KEY, clip.camera, clip.during)
    assert at_work.do_next()


def test_what_nobody_shared_is_deleted_after_a_while(at_work, clip, store, clock):
    at_work.prepare(KEY, clip.camera, clip.during)
    at_work.do_next()
    left = store.path.parent / redactor.FOLDER / KEY.request / ".clip-1-abc.mp4.part"
    left.write_bytes(b"a crash left this")
    at_work.tidy()
    assert not left.exists()
    assert at_work.readiness(KEY, clip).stage is Stage.READY
    clock.advance(KEPT.total_seconds() + 1)
    at_work.tidy()
    assert at_work.readiness(KEY, clip).stage is Stage.UNPREPARED
    assert list((store.path.parent / redactor.FOLDER).iterdir()) == []


KILLED_HALF_WAY = """
import os, signal, sys
from pathlib import Path
from latchstring.base.clock import SystemClock
from latchstring.hub.recording.recordings import Recordings
from latchstring.hub.redaction import redactor
from latchstring.hub.store import Store

store = Store(Path(sys.argv[1]))
at_work = redactor.Redactor(store, lambda: Recordings(store), SystemClock())
tell = at_work._tell
def told(job, share):
    if share > 0.5:
        os.kill(os.getpid(), signal.SIGKILL)
    tell(job, share)
at_work._tell = told
at_work.do_next()
"""


def test_after_kill_9_it_is_begun_again_by_itself(at_work, clip, store, now):
    """What was asked for is on disk; half a file is not taken for a whole one."""
    at_work.prepare(KEY, clip.camera, clip.during)
    killed = subprocess.run([sys.executable, "-c", KILLED_HALF_WAY, str(store.path)])
    assert killed.returncode == -signal.SIGKILL
    assert at_work.readiness(KEY, clip).stage is Stage.WAITING
    at_work.start()
    until(lambda: at_work.readiness(KEY, clip).stage is Stage.READY, "the clip")
    made = at_work.fit_to_leave(KEY, clip)
    assert made.sha256 == at_work.readiness(KEY, clip).made.sha256
    assert len(frames(made.data)) == 20


def test_a_full_disk_is_said(at_work, clip, monkeypatch):
    def full(chunks, path):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(redactor.burned, "write", full)
    at_work.prepare(KEY, clip.camera, clip.during)
    at_work.do_next()
    assert "No space left" in at_work.readiness(KEY, clip).trouble
