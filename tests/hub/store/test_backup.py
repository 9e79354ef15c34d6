"""What a backup of a running hub is made of."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from latchstring.hub.daemon import Hub
from latchstring.hub.recording import check, index
from latchstring.hub.recording.repair import repair
from latchstring.hub.recording.writer import GopWriter
from latchstring.hub.settings import HubSettings
from latchstring.hub.store import Store, backup
from latchstring.testing.clock import FakeClock
from latchstring.testing.recorded import CAMERA, SMALL, gops_of
from latchstring.testing.waiting import until


def test_a_day_that_is_deleted_while_it_is_listed_is_not_there(tmp_path: Path, monkeypatch) -> None:
    """Retention goes on beside a backup: the day is left out, and the rest is listed."""
    days = [tmp_path / "recordings" / CAMERA / day for day in ("2026-11-23", "2026-11-24")]
    for day in days:
        day.mkdir(parents=True)
        (day / "1-00000.mp4").write_bytes(b"film")
    scandir = os.scandir

    def delete_first(path):
        if Path(path) == days[0]:
            (days[0] / "1-00000.mp4").unlink()
            days[0].rmdir()
        return scandir(path)

    monkeypatch.setattr(os, "scandir", delete_first)
    assert backup.to_copy(tmp_path) == [(f"recordings/{CAMERA}/2026-11-24/1-00000.mp4", 4)]


def test_what_a_hub_makes_anew_is_left_out(tmp_path: Path) -> None:
    for name in ("hub.db", "hub.db-wal", "hub.spare", "lock", "device.key", ".half.part"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "device.key")
    assert backup.to_copy(tmp_path) == [("device.key", 1)]


def test_a_backup_beside_a_recording_is_whole(tmp_path: Path) -> None:
    """GOPs come in all the while: what is restored has each row's bytes, and no check finds anything."""
    store, stop = Store(tmp_path / "hub" / "hub.db"), threading.Event()

    def record() -> None:
        writer, clock = GopWriter(store, rotate_after=timedelta(seconds=3)), FakeClock()
        while not stop.is_set():
            for gop in gops_of(SMALL, 4, clock=clock):
                writer.write(gop)
            clock.advance(4)
        writer.close()

    recording = threading.Thread(target=record)
    recording.start()
    until(lambda: index.segments(store))
    backup.back_up(tmp_path / "hub", backup.FolderPlace(tmp_path / "away"), now=NOW)
    stop.set()
    recording.join()
    store.close()
    backup.restore(tmp_path / "away", tmp_path / "new")
    restored = Store(tmp_path / "new" / "hub.db")
    repair(restored)
    with restored.read() as db:
        folder = index.folder(restored)
        files = check.files(db, folder)
        found = [*check.check_index(db), *(f for file in files for f in check.check_file(db, folder, file))]
    restored.close()
    assert files
    assert found == []


NOW = datetime(2026, 11, 23, tzinfo=UTC)
KILLED = """
import os, signal, sys
from pathlib import Path
from latchstring.hub.store.snapshot import snapshot

with snapshot(Path(sys.argv[1])) as copy:
    Path(copy.name + "-journal").touch()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def snapshots(data: Path) -> list[Path]:
    return list(data.glob(".backup-*"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Of a hub."""
    Store(tmp_path / "data" / "hub.db").close()
    return tmp_path / "data"


@pytest.fixture
def left_over(data: Path) -> Path:
    """The data folder of a hub whose last backup was killed."""
    killed = subprocess.run([sys.executable, "-c", KILLED, data / "hub.db"], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(snapshots(data)) == 2
    return data


def test_the_next_backup_deletes_what_a_killed_one_left(left_over: Path, tmp_path: Path) -> None:
    backup.back_up(left_over, backup.FolderPlace(tmp_path / "backup"), now=NOW)
    assert snapshots(left_over) == []


def test_a_start_deletes_what_a_killed_backup_left(left_over: Path) -> None:
    """Nobody may ever make another one."""
    Hub(HubSettings(data=left_over)).stop()
    assert snapshots(left_over) == []


KILLED_RESTORE = """
import os, signal, sys
from pathlib import Path
from latchstring.hub.store import backup

backup.restore(Path(sys.argv[1]), Path(sys.argv[2]), progress=lambda _: os.kill(os.getpid(), signal.SIGKILL))
"""


@pytest.fixture
def half_restored(data: Path, tmp_path: Path) -> Path:
    """A folder in which a restore was killed in the middle of a file."""
    (data / "device.key").write_bytes(b"the key of this hub")
    backup.back_up(data, backup.FolderPlace(tmp_path / "backup"), now=NOW)
    new = tmp_path / "new"
    killed = subprocess.run([sys.executable, "-c", KILLED_RESTORE, tmp_path / "backup", new], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert parts(new)
    return new


def parts(data: Path) -> list[Path]:
    """Halves of files, and the note that there may be some."""
    return [*data.rglob(".*.part"), *data.glob(".restore-*")]


def test_a_start_deletes_what_a_killed_restore_left(half_restored: Path) -> None:
    """Whoever gave it up never restores again."""
    Hub(HubSettings(data=half_restored)).stop()
    assert parts(half_restored) == []


def test_a_restore_deletes_what_a_killed_one_left(half_restored: Path, tmp_path: Path) -> None:
    """Also of another backup, which has no such file."""
    other = tmp_path / "other"
    Store(other / "hub.db").close()
    backup.back_up(other, backup.FolderPlace(tmp_path / "other backup"), now=NOW)
    backup.restore(tmp_path / "other backup", half_restored)
    assert parts(half_restored) == []


def test_a_backup_that_is_under_way_is_left_alone(data: Path, tmp_path: Path) -> None:
    """By another one that is made meanwhile, and by a start."""
    seen = []

    class Slow(backup.FolderPlace):
        def put(self, path, source, size_bytes, progress):
            backup.back_up(data, backup.FolderPlace(tmp_path / "other"), now=NOW)
            Hub(HubSettings(data=data)).stop()
            seen.extend(snapshots(data))
            return super().put(path, source, size_bytes, progress)

    backup.back_up(data, Slow(tmp_path / "slow"), now=NOW)
    assert len(seen) == 1
    assert snapshots(data) == []
