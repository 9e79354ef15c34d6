"""What a backup of a running hub is made of."""

from __future__ import annotations

import os
from pathlib import Path

from latchstring.hub.store import backup
from latchstring.testing.recorded import CAMERA


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
