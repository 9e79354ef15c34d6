import logging
import shutil

import pytest

from latchstring.base.time import TimeRange, from_micros
from latchstring.hub.recording import index
from latchstring.hub.recording.clip import cut
from latchstring.hub.recording.repair import RepairReport, repair
from latchstring.testing.recorded import CAMERA


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
