"""A home with a porch camera, and a notifier that tells about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import av
import pytest

from latchstring.base.ids import CameraId, EventId
from latchstring.hub.cameras import decode
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.cameras.synthetic import Painter, Scene
from latchstring.hub.events.bulletin import Happening, Kind
from latchstring.hub.notify.service import Notifier
from latchstring.hub.store import Store
from latchstring.testing.clock import FakeClock
from latchstring.testing.films import BEGAN
from latchstring.testing.listening import Listener
from latchstring.testing.recorded import CAMERA


@pytest.fixture
def clock(now: datetime) -> FakeClock:
    return FakeClock(now)


@pytest.fixture
def camera(store: Store, now: datetime) -> CameraId:
    with store.write() as db:
        login = "rtsp://owner:hunter2@192.0.2.7/stream"
        camera_rows.add(CameraSettings(id=CAMERA, name="Porch", url=login), now=now, db=db)
    return CAMERA


@pytest.fixture(scope="session")
def jpeg() -> bytes:
    scene = Scene(width=640, height=360, fps=5, gop_seconds=1, seed=0)
    picture = av.VideoFrame.from_ndarray(Painter(scene).paint(1.0, BEGAN), format="yuv420p")
    return decode.encode_jpeg(decode.at_most(picture, 640))


@pytest.fixture
def notifier(store: Store, clock: FakeClock, jpeg: bytes) -> Iterator[Notifier]:
    """Started; every happening has the same picture."""
    notifier = Notifier(store, clock, picture=lambda _: jpeg, request_delay=timedelta())
    notifier.start()
    yield notifier
    notifier.stop()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as listener:
        yield listener


@pytest.fixture
def happens(camera: CameraId, clock: FakeClock) -> Callable[..., Happening]:
    """Something happens now; each time it is another event."""
    count = iter(range(1000))

    def happens(kind: Kind = "motion-began", **more: str) -> Happening:
        event = EventId(f"ev_{next(count)}") if kind in ("motion-began", "press") else None
        where = camera if kind in ("motion-began", "press", "camera-away", "camera-back") else None
        return Happening(kind=kind, at=clock.now(), camera=where, event=event, **more)  # type: ignore[arg-type]

    return happens
