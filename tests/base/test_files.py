"""Files are whole or absent; a data folder has one owner."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from latchstring.base.files import FolderInUse, FolderLock, hand_over, write_together, write_whole


def test_written_whole_with_its_mode(tmp_path: Path) -> None:
    """Into folders that were not there; nothing else stays behind."""
    file = tmp_path / "a" / "b" / "secret"
    write_whole(file, b"old", mode=0o600)
    write_whole(file, b"new", mode=0o600)
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [p.name for p in file.parent.iterdir()] == ["secret"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk or a crash before the rename: the old bytes, and no half file."""
    file = tmp_path / "file"
    write_whole(file, b"old")

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(file, b"new")

    assert file.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_of_files_written_together_none_is_left_alone(tmp_path: Path) -> None:
    """Where the second finds no place, the first is the old one, and no part of either lies about."""
    first = tmp_path / "page.html"
    first.write_text("before")
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        write_together({first: b"after", tmp_path / "file" / "map.geojson": b"{}"})
    assert first.read_text() == "before"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "page.html"]


def test_second_owner_of_a_folder_is_told_so(tmp_path: Path) -> None:
    """And after the first has let go, the next may have it."""
    with FolderLock(tmp_path), pytest.raises(FolderInUse, match="give this one its own --data folder"):
        FolderLock(tmp_path).__enter__()
    with FolderLock(tmp_path):
        pass


def test_a_data_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    """One that is there already stays as it is."""
    home = tmp_path / "new" / "home"
    for mode in (0o700, 0o750):
        with FolderLock(home):
            assert stat.S_IMODE(home.stat().st_mode) == mode
        home.chmod(0o750)


@pytest.mark.parametrize("user", [0, 1000])
def test_what_root_writes_goes_to_whom_the_folder_belongs_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int
) -> None:
    """Down to the last folder; nobody but root tries to give anything away."""
    (tmp_path / "recordings" / "porch").mkdir(parents=True)
    (tmp_path / "lock").touch()
    given: dict[Path, tuple[int, int]] = {}
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(os, "chown", lambda path, uid, gid, **_: given.update({path: (uid, gid)}))
    hand_over(tmp_path)
    belongs = (tmp_path.stat().st_uid, tmp_path.stat().st_gid)
    assert given == (dict.fromkeys(tmp_path.rglob("*"), belongs) if user == 0 else {})


def test_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    """The kernel lets go after a kill -9; nobody has to delete a file."""
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom latchstring.base.files import FolderLock\n"
        "FolderLock(Path(sys.argv[1])).__enter__()\nprint('held', flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(FolderInUse):
            FolderLock(tmp_path).__enter__()
        holder.kill()
    with FolderLock(tmp_path):
        pass
