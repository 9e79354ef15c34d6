import errno
import hashlib
import io
import os
import tracemalloc
from dataclasses import replace
from datetime import timedelta

import av
import pytest

from latchstring.base.time import TimeRange, from_micros
from latchstring.hub.recording import check, fmp4, index
from latchstring.hub.recording.assembler import Assembler, WholeGop
from latchstring.hub.recording.clip import ClipSpansBreak, NothingRecorded, RecordingGone, cut
from latchstring.hub.recording.repair import RepairReport, repair
from latchstring.hub.recording.writer import DiskBroken, DiskFull, GopWriter
from latchstring.hub.store import Store
from latchstring.testing.clock import FakeClock
from latchstring.testing.disk import MayNotMount, fill, tiny_disk
from latchstring.testing.films import packets
from latchstring.testing.recorded import CAMERA, SMALL, data_of, gops_of

SECOND = timedelta(seconds=1)
FILLER = b"\0\0\0\1\x0c" + bytes([0xFF]) * 500_000 + b"\x80"
"""A NAL unit that says nothing (H.264, 7.3.2.7), as cameras with a constant bit rate send it."""


def whole_time(gops):
    return TimeRange(from_micros(gops[0].start_us), from_micros(gops[-1].end_us))


def test_a_clip_is_the_bytes_on_disk(store, recorded):
    """Init segment and GOPs, byte for byte, and libav plays it."""
    clip = cut(store, CAMERA, whole_time(recorded))
    assert clip.data == (index.folder(store) / recorded[0].path).read_bytes()
    assert clip.size_bytes == len(clip.data)
    assert clip.sha256 == hashlib.sha256(clip.data).hexdigest()
    with av.open(io.BytesIO(clip.data)) as file:
        assert len(list(file.decode(video=0))) == 20


def test_a_clip_is_cut_on_gop_borders_with_exact_times(store, recorded):
    """What is asked for is inside; its start and end are those of the keyframes around it."""
    asked = TimeRange(from_micros(recorded[1].start_us + 1), from_micros(recorded[2].start_us + 1))
    clip = cut(store, CAMERA, asked)
    assert clip.gops == (recorded[1], recorded[2])
    assert (clip.start, clip.end) == (from_micros(recorded[1].start_us), from_micros(recorded[2].end_us))
    data = (index.folder(store) / recorded[1].path).read_bytes()
    assert clip.data == clip.init + data[recorded[1].byte_offset : recorded[3].byte_offset]


def test_a_late_clip_plays_from_its_start(store, recorded):
    """Its media time does not start at 0; players show it all the same."""
    clip = cut(store, CAMERA, TimeRange(from_micros(recorded[3].start_us), from_micros(recorded[3].end_us)))
    with av.open(io.BytesIO(clip.data)) as file:
        pictures = list(file.decode(video=0))
    assert len(pictures) == 5
    assert pictures[0].key_frame


def test_borders_are_half_open(store, recorded):
    """A GOP that ends when the time begins is not part of it."""
    first = recorded[1].during
    assert cut(store, CAMERA, first).gops == (recorded[1],)
    with pytest.raises(NothingRecorded):
        cut(store, CAMERA, TimeRange(first.start - 10 * SECOND, from_micros(recorded[0].start_us)))


def test_a_clip_across_files_is_one_clip(store, gops):
    """Rotation is not a break: the same run goes on in the next file."""
    writer = GopWriter(store, rotate_after=2 * SECOND)
    stored = [writer.write(gop) for gop in gops]
    writer.close()
    assert [gop.path == stored[0].path for gop in stored] == [True, True, False, False]
    assert index.covered(store, CAMERA, whole_time(stored)) == [whole_time(stored)]
    with av.open(io.BytesIO(cut(store, CAMERA, whole_time(stored)).data)) as file:
        assert len(list(file.decode(video=0))) == 20


