"""Cameras of one home wake each other."""

from __future__ import annotations

import pytest

from latchstring.base.clock import SystemClock
from latchstring.base.time import to_micros
from latchstring.hub.events.bulletin import Bulletin, Happening
from latchstring.hub.live.video import Video
from latchstring.hub.motion.watcher import Watcher


@pytest.mark.parametrize("kind", ["motion-began", "press"])
def test_what_moves_at_one_camera_wakes_the_others(tmp_path, store, monkeypatch, kind):
    """Whoever is at the gate will soon be at the door; the camera that told needs no word."""
    woken = []
    monkeypatch.setattr(Watcher, "stir", lambda watcher, at_us: woken.append((watcher.camera, at_us)))
    bulletin, clock = Bulletin(), SystemClock()
    video = Video(store, tmp_path, clock, bulletin=bulletin)
    gate, door, yard = [video.add_camera(name, "synthetic:").id for name in ("gate", "door", "yard")]
    video.start()
    try:
        now = clock.now()
        bulletin.tell(Happening(kind=kind, at=now, camera=gate))
        assert sorted(woken) == sorted([(door, to_micros(now)), (yard, to_micros(now))])
    finally:
        video.stop()
    bulletin.tell(Happening(kind=kind, at=now, camera=gate))
    assert len(woken) == 2
