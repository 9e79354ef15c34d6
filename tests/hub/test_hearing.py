"""What a camera says by itself reaches the doorbell and the eyes of the hub."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from latchstring.base.ids import CameraId
from latchstring.base.time import to_micros
from latchstring.hub.cameras.models import CameraNotice
from latchstring.hub.daemon import Hub
from latchstring.hub.motion.watcher import Watcher
from latchstring.hub.settings import HubSettings


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """Two cameras that are watched."""
    hub = Hub(HubSettings(data=tmp_path / "data"))
    for name in ("Door", "Gate"):
        hub.video.add_camera(name, "synthetic:?width=96&height=64&fps=5")
    hub.video.start()
    yield hub
    hub.video.stop()
    hub.stop()


@pytest.mark.parametrize(
    ("kind", "active", "stirs"), [("motion", True, True), ("motion", False, False), ("press", True, True)]
)
def test_its_own_motion_makes_the_hub_look_closely(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, kind: Literal["motion", "press"], active: bool, stirs: bool
) -> None:
    """From the moment it was said, that camera and no other; that motion ended wakes nobody."""
    woken: list[tuple[CameraId, int]] = []
    monkeypatch.setattr(Watcher, "stir", lambda watcher, at_us: woken.append((watcher.camera, at_us)))
    door = hub.video.cameras()[0].id
    at_us = to_micros(hub.clock.now())
    hub.hear(CameraNotice(camera=door, kind=kind, active=active, at_us=at_us))
    assert [at for camera, at in woken if camera == door] == ([at_us] if stirs else [])
    assert hub.doorbell.settings(door).is_on is (kind == "press")
