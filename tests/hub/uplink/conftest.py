"""A town's network over loopback HTTP, and a home's recordings on disk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from latchstring.base.geo import Point
from latchstring.base.ids import CameraId, RequestId
from latchstring.base.time import TimeRange
from latchstring.testing.recordings import MadeUpRecordings
from latchstring.testing.served_town import ServedTown, serve
from latchstring.testing.town import MIDDLE, NOW, Town

PORCH = CameraId("cam_porch")
LAST_NIGHT = TimeRange(NOW - timedelta(hours=38), NOW - timedelta(hours=36))
"""The window of the town's standing request."""


@pytest.fixture
def served() -> Iterator[ServedTown]:
    with serve(Town()) as served:
        yield served


@pytest.fixture
def recordings(tmp_path: Path) -> MadeUpRecordings:
    """The porch camera has ten seconds of last night."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    during = TimeRange(LAST_NIGHT.start + timedelta(minutes=3), LAST_NIGHT.start + timedelta(seconds=190))
    return MadeUpRecordings(folder, {PORCH: [during]})


@pytest.fixture
def nothing_recorded(tmp_path: Path) -> MadeUpRecordings:
    return MadeUpRecordings(tmp_path, {PORCH: []})


@pytest.fixture
def home() -> Point:
    return MIDDLE


@pytest.fixture
def asked(served: ServedTown) -> RequestId:
    """One approved request, published."""
    request = served.town.request()
    served.publish(served.town.approve(request))
    return request.id
