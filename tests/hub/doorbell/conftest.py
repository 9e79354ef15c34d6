"""A porch camera that is a doorbell, without a camera in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from latchstring.base.ids import CameraId
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.doorbell.service import Doorbell
from latchstring.hub.events.bulletin import Bulletin, Happening
from latchstring.hub.recording.feed import LiveFeed
from latchstring.hub.store import Store
from latchstring.testing.clock import FakeClock
from latchstring.testing.later import Later
from latchstring.testing.recorded import CAMERA


@pytest.fixture
def clock(now: datetime) -> FakeClock:
    return FakeClock(now)


@pytest.fixture
def bulletin() -> Bulletin:
    return Bulletin()


@pytest.fixture
def told(bulletin: Bulletin) -> list[Happening]:
    """What was told, in order."""
    told: list[Happening] = []
    bulletin.listen(told.append)
    return told


@pytest.fixture
def camera(store: Store, now: datetime) -> CameraId:
    with store.write() as db:
        camera_rows.add(CameraSettings(id=CAMERA, name="Porch", url="synthetic:"), now=now, db=db)
    return CAMERA


@pytest.fixture
def feed() -> LiveFeed:
    return LiveFeed()


@pytest.fixture
def later() -> Later:
    return Later()


@pytest.fixture
def doorbell(
    store: Store, bulletin: Bulletin, clock: FakeClock, feed: LiveFeed, later: Later
) -> Iterator[Doorbell]:
    doorbell = Doorbell(store, bulletin, clock, feed=lambda _: feed, later=later)
    yield doorbell
    doorbell.stop()