def write_two_runs(store, *, apart):
    """Of two seconds each, the second so many seconds after the first began; answers a time around both."""
    clock = FakeClock()
    writer = GopWriter(store)
    for seconds in (0, apart):
        clock.advance(seconds)
        for gop in gops_of(SMALL, 2, clock=clock):
            writer.write(gop)
    writer.close()
    return TimeRange(clock.now() - 60 * SECOND, clock.now() + 60 * SECOND)


def test_of_two_runs_that_claim_the_same_time_each_can_be_had(store):
    """A camera that was held up may begin anew before its last run's end; what is offered can be cut."""
    everything = write_two_runs(store, apart=1.6)
    first, second = index.covered(store, CAMERA, everything)
    assert second.start < first.end
    assert cut(store, CAMERA, first).start == first.start
    assert cut(store, CAMERA, second).start == second.start
    with pytest.raises(ClipSpansBreak):
        cut(store, CAMERA, TimeRange(first.start, second.end))


def test_a_break_is_a_break(store):
    """Two runs give two covered parts, and no clip reaches across them."""
    everything = write_two_runs(store, apart=10)
    parts = index.covered(store, CAMERA, everything)
    assert [part.duration for part in parts] == pytest.approx([2 * SECOND] * 2, abs=timedelta(milliseconds=2))
    with pytest.raises(ClipSpansBreak):
        cut(store, CAMERA, everything)
    assert len(cut(store, CAMERA, parts[1]).gops) == 2


def test_a_deleted_file_is_said(store, recorded):
    """Retention may overtake a viewer; that is a sentence, not a crash."""
    clip = cut(store, CAMERA, whole_time(recorded))
    (index.folder(store) / recorded[0].path).unlink()
    with pytest.raises(RecordingGone):
        _ = clip.data


def test_seek_finds_the_gop_at_or_before(store, recorded):
    """Between GOPs and after the last one there is always a picture to show, before the first there is none."""
    middle = from_micros(recorded[2].start_us + 300_000)
    assert index.at(store, CAMERA, middle) == recorded[2]
    assert index.at(store, CAMERA, middle + 60 * SECOND) == recorded[3]
    assert index.at(store, CAMERA, middle - 60 * SECOND) is None


def test_the_row_comes_after_the_bytes_are_on_disk(store, gops, monkeypatch):
    """Each GOP is flushed by itself: when the disk is asked to, its bytes are all there and its row is not."""
    flushed = []

    def flush(fd):
        flushed.append((os.fstat(fd).st_size, _rows(store)))

    monkeypatch.setattr(os, "fdatasync", flush)
    writer = GopWriter(store)
    ends = [writer.write(gop) for gop in gops]
    writer.close()
    assert flushed == [(gop.byte_offset + gop.size_bytes, n) for n, gop in enumerate(ends)]


def test_a_clock_set_back_exactly_costs_no_gop(store, gops):
    """Both recordings of the same instants are kept: the later one begins a microsecond after the other."""
    first, second = GopWriter(store), GopWriter(store)
    before = [first.write(gop) for gop in gops]
    after = [second.write(gop) for gop in gops]
    for writer in (first, second):
        writer.close()
    assert [gop.start_us for gop in after] == [gop.start_us + 1 for gop in before]
    assert {gop.run_us for gop in after} == {before[0].run_us + 1}
    assert _rows(store) == 8
    folder = index.folder(store)
    with store.read() as db:
        found = [f for file in check.files(db, folder) for f in check.check_file(db, folder, file)]
    assert found == []


@pytest.fixture
def small_disk(tmp_path):
    try:
        with tiny_disk(tmp_path / "disk") as disk:
            yield disk
    except MayNotMount as e:
        pytest.skip(str(e))


def test_a_gop_is_never_put_together(store):
    """It is kept and written as it came: a second copy of each would tear holes into memory, and it would grow."""
    clock = FakeClock()
    info, film = packets(SMALL, 2, arrived=clock.monotonic())
    film = [film[0], *(p._replace(data=p.data + FILLER) for p in film[1:5]), film[5]]
    assembler, writer = Assembler(CAMERA, info, clock), GopWriter(store)
    for packet in film[:5]:
        assert not any(isinstance(made, WholeGop) for made in assembler.feed(packet))
    tracemalloc.start()
    [stored] = [writer.write(made) for made in assembler.feed(film[5]) if isinstance(made, WholeGop)]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    writer.close()
    assert most < len(FILLER) < stored.size_bytes / 4
    assert (index.folder(store) / stored.path).read_bytes()[stored.byte_offset :].count(FILLER[4:]) == 4


