"""The timeline's answers, thumbnails and downloads, over a store that holds two runs with a break between."""

from datetime import timedelta

import pytest

from latchstring.base.ids import CameraId, EventId
from latchstring.base.time import from_text, to_micros, to_text
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.events import store as event_rows
from latchstring.hub.events.models import Event
from latchstring.hub.recording.writer import GopWriter
from latchstring.testing.clock import FakeClock
from latchstring.testing.recorded import CAMERA, SMALL, gops_of
from latchstring.testing.town import NOW

BREAK = timedelta(minutes=10)
HERE = f"/api/cameras/{CAMERA}"


@pytest.fixture(scope="module")
def two_runs():
    """Four seconds, and ten minutes later three more."""
    return gops_of(SMALL, 4, clock=FakeClock(NOW)), gops_of(SMALL, 3, clock=FakeClock(NOW + BREAK))


@pytest.fixture
def recorded(hub, two_runs):
    with hub.store.write() as db:
        camera_rows.add(CameraSettings(id=CAMERA, name="Back: gate", url="synthetic:"), now=NOW, db=db)
    found = []
    for run in two_runs:
        writer = GopWriter(hub.store)
        found.append([writer.write(gop) for gop in run])
        writer.close()
    return found


@pytest.fixture
def whole(recorded):
    """From the first to the last."""
    start, end = recorded[0][0].during.start, recorded[1][-1].during.end
    return {"start": to_text(start), "end": to_text(end)}


def enter_event(hub, at, name, *, camera=CAMERA, kind="motion"):
    start_us = to_micros(at)
    event = Event(
        id=EventId(f"ev_{name}"),
        camera=camera,
        start_us=start_us,
        end_us=start_us + 1,
        peak_us=start_us,
        score=0.1,
        is_open=False,
        kind=kind,
    )
    with hub.store.write() as db:
        event_rows.save(event, db=db)


def test_the_timeline_shows_the_break(owner, recorded, whole):
    """Two stretches, each from its first keyframe to the end of its last GOP."""
    shown = owner.get(f"{HERE}/timeline", params=whole).json()["recorded"]
    assert shown == [
        {"start": to_text(run[0].during.start), "end": to_text(run[-1].during.end)} for run in recorded
    ]


def test_a_month_is_told_in_wide_steps(owner, hub, recorded, whole):
    """Each step keeps the largest of its minutes; events are left out when they are not wanted."""
    at = recorded[0][0].during.start
    hour_us = to_micros(at) // 3_600_000_000 * 3_600_000_000
    with hub.store.write() as db:
        for minute, peak in ((0, 0.05), (7, 0.2), (30, 0.01)):
            event_rows.add_activity(CAMERA, hour_us + minute * event_rows.MINUTE_US, peak, db=db)
    enter_event(hub, at, "a")
    month = {"start": to_text(at - timedelta(days=15)), "end": to_text(at + timedelta(days=15))}
    assert len(owner.get(f"{HERE}/timeline", params=month).json()["activity"]) == 3
    wide = owner.get(f"{HERE}/timeline", params={**month, "step": 3600, "events": False}).json()
    assert [heat["heat"] for heat in wide["activity"]] == [1.0]
    assert wide["events"] == []
    assert owner.get(f"{HERE}/timeline", params={**month, "step": 1}).status_code == 422


def test_a_month_counts_its_events(owner, hub, recorded):
    """By quarters of an hour, each kind for itself, only of this camera and this time; a day lists them instead."""
    at = from_text("2026-03-10T23:00:00Z")
    enter_event(hub, at - timedelta(microseconds=1), "before")
    enter_event(hub, at, "a")
    enter_event(hub, at + timedelta(minutes=14), "b")
    enter_event(hub, at + timedelta(minutes=14), "c", kind="press")
    enter_event(hub, at + timedelta(minutes=45), "d")
    enter_event(hub, at + timedelta(minutes=46), "other", camera=CameraId("cam_other"))
    hours = {"start": to_text(at), "end": to_text(at + timedelta(hours=1)), "step": 3600}
    counted = owner.get(f"{HERE}/timeline", params={**hours, "events": False}).json()
    assert counted["counts"] == [
        {"at": "2026-03-10T23:00:00Z", "motions": 2, "presses": 1},
        {"at": "2026-03-10T23:45:00Z", "motions": 1, "presses": 0},
    ]
    listed = owner.get(f"{HERE}/timeline", params=hours).json()
    assert [len(listed["events"]), listed["counts"]] == [4, []]


