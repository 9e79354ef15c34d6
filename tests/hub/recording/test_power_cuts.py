"""The power goes at every write, and then at every byte of what was being written: pictures and sound."""

import json
import shutil
import subprocess
import sys

import pytest

from latchstring.base.time import TimeRange, from_micros
from latchstring.hub.recording import index, sound_track
from latchstring.hub.recording.clip import cut
from latchstring.hub.recording.repair import repair
from latchstring.hub.store import Store
from latchstring.testing.recorded import CAMERA, SMALL, data_of, gops_of

pytestmark = pytest.mark.slow

CHILD = '''
"""Write three GOPs into each of many folders; in the nth, be killed at the nth write."""
import json, os, signal, sys
from pathlib import Path

from latchstring.base import files
from latchstring.hub.recording import writer
from latchstring.hub.store import Store
from latchstring.testing.recorded import SMALL, gops_of

gops = gops_of(SMALL, 3, tone_rate=500)
calls, last = 0, 0


def counted(name, real):
    def call(*given):
        global calls
        calls += 1
        if calls == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given)
    return call


def record(folder, at):
    global last
    store = Store(folder / "hub.db")
    for name in ("open", "writev", "fdatasync", "fsync", "mkdir"):
        setattr(os, name, counted(name, getattr(os, name)))
    connection = store._writer
    connection.set_trace_callback(counted("sql", lambda statement: None))
    last = at
    out = writer.GopWriter(store)
    for number, gop in enumerate(gops):
        out.write(gop)
        (folder / "acknowledged").write_text(str(number + 1))
    out.close()


at = 0
while True:
    at += 1
    folder = Path(sys.argv[1]) / str(at)
    folder.mkdir()
    child = os.fork()
    if child == 0:
        record(folder, at)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        break
print(json.dumps(at - 1))
'''


@pytest.fixture(scope="module")
def cuts(tmp_path_factory):
    """A folder for each write, as the kill left it."""
    root = tmp_path_factory.mktemp("cuts")
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(root)], capture_output=True, check=True, timeout=120
    )
    count = json.loads(done.stdout)
    assert count > 20
    return [root / str(at) for at in range(1, count + 1)]


def acknowledged(folder):
    """So many GOPs the writer had said were safe."""
    path = folder / "acknowledged"
    return int(path.read_text() or 0) if path.exists() else 0


def test_killed_at_every_write_all_that_was_acknowledged_is_there(cuts, tmp_path):
    """At most the GOP in flight is lost; the rest plays and is heard, and a second start finds nothing to mend."""
    spoken = [said(sound_track.pieces(data_of(gop))) for gop in gops_of(SMALL, 3, tone_rate=500)]
    assert all(spoken)
    for number, cut_at in enumerate(cuts):
        folder = shutil.copytree(cut_at, tmp_path / str(number))
        store = Store(folder / "hub.db")
        repair(store)
        assert not repair(store).found_something
        assert gops(store) >= acknowledged(cut_at)
        assert as_on_disk(store)
        assert sound_of(store) == spoken[: gops(store)]
        store.close()


def test_cut_at_every_byte_of_what_had_no_row_yet(cuts, tmp_path):
    """Whatever of the last write reached the disk: the start says what it cut off, and what is left plays."""
    tried = set()
    for number, cut_at in enumerate(cuts):
        store = Store(shutil.copytree(cut_at, tmp_path / str(number)) / "hub.db")
        folder = index.folder(store)
        known = {segment.path: segment.size_bytes for segment in index.segments(store)}
        for path in folder.rglob("*.mp4"):
            begin, whole = known.get(path.relative_to(folder).as_posix(), 0), path.read_bytes()
            for end in range(begin + 1, len(whole)):
                if (begin, end) in tried:
                    continue
                tried.add((begin, end))
                path.write_bytes(whole[:end])
                report = repair(store)
                assert report.torn_bytes == end - begin
                assert "torn bytes cut off" in str(report)
                assert gops(store) == acknowledged(cut_at)
        repair(store)
        assert as_on_disk(store)
        store.close()
    assert len({begin for begin, _ in tried}) == 3


def gops(store):
    with store.read() as db:
        return db.execute("SELECT count(*) FROM gop").fetchone()[0]


def sound_of(store):
    """Each GOP's, as a clip of everything has it."""
    with store.read() as db:
        first, last = db.execute("SELECT min(start_us), max(end_us) FROM gop").fetchone()
    if first is None:
        return []
    clip = cut(store, CAMERA, TimeRange(from_micros(first), from_micros(last)))
    return [said(clip.sound(number)) for number in range(1, len(clip.gops) + 1)]


def said(pieces):
    return b"".join(piece.data for piece in pieces)


def as_on_disk(store):
    """The clip of everything is the file, byte for byte."""
    with store.read() as db:
        first, last = db.execute("SELECT min(start_us), max(end_us) FROM gop").fetchone()
    on_disk = b"".join(path.read_bytes() for path in index.folder(store).rglob("*.mp4"))
    if first is None:
        return on_disk == b""
    return cut(store, CAMERA, TimeRange(from_micros(first), from_micros(last))).data == on_disk