@pytest.mark.parametrize("most_bytes", [None, 1, 7, 100])
def test_what_the_disk_did_not_take_is_offered_again(store, gops, monkeypatch, most_bytes):
    """From the byte on at which it stopped; and never more parts than the kernel takes in one call."""
    write = os.writev
    if most_bytes is not None:
        monkeypatch.setattr(os, "writev", lambda fd, parts: write(fd, [b"".join(parts)[:most_bytes]]))
    parts = (b"", *(bytes([n % 251]) * (n % 3) for n in range(3000)), b"")
    writer = GopWriter(store)
    stored = writer.write(replace(gops[0], run=replace(gops[0].run, init=b"init"), parts=parts))
    writer.close()
    assert (index.folder(store) / stored.path).read_bytes()[stored.byte_offset :] == b"".join(parts)


def test_a_disk_that_does_not_even_take_back_costs_one_gop(store, gops, monkeypatch):
    """Neither flushed nor cut off: what is recorded afterwards goes into another file, and every row is right."""

    def refuse(*_):
        raise OSError(errno.EIO, "Input/output error")

    writer = GopWriter(store)
    kept = [writer.write(gops[0])]
    with monkeypatch.context() as broken:
        broken.setattr(os, "fdatasync", refuse)
        broken.setattr(os, "ftruncate", refuse)
        with pytest.raises(DiskBroken):
            writer.write(gops[1])
    kept += [writer.write(gop) for gop in gops[2:]]
    writer.close()
    assert kept[0].path != kept[1].path == kept[2].path
    for gop in kept:
        clip = cut(store, CAMERA, gop.during)
        assert list(fmp4.whole_gops(clip.data, len(clip.init)))
    assert repair(store).indexed_gops == 1
    assert repair(store) == RepairReport()


def test_a_file_that_cannot_be_closed_is_left_behind(store, gops, monkeypatch):
    """The system has let go of its number all the same, so it is not closed or cut a second time."""
    closed = []
    close = os.close

    def refuse(fd):
        close(fd)
        closed.append(fd)
        raise OSError(errno.EDQUOT, "Disk quota exceeded")

    writer = GopWriter(store, rotate_after=SECOND / 2)
    writer.write(gops[0])
    with monkeypatch.context() as broken:
        broken.setattr(os, "close", refuse)
        with pytest.raises(DiskFull):
            writer.write(gops[1])
    assert len(closed) == 1
    assert writer.write(gops[2]).frames == gops[2].gop.frames
    writer.close()


def test_a_full_disk_loses_one_gop_and_nothing_else(small_disk, gops):
    """The GOP that does not fit is taken back whole; when there is room again, recording goes on."""
    store = Store(small_disk / "hub.db")
    writer = GopWriter(store)
    writer.write(gops[0])
    ballast = fill(small_disk)
    with pytest.raises(DiskFull, match="disk is full"):
        _write_until_full(writer, gops[1])
    assert (index.folder(store) / writer.open_path).stat().st_size == _end_by_rows(store)
    ballast.unlink()
    last = writer.write(gops[3])
    writer.close()
    data = (index.folder(store) / last.path).read_bytes()
    assert data[last.byte_offset :] == data_of(gops[3])
    store.close()


def _rows(store):
    with store.read() as db:
        return db.execute("SELECT count(*) FROM gop").fetchone()[0]


def _end_by_rows(store):
    with store.read() as db:
        return db.execute("SELECT max(byte_offset + size_bytes) FROM gop").fetchone()[0]


def _write_until_full(writer, gop):
    for _ in range(100):
        writer.write(gop)