def test_a_thumbnail_says_of_when_it_is(owner, recorded):
    """A small JPEG with its exact time; where nothing is recorded, a sentence."""
    gop = recorded[0][2]
    answer = owner.get(f"{HERE}/thumbnails", params={"at": to_text(gop.during.start)})
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert answer.headers["X-Picture-At"] == to_text(gop.during.start)
    none = owner.get(f"{HERE}/thumbnails", params={"at": to_text(gop.during.start + BREAK / 2)})
    assert (none.status_code, none.json()["error"]) == (404, "nothing_recorded")


def test_the_parts_of_a_range_are_what_is_downloaded(owner, recorded, whole):
    """Each with its exact times and size; asked for by these, the file has just that size."""
    parts = owner.get(f"{HERE}/parts", params=whole).json()
    assert [(p["start"], p["end"]) for p in parts] == [
        (to_text(run[0].during.start), to_text(run[-1].during.end)) for run in recorded
    ]
    for part in parts:
        file = owner.get(f"{HERE}/download.mp4", params={"start": part["start"], "end": part["end"]})
        assert len(file.content) == part["size_bytes"] == int(file.headers["Content-Length"])
        assert from_text(file.headers["X-Clip-Start"]) == from_text(part["start"])


def test_a_download_across_a_break_is_refused(owner, whole):
    """It says so, rather than leaving something out."""
    answer = owner.get(f"{HERE}/download.mp4", params=whole)
    assert (answer.status_code, answer.json()["error"]) == (422, "clip_spans_break")


def test_a_download_is_a_day_long_at_most(owner, recorded):
    """A month in one file would help nobody."""
    start = recorded[0][0].during.start
    for path in ("parts", "download.mp4"):
        span = {"start": to_text(start), "end": to_text(start + timedelta(days=2))}
        assert owner.get(f"{HERE}/{path}", params=span).json()["error"] == "too_long"


def test_a_download_is_named_for_camera_and_time(owner, recorded):
    """A name that every file system takes, whatever the camera is called; a part of it on demand."""
    first = recorded[0][0].during
    span = {"start": to_text(first.start), "end": to_text(first.end)}
    whole = owner.get(f"{HERE}/download.mp4", params=span)
    name = f"Back%20%20gate%20{first.start:%Y-%m-%d%%20%H.%M.%S}%20UTC.mp4"
    assert whole.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{name}"
    rest = owner.get(f"{HERE}/download.mp4", params=span, headers={"Range": "bytes=900-"})
    assert (rest.status_code, rest.content) == (206, whole.content[900:])


def test_only_keyframes_for_a_fast_look(owner, recorded):
    """Far fewer bytes than the clip, from the same keyframes."""
    run = recorded[0]
    span = {"start": to_text(run[0].during.start), "end": to_text(run[-1].during.end)}
    fast = owner.get(f"{HERE}/clip.mp4", params={**span, "keyframes_only": True})
    assert fast.content.count(b"moof") == len(run)
    assert len(fast.content) < len(owner.get(f"{HERE}/clip.mp4", params=span).content)


def test_the_events_of_a_day(owner, hub, recorded):
    """Between its two midnights, the newest first; the end of the day belongs to the next one."""
    for hours, name in ((-1, "before"), (0, "first"), (23, "last"), (24, "after")):
        enter_event(hub, NOW + timedelta(hours=hours), name)
    day = {"after": to_text(NOW), "before": to_text(NOW + timedelta(hours=24))}
    assert [event["id"] for event in owner.get("/api/events", params=day).json()] == ["ev_last", "ev_first"]


@pytest.mark.parametrize("path", ["thumbnails", "parts", "download.mp4"])
def test_a_stranger_sees_nothing_of_it(stranger, recorded, whole, path):
    """401, before anything is looked up."""
    params = {**whole, "at": whole["start"]}
    assert stranger.get(f"{HERE}/{path}", params=params).status_code == 401
