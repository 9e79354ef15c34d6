import io
import logging
import os
import shutil
from dataclasses import replace
from datetime import timedelta

import av
import pytest

from latchstring.base.time import TimeRange, from_micros
from latchstring.hub.recording import aside, index
from latchstring.hub.recording.clip import cut
from latchstring.hub.recording.repair import RepairReport, repair
from latchstring.hub.recording.retention import Keep, Rule
from latchstring.hub.recording.room import Room
from latchstring.hub.recording.writer import GopWriter
from latchstring.testing.recorded import CAMERA, SMALL, said_once


def rows(store):
    with store.read() as db:
        return [tuple(row) for row in db.execute("SELECT * FROM gop ORDER BY start_us")]


def forget(store, gops):
    with store.write() as db:
        for gop in gops:
            db.execute("DELETE FROM gop WHERE start_us = ?", (gop.start_us,))


def test_whole_recordings_are_left_alone(store, recorded, caplog):
    """A clean start changes nothing and warns of nothing."""
    before = rows(store)
    assert repair(store) == RepairReport()
    assert rows(store) == before
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_tail_torn_at_any_byte_leaves_exactly_the_whole_gops(store, recorded):
    """Power may go at any byte of the GOP in flight; what was whole stays, to the byte."""
    path = index.folder(store) / recorded[-1].path
    whole = path.read_bytes()
    last = recorded[-1]
    forget(store, [last])
    before = rows(store)
    for end in range(last.byte_offset, len(whole)):
        path.write_bytes(whole[:end])
        report = repair(store)
        assert report == RepairReport(torn_bytes=end - last.byte_offset)
        assert path.read_bytes() == whole[: last.byte_offset]
        assert rows(store) == before


def test_gops_without_rows_are_indexed_again(store, recorded, caplog):
    """The bytes were on disk and the row was not yet: the row comes back as it would have been."""
    before = rows(store)
    forget(store, recorded[2:])
    assert repair(store) == RepairReport(indexed_gops=2)
    assert rows(store) == before
    assert "2 GOPs indexed again" in caplog.text


def test_a_file_without_any_row_is_adopted(store, recorded):
    """Even without the index every recording is found again, and plays."""
    before = rows(store)
    with store.write() as db:
        index.drop_segments([1], db=db)
    assert repair(store) == RepairReport(indexed_gops=4)
    assert [row[:3] + row[4:] for row in rows(store)] == [row[:3] + row[4:] for row in before]
    clip = cut(store, CAMERA, TimeRange(from_micros(before[0][1]), from_micros(before[-1][2])))
    assert clip.data == (index.folder(store) / recorded[0].path).read_bytes()


def test_rows_without_data_are_dropped(store, recorded):
    """A file system that lost the end of a file loses those rows too, and only those."""
    path = index.folder(store) / recorded[2].path
    path.write_bytes(path.read_bytes()[: recorded[2].byte_offset + 10])
    assert repair(store) == RepairReport(dropped_gops=2, torn_bytes=10)
    assert [row[1] for row in rows(store)] == [recorded[0].start_us, recorded[1].start_us]


def test_rows_of_a_missing_file_are_dropped(store, recorded):
    """Deleted by hand, or by retention just before a crash."""
    shutil.rmtree(index.folder(store))
    assert repair(store) == RepairReport(dropped_gops=4)
    assert rows(store) == []


@pytest.mark.parametrize("size", [0, 1, 30, 700])
def test_a_file_without_a_whole_gop_is_deleted(store, recorded, size):
    """Torn in its init segment or its first GOP: nothing in it can be shown."""
    path = index.folder(store) / recorded[0].path
    path.write_bytes(path.read_bytes()[:size])
    with store.write() as db:
        index.drop_segments([1], db=db)
    report = repair(store)
    assert report == RepairReport(torn_bytes=size, deleted_files=1)
    assert not path.exists()


def test_other_files_are_left_alone(store, recorded):
    """What the owner put into the folder is not ours to delete."""
    other = index.folder(store) / CAMERA / "2026-11-23" / "holiday.mp4"
    other.write_bytes(b"not ours")
    assert repair(store) == RepairReport()
    assert other.read_bytes() == b"not ours"


def lose_rows(store):
    with store.write() as db:
        ids = [row["id"] for row in db.execute("SELECT id FROM segment")]
        index.drop_segments(ids, db=db)


def change(path, at, data):
    content = bytearray(path.read_bytes())
    content[at : at + len(data)] = data
    path.write_bytes(content)
    return bytes(content)


def pictures(store, gops):
    """How many can be decoded of what lies where these say."""
    clip = cut(store, CAMERA, TimeRange(from_micros(gops[0].start_us), from_micros(gops[-1].end_us)))
    with av.open(io.BytesIO(clip.data)) as film:
        return len(list(film.decode(video=0)))


def record(store, gops):
    writer = GopWriter(store)
    stored = [writer.write(gop) for gop in gops]
    writer.close()
    return stored


@pytest.mark.parametrize("harm", [b"\0" * 64, b"\xff" * 300, b"other"])
def test_a_file_whose_head_is_damaged_is_adopted_by_what_its_gops_say(store, recorded, harm):
    """Most cameras say before each keyframe how their pictures are decoded. Its bytes stay as they are."""
    path = index.folder(store) / recorded[0].path
    damaged = change(path, 0, harm)
    lose_rows(store)
    assert repair(store) == RepairReport(indexed_gops=4)
    assert path.read_bytes() == damaged
    assert pictures(store, recorded) == 20
    assert repair(store) == RepairReport()


