"""Making room goes on, whatever happens to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from latchstring.base.clock import SystemClock
from latchstring.hub.live import video as parts
from latchstring.hub.live.video import Video
from latchstring.hub.store import Store
from latchstring.testing.waiting import until


def test_one_surprise_ends_no_tidying(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the disk would fill up, and no camera's absence would be told, until the next start."""
    looks = []

    def tidy(_: Video) -> None:
        looks.append("once more")
        if len(looks) == 1:
            raise OverflowError

    monkeypatch.setattr(parts, "TIDY_SECONDS", 0.01)
    monkeypatch.setattr(Video, "tidy", tidy)
    video = Video(store, tmp_path, SystemClock())
    video.start()
    until(lambda: len(looks) > 2)
    video.stop()
