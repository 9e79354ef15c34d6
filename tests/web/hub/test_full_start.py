"""A hub is started where not one byte is left on the disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from latchstring.base.clock import SystemClock
from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.daemon import Hub
from latchstring.hub.owner import store as owner_rows
from latchstring.hub.owner.models import Choices
from latchstring.hub.recording import index
from latchstring.hub.recording.models import StoredGop
from latchstring.hub.recording.repair import RepairReport, repair
from latchstring.hub.recording.writer import GopWriter
from latchstring.hub.settings import HubSettings
from latchstring.hub.store import Store, StoreFull
from latchstring.sealing import keys
from latchstring.testing.clock import FakeClock
from latchstring.testing.disk import MayNotMount, fill, tiny_disk
from latchstring.testing.recorded import gops_of
from latchstring.testing.waiting import until
from latchstring.web.hub.app import create_app
from web.browser import Browser

HOURS_AGO = [timedelta(hours=hours) for hours in range(10, 0, -1)]
LARGE = Scene(width=640, height=360, fps=5, gop_seconds=1)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    try:
        with tiny_disk(tmp_path / "disk") as disk:
            yield disk
    except MayNotMount as e:
        pytest.skip(e.message)


@pytest.fixture
def settings(disk: Path) -> HubSettings:
    return HubSettings(data=disk / "data", names=["hub.example"])


@pytest.fixture
def camera(settings: HubSettings, made_once: tuple[str, keys.Household]) -> CameraId:
    """What a hub left that ran before: an owner, and a camera that recorded every hour."""
    hashed, household = made_once
    hub, now = Hub(settings), SystemClock().now()
    with hub.store.write() as db:
        owner_rows.add_owner(hashed, household, now=now, db=db)
        owner_rows.keep_choices(Choices(), db=db)
    camera = hub.video.add_camera("Porch", "synthetic:?width=96&height=64&fps=10&gop_seconds=1").id
    hub.store.keep_spare()
    for ago in HOURS_AGO:
        writer = GopWriter(hub.store)
        for gop in gops_of(LARGE, 4, clock=FakeClock(now - ago), camera=camera):
            writer.write(gop)
        writer.close()
    hub.stop()
    return camera


def of(camera: CameraId, store: Store) -> list[StoredGop]:
    now = SystemClock().now()
    return list(index.gops(store, camera, TimeRange(now - timedelta(minutes=5), now + timedelta(minutes=5))))


def recorded(camera: CameraId, at: Store) -> Callable[[timedelta], bool]:
    now = SystemClock().now()

    def since(ago: timedelta) -> bool:
        begin = now - ago - timedelta(minutes=10)
        return bool(index.gops(at, camera, TimeRange(begin, begin + timedelta(minutes=20))))

    return since


def test_it_starts_makes_room_and_records_on(
    disk: Path, settings: HubSettings, camera: CameraId, caplog: pytest.LogCaptureFixture
) -> None:
    """It says so once; the oldest goes first; the pages answer; and what it records until it ends is whole."""
    fill(disk)
    with Hub(settings) as hub:
        until(lambda: hub.video.status(camera).last_gop_at, "a recording")
        browser = Browser(create_app(hub), base_url="http://localhost:8700")
        browser.sign_in()
        [shown] = browser.get("/api/cameras").json()
        assert (shown["state"], browser.get("/healthz").status_code) == ("recording", 200)
        was = recorded(camera, hub.store)
        until(lambda: not was(HOURS_AGO[0]), "room")
        assert was(HOURS_AGO[-1])
        newest = index.latest(hub.store, camera)
    assert caplog.text.count("the disk is full: the hub starts in the room that it had kept back") == 1
    assert "unexpected" not in caplog.text
    store = Store(settings.data / "hub.db")
    assert repair(store) == RepairReport()
    latest = index.latest(store, camera)
    assert newest is not None
    assert latest is not None
    assert latest.start_us >= newest.start_us
    store.close()


def test_without_room_kept_back_it_says_what_to_do(
    disk: Path, settings: HubSettings, camera: CameraId
) -> None:
    """One sentence instead of SQLite's; with room again it starts, and nothing is lost."""
    (settings.data / "hub.spare").unlink()
    filler = fill(disk)
    with pytest.raises(StoreFull, match="cannot start; free some space"):
        Hub(settings)
    filler.unlink()
    hub = Hub(settings)
    was = recorded(camera, hub.store)
    assert all(was(ago) for ago in HOURS_AGO)
    hub.stop()


def test_the_room_is_kept_back_again_once_there_is_plenty(
    disk: Path, settings: HubSettings, camera: CameraId
) -> None:
    """Not at once, when it would take what was just made free."""
    filler, spare = fill(disk), settings.data / "hub.spare"
    with Hub(settings) as hub:
        hub.video.tidy()
        assert not spare.exists()
        filler.unlink()
        hub.video.tidy()
        assert spare.stat().st_blocks * 512 >= 512 * 1024


@pytest.mark.slow
def test_what_is_still_written_when_it_ends_is_not_deleted(
    disk: Path, settings: HubSettings, camera: CameraId
) -> None:
    """There is less room than there should be, and nothing older is left: what grows stays to its last GOP."""
    with Hub(settings) as hub:
        filler = fill(disk)
        os.truncate(filler, filler.stat().st_size - 300_000)
        was = recorded(camera, hub.store)
        until(lambda: not was(HOURS_AGO[-1]), "room")
        until(lambda: len(of(camera, hub.store)) > 1, "a recording")
        before = of(camera, hub.store)
    store = Store(settings.data / "hub.db")
    assert of(camera, store)[: len(before)] == before
    assert repair(store) == RepairReport()
    store.close()
