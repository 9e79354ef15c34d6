import os
from datetime import UTC, datetime, timedelta

import pytest

from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange, from_micros
from latchstring.hub.recording import beside, index, storage
from latchstring.hub.recording.repair import repair
from latchstring.hub.recording.retention import Keep, Rule
from latchstring.hub.recording.storage import Held
from latchstring.testing.recorded import CAMERA

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PORCH, GATE = CameraId("cam_porch"), CameraId("cam_gate")
GB = 10**9


def held(camera, *, used=10 * GB, pace=30 * GB):
    during = TimeRange(NOW - timedelta(days=1), NOW)
    return Held(camera=camera, used_bytes=used, during=during, bytes_per_day=pace)


def test_it_says_for_how_many_days_there_is_room():
    """Two cameras of 30 GB a day on 620 GB, 20 of which stay free: ten days."""
    found = storage.look([held(PORCH), held(GATE)], Keep(), free_bytes=600 * GB, reserve_bytes=20 * GB)
    assert found.fits_days == pytest.approx(10)
    assert [c.lasts_days for c in found.cameras] == [pytest.approx(10)] * 2


def test_a_rule_that_is_shorter_than_the_disk_holds():
    """With room for months a recording still goes when its rule says so, or when its size does."""
    keep = Keep(rule=Rule(days=14), cameras={GATE: Rule(days=14, max_bytes=60 * GB)})
    found = storage.look([held(PORCH), held(GATE)], keep, free_bytes=9000 * GB, reserve_bytes=GB)
    assert [c.lasts_days for c in found.cameras] == [14, pytest.approx(2)]


def test_without_recordings_nothing_is_foretold():
    """A new hub, and a camera that was removed a week ago."""
    assert storage.look([], Keep(), free_bytes=GB, reserve_bytes=0).fits_days is None
    found = storage.look([held(PORCH, pace=0)], Keep(), free_bytes=GB, reserve_bytes=0)
    assert (found.fits_days, found.cameras[0].lasts_days) == (None, None)


def test_it_is_read_from_what_is_on_disk(store, recorded):
    """Bytes, times, and the pace at which the camera records now."""
    end = from_micros(recorded[-1].end_us)
    (found,) = storage.held(store, now=end)
    assert found.camera == CAMERA
    assert found.used_bytes == recorded[-1].byte_offset + recorded[-1].size_bytes
    assert found.during == TimeRange(from_micros(recorded[0].start_us), end)
    seconds = found.during.duration.total_seconds()
    assert found.bytes_per_day == pytest.approx(found.used_bytes / seconds * 86_400, rel=1e-3)
    (later,) = storage.held(store, now=end + timedelta(days=2))
    assert later.bytes_per_day == 0


def summed(store):
    """What each camera's files take, added up one by one."""
    with store.read() as db:
        rows = db.execute("SELECT camera, sum(size_bytes) AS size FROM segment GROUP BY camera").fetchall()
    return {row["camera"]: row["size"] for row in rows if row["size"]}


def test_the_kept_sum_is_that_of_the_files(store, recorded):
    """While it is recorded, cut short by a repair, deleted, and entered again from the files."""
    whole = {CAMERA: recorded[-1].byte_offset + recorded[-1].size_bytes}
    assert index.taken(store) == summed(store) == whole
    (file,) = index.segments(store)
    with store.write() as db:
        db.execute("DELETE FROM gop WHERE start_us = ?", (recorded[-1].start_us,))
        index.measure_again(file.id, db=db)
    assert index.taken(store) == summed(store) == {CAMERA: recorded[-1].byte_offset}
    repair(store)
    assert index.taken(store) == summed(store) == whole
    with store.write() as db:
        index.drop_segments([file.id], db=db)
    assert index.taken(store) == {}
    repair(store)
    assert index.taken(store) == summed(store) == whole


def test_what_is_no_recording_is_counted_too(store, recorded):
    """Each kind by its folder, and a folder that nobody thought of all the same."""
    data = store.path.parent
    for name, size in (("originals/cn_a/1.mp4", 300), ("redacted/rq_a/1.mp4", 40), ("else/1", 5)):
        (data / name).parent.mkdir(parents=True)
        (data / name).write_bytes(bytes(size))
    found = beside.sizes(data)
    assert (found["originals"], found["prepared"], found["else"]) == (300, 40, 5)
    assert found["rows"] >= store.path.stat().st_size
    assert sum(found.values()) < 10_000_000


def test_a_folder_that_nobody_else_may_look_into_is_passed_over(tmp_path, monkeypatch):
    """Each disk of its own has a `lost+found`; it had let the hub say every half minute that nothing is deleted."""
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "outbox").write_bytes(bytes(7))
    scan = os.scandir

    def scan_as_the_hubs_user(folder):
        if os.fspath(folder).endswith("lost+found"):
            raise PermissionError
        return scan(folder)

    monkeypatch.setattr(os, "scandir", scan_as_the_hubs_user)
    assert beside.sizes(tmp_path) == {"else": 0, "leaving": 7}