def test_a_file_whose_head_is_damaged_takes_that_of_another_file_of_its_camera(store):
    """Of the nearest with which its first keyframe can be decoded: in between the camera had another size."""
    small = record(store, said_once())
    record(store, said_once(replace(SMALL, width=128), begins_after=10))
    record(store, said_once(begins_after=90))
    change(index.folder(store) / small[0].path, 0, b"\xff" * 300)
    lose_rows(store)
    assert repair(store) == RepairReport(indexed_gops=6)
    assert index.run(store, CAMERA, small[0].run_us).track.width == SMALL.width
    assert pictures(store, small) == 10


def test_a_head_that_can_be_read_and_is_wrong_is_not_believed(store):
    """Another size of picture stands in it, so the pictures could not be decoded."""
    small = record(store, said_once())
    large = record(store, said_once(replace(SMALL, width=128), begins_after=10))
    record(store, said_once(begins_after=90))
    wrong = (index.folder(store) / large[0].path).read_bytes()[: large[0].byte_offset]
    assert len(wrong) == small[0].byte_offset
    change(index.folder(store) / small[0].path, 0, wrong)
    lose_rows(store)
    assert repair(store) == RepairReport(indexed_gops=6)
    assert index.run(store, CAMERA, small[0].run_us).track.width == SMALL.width
    assert pictures(store, small) == 10


@pytest.fixture
def unshowable(store):
    """A file whose head is gone, with whole GOPs, and nothing that says how to decode them."""
    [first, *_] = record(store, said_once())
    change(index.folder(store) / first.path, 0, b"\xff" * 300)
    lose_rows(store)
    return first.path


def test_what_nobody_can_show_is_set_aside_whole(store, unshowable, caplog):
    """A repair deletes nothing that was recorded."""
    folder = index.folder(store)
    before = (folder / unshowable).read_bytes()
    assert repair(store) == RepairReport(set_aside=1)
    assert "1 files set aside" in caplog.text
    [kept] = aside.files(folder)
    assert (folder / kept.path).read_bytes() == before
    assert not (folder / unshowable).exists()
    assert repair(store) == RepairReport()


def test_what_is_set_aside_a_second_time_takes_nothing_from_the_first(store, unshowable):
    """Somebody put the file back; both are kept."""
    folder = index.folder(store)
    repair(store)
    [kept] = aside.files(folder)
    (folder / unshowable).write_bytes((folder / kept.path).read_bytes())
    repair(store)
    assert len(aside.files(folder)) == 2


def test_gops_that_have_all_changed_are_set_aside(store, recorded):
    """Each has its seal still, so it was recorded once; a failing disk changed it."""
    path = index.folder(store) / recorded[0].path
    for gop in recorded:
        changed = change(path, gop.byte_offset + 500, b"\xff\0\xff")
    lose_rows(store)
    assert repair(store) == RepairReport(set_aside=1)
    [kept] = aside.files(index.folder(store))
    assert (index.folder(store) / kept.path).read_bytes() == changed


def test_a_damaged_end_that_was_recorded_is_not_cut_off(store, recorded):
    """A last GOP with a seal was whole once: the file is left as long as it is."""
    path = index.folder(store) / recorded[0].path
    changed = change(path, recorded[-1].byte_offset + 500, b"\xff\0\xff")
    forget(store, recorded[-1:])
    assert repair(store) == RepairReport()
    assert path.read_bytes() == changed


def test_a_whole_gop_before_the_new_end_of_a_file_is_kept(store, recorded):
    """The file became shorter, and a row before its end was lost too: that GOP is found again."""
    path = index.folder(store) / recorded[0].path
    os.truncate(path, recorded[3].byte_offset + 10)
    forget(store, [recorded[2]])
    assert repair(store) == RepairReport(dropped_gops=1, indexed_gops=1, torn_bytes=10)
    assert [row[1] for row in rows(store)] == [gop.start_us for gop in recorded[:3]]


def test_what_is_set_aside_goes_when_its_time_is_up(store, unshowable):
    """It shows somebody's street like any other recording, so it is kept no longer."""
    repair(store)
    [kept] = aside.files(index.folder(store))
    room = Room(store, Keep(rule=Rule(days=14), min_free_bytes=0))
    room.make(now=from_micros(kept.end_us) + timedelta(days=13), growing=())
    assert aside.files(index.folder(store)) == [kept]
    room.make(now=from_micros(kept.end_us) + timedelta(days=14), growing=())
    assert aside.files(index.folder(store)) == []


def test_no_damage_to_a_head_stops_a_start(store, recorded):
    """Byte after byte of it: whatever can be read there, the GOPs are found."""
    path = index.folder(store) / recorded[0].path
    whole = path.read_bytes()
    for at in range(0, recorded[0].byte_offset, 9):
        path.write_bytes(whole)
        change(path, at, bytes([whole[at] ^ 0xFF]))
        lose_rows(store)
        assert repair(store) == RepairReport(indexed_gops=4), at
