"""A camera that goes away is told, and that it is back; so is a full disk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from latchstring.base.ids import CameraId
from latchstring.hub.live.absence import AWAY, Absences
from latchstring.hub.recording.recorder import CameraStatus, State
from latchstring.hub.recording.writer import DiskFull

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PORCH, YARD = CameraId("cam_porch"), CameraId("cam_yard")


def status(state: State, message: str = "") -> CameraStatus:
    return CameraStatus(state=state, since=NOON, message=message)


def kinds(absences: Absences, states: dict[CameraId, CameraStatus], seconds: float) -> list[tuple[str, str]]:
    told = absences.look(states, NOON + timedelta(seconds=seconds))
    return [(each.kind, each.camera or "") for each in told]


def test_a_camera_that_stays_away_is_told_once_and_that_it_is_back() -> None:
    """After a minute, with the time at which it was last seen; the other camera is not spoken of."""
    absences = Absences()
    here, gone = (
        {PORCH: status("recording"), YARD: status("recording")},
        {
            PORCH: status("silent"),
            YARD: status("recording"),
        },
    )
    assert kinds(absences, here, 0) == []
    assert kinds(absences, gone, 30) == []
    [away] = absences.look(gone, NOON + AWAY)
    assert (away.kind, away.camera, away.at) == ("camera-away", PORCH, NOON)
    assert kinds(absences, gone, 90) == []
    assert kinds(absences, here, 120) == [("camera-back", PORCH)]
    assert kinds(absences, here, 150) == []


@pytest.mark.parametrize("state", ["silent", "failed", "connecting"])
def test_a_camera_that_is_back_soon_is_not_told(state: State) -> None:
    absences = Absences()
    for seconds, each in ((0, "recording"), (30, state), (59, "recording"), (89, state)):
        assert kinds(absences, {PORCH: status(each)}, seconds) == []


def test_a_camera_that_is_missing_after_a_start_is_told() -> None:
    """The power was out, and one of them did not come back."""
    absences = Absences()
    assert kinds(absences, {PORCH: status("connecting")}, 0) == []
    assert kinds(absences, {PORCH: status("connecting")}, 60) == [("camera-away", PORCH)]


def test_a_camera_that_was_removed_is_forgotten() -> None:
    absences = Absences()
    kinds(absences, {PORCH: status("silent")}, 0)
    kinds(absences, {PORCH: status("silent")}, 60)
    assert kinds(absences, {}, 90) == []
    assert kinds(absences, {PORCH: status("recording")}, 120) == []


def test_a_full_disk_is_told_once_and_no_camera_is_blamed() -> None:
    """Told again only after there was room."""
    absences, full = Absences(), {PORCH: status("failed", DiskFull().message)}
    assert kinds(absences, {PORCH: status("recording")}, 0) == []
    assert kinds(absences, full, 30) == [("disk-full", "")]
    assert kinds(absences, full, 120) == []
    assert kinds(absences, {PORCH: status("recording")}, 150) == []
    assert kinds(absences, full, 180) == [("disk-full", "")]
