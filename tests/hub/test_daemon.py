"""The whole home in one process: a camera films, a request arrives, the owner agrees, one disclosure leaves."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pyrage
import pytest

from latchstring.base.files import FolderInUse
from latchstring.base.geo import Point
from latchstring.base.time import TimeRange
from latchstring.hub.daemon import Hub
from latchstring.hub.inbox import service as inbox
from latchstring.hub.owner import service as owner
from latchstring.hub.settings import HubSettings
from latchstring.hub.uplink import share as sharing
from latchstring.hub.uplink.models import ShareState
from latchstring.sealing.keys import CaseKey
from latchstring.testing.served_town import ServedTown, serve
from latchstring.testing.town import NOW, Town

HOME = Point(51.500123, -0.120456)
CAMERA = {"name": "Porch", "url": "synthetic:?width=320&height=180&fps=10"}


class ShiftedClock:
    """Runs as the machine's does, from a given time of day on."""

    def __init__(self, start: datetime) -> None:
        self._start, self._zero = start, time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._zero)

    def monotonic(self) -> float:
        return time.monotonic()


def eventually(condition: Callable[[], object], *, seconds: float = 30) -> object:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return found


@pytest.fixture
def served() -> Iterator[ServedTown]:
    with serve(Town()) as served:
        yield served


@pytest.fixture
def settings(tmp_path: Path, served: ServedTown) -> HubSettings:
    return HubSettings(
        data=tmp_path / "data",
        network_url=served.url,
        network_vkey=served.town.signer.vkey,
        follow_seconds=0.1,
        follow_jitter_seconds=0,
        upload_delay_seconds=0,
        camera=[CAMERA],
    )


def test_two_hubs_on_one_folder(settings: HubSettings, tmp_path: Path) -> None:
    """The second is told so and changes nothing; one on its own folder, or after the first, is welcome."""
    first = Hub(settings)
    with pytest.raises(FolderInUse, match="--data"):
        Hub(settings)
    Hub(replace(settings, data=tmp_path / "other")).stop()
    first.stop()
    Hub(settings).stop()


def test_a_hub_that_cannot_start_lets_go_of_its_folder(settings: HubSettings) -> None:
    (settings.data).mkdir()
    (settings.data / "device.key").write_text("not a key")
    with pytest.raises(Exception, match="device key"):
        Hub(settings)
    (settings.data / "device.key").unlink()
    Hub(settings).stop()


def test_a_started_hub_films_follows_and_shares_what_its_owner_agrees_to(
    settings: HubSettings, served: ServedTown, caplog: pytest.LogCaptureFixture
) -> None:
    """From a camera to an opened package; the home's place stays in the hub's database, and nowhere else."""
    case = CaseKey.generate()
    request = served.town.request(
        recipient=case.recipient, window=TimeRange(NOW - timedelta(minutes=20), NOW)
    )
    served.publish(served.town.approve(request))
    hub = Hub(settings, clock=ShiftedClock(NOW - timedelta(minutes=1)))
    with caplog.at_level("DEBUG"), hub:
        eventually(hub.recordings.cameras)
        assert hub.follower.last is None, "without a home's place there is nothing to follow"
        owner.choose(hub.store, lambda chosen: replace(chosen, home=HOME))
        hub.choices_changed()
        [item] = eventually(lambda: inbox.items(hub.store))
        sharing.consent(hub.store, request.id, ["clip-1"], delay=timedelta(), now=hub.clock.now())
        hub.sender.wake()
        eventually(lambda: sharing.share_of(hub.store, request.id).state is ShareState.DISCLOSED)
        cut = hub.recordings.cut(item.clips[0].camera, item.clips[0].during).data
    [ciphertext] = served.uploads.values()
    opened = pyrage.decrypt(bytes(ciphertext), [pyrage.x25519.Identity.from_str(case.identity)])
    assert cut in opened
    assert len(served.entered) == 1
    for digits in ("500123", "120456"):
        assert digits not in served.everything_received()
        assert digits not in caplog.text
        assert digits.encode() not in opened
    files = [f for f in settings.data.rglob("*") if f.is_file() and not f.name.startswith("hub.db")]
    assert files
    assert all(b"500123" not in f.read_bytes() for f in files)


def test_a_hub_stopped_in_the_middle_goes_on_at_its_next_start(
    settings: HubSettings, served: ServedTown
) -> None:
    """The yes is on disk before anything else happens, so the next start finishes it."""
    request = served.town.request(window=TimeRange(NOW - timedelta(minutes=20), NOW))
    served.publish(served.town.approve(request))
    settings = replace(settings, home=f"{HOME.latitude},{HOME.longitude}")
    with Hub(settings, clock=ShiftedClock(NOW - timedelta(minutes=1))) as hub:
        eventually(lambda: inbox.items(hub.store))
        hub.sender.stop()
        sharing.consent(hub.store, request.id, ["clip-1"], delay=timedelta(), now=hub.clock.now())
    assert served.posts == []
    with Hub(settings, clock=ShiftedClock(NOW)) as hub:
        eventually(lambda: sharing.share_of(hub.store, request.id).state is ShareState.DISCLOSED)
    assert len(served.entered) == 1


def test_what_the_owner_declines_leaves_no_trace_outside(settings: HubSettings, served: ServedTown) -> None:
    """Neither the calls nor their number differ from those of a home that nothing was asked of."""
    request = served.town.request(window=TimeRange(NOW - timedelta(minutes=20), NOW))
    served.publish(served.town.approve(request))
    settings = replace(settings, home=f"{HOME.latitude},{HOME.longitude}", follow_seconds=3600)
    with Hub(settings, clock=ShiftedClock(NOW - timedelta(minutes=1))) as hub:
        eventually(lambda: hub.follower.last)
    with Hub(settings, clock=ShiftedClock(NOW - timedelta(seconds=30))) as hub:
        [_] = eventually(lambda: inbox.items(hub.store))
        inbox.not_now(hub.store, request.id)
        owner.mute(hub.store, request.agency, now=hub.clock.now())
    assert [method for method, _ in served.wire] == ["GET", "GET"]
    assert {path for _, path in served.wire} == {f"/bundles/{HOME.cell(6)}.json"}
    with sqlite3.connect(settings.data / "hub.db") as db:
        assert json.dumps(list(db.execute("SELECT answer FROM inbox_item"))) == '[["not-now"]]'
