"""Storage over HTTP: what the recordings take, and rules for one camera."""

from datetime import timedelta

import pytest

from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.recording.writer import GopWriter
from latchstring.testing.clock import FakeClock
from latchstring.testing.recorded import CAMERA, SMALL, gops_of
from latchstring.testing.town import NOW


@pytest.fixture
def porch(hub):
    with hub.store.write() as db:
        camera_rows.add(CameraSettings(id=CAMERA, name="Porch", url="synthetic:"), now=NOW, db=db)
    return CAMERA


@pytest.fixture
def recorded(hub, porch):
    writer = GopWriter(hub.store)
    stored = [writer.write(gop) for gop in gops_of(SMALL, 4, clock=FakeClock(NOW))]
    writer.close()
    return stored


def test_the_owner_sees_what_each_camera_takes(owner, recorded):
    """Bytes, oldest and newest, and how many days fit."""
    storage = owner.get("/api/storage").json()
    (camera,) = storage["cameras"]
    assert camera["name"] == "Porch"
    assert camera["used_bytes"] == storage["used_bytes"] == recorded[-1].byte_offset + recorded[-1].size_bytes
    assert storage["fits_days"] > 0
    assert camera["lasts_days"] <= storage["rule"]["days"]


def test_a_leap_of_the_clock_and_what_lies_beside_are_told(owner, hub, clock, recorded):
    """The owner can see why something stays, and where the rest of the disk went."""
    hub.video.tidy()
    assert owner.get("/api/storage").json()["clock_doubt"] is None
    clock.set(clock.now() + timedelta(days=365))
    for _ in range(3):
        clock.advance(40)
        hub.video.tidy()
    owner.sign_in()
    storage = owner.get("/api/storage").json()
    assert storage["clock_doubt"]["ahead_seconds"] == pytest.approx(365 * 86_400, abs=600)
    assert storage["beside"]["rows"] >= (hub.settings.data / "hub.db").stat().st_size


def test_a_camera_that_has_not_recorded_yet_is_listed(owner, porch):
    """So that its rule can be set before it does."""
    (camera,) = owner.get("/api/storage").json()["cameras"]
    assert (camera["used_bytes"], camera["oldest"], camera["lasts_days"]) == (0, None, None)


def test_one_camera_may_be_kept_otherwise(owner, hub, porch):
    """The rule holds at once, and goes when its owner takes it back."""
    answer = owner.put(f"/api/cameras/{porch}/keep", json={"days": 3, "max_bytes": 5_000_000_000})
    (camera,) = answer.json()["cameras"]
    assert camera["own"] == {"days": 3, "event_days": None, "max_bytes": 5_000_000_000}
    assert camera["rule"] == {"days": 3, "event_days": 30, "max_bytes": 5_000_000_000}
    assert hub.video.keep.rule_of(porch).days == 3
    (camera,) = owner.put(f"/api/cameras/{porch}/keep", json={}).json()["cameras"]
    assert camera["rule"]["days"] == 14


@pytest.mark.parametrize("rule", [{"days": 0}, {"event_days": 5000}, {"max_bytes": 1000}])
def test_a_rule_that_makes_no_sense_is_refused(owner, porch, rule):
    """And nothing changes."""
    assert owner.put(f"/api/cameras/{porch}/keep", json=rule).status_code == 422
    assert owner.get("/api/storage").json()["cameras"][0]["own"]["days"] is None


def test_no_camera_no_rule(owner):
    assert owner.put("/api/cameras/cam_nobody/keep", json={"days": 3}).status_code == 404


def test_the_days_of_events_are_a_setting(owner, hub):
    """For all cameras, beside the days of everything."""
    changed = owner.put("/api/settings", json={"event_days": 60}).json()
    assert (changed["retention_days"], changed["event_days"]) == (14, 60)
    assert hub.video.keep.rule.event_days == 60


def test_a_stranger_sees_nothing(stranger, porch):
    assert stranger.get("/api/storage").status_code == 401
    assert stranger.put(f"/api/cameras/{porch}/keep", json={"days": 1}).status_code in (401, 403)
