"""A camera with a smart codec (H.264+) sends keyframes rarely: it is recorded, and told how that is mended."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from latchstring.base.clock import SystemClock
from latchstring.base.ids import CameraId
from latchstring.hub.cameras.errors import CameraHungUp
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.recording.recorder import Recorder
from latchstring.hub.recording.writer import GopWriter
from latchstring.testing.films import packets
from latchstring.testing.recorded import CAMERA, SMALL
from latchstring.testing.waiting import until


class Played:
    """A film as a camera would send it, but at once; then the camera hangs up for good."""

    def __init__(self, gop_seconds):
        info, film = packets(
            replace(SMALL, gop_seconds=gop_seconds), 30, arrived=SystemClock().monotonic() - 30
        )
        self.sources = [SimpleNamespace(info=info, packets=lambda: iter(film), close=lambda: None)]

    def open(self, url, *, sound=False, patience=None):
        if not self.sources:
            raise CameraHungUp
        return self.sources.pop()


@pytest.mark.parametrize(("gop_seconds", "is_told"), [(12, True), (2, False)])
def test_rare_keyframes_are_explained(store, monkeypatch, gop_seconds, is_told):
    """The page says what they cost and what to switch off; every frame is kept either way."""
    told = []
    said = Recorder._set

    def heard(recorder, state, message):
        said(recorder, state, message)
        told.append(recorder.status.advice)

    monkeypatch.setattr(Recorder, "_set", heard)
    recorder = Recorder(
        CameraSettings(id=CameraId(CAMERA), name="Porch", url="rtsp://192.0.2.7/stream"),
        opener=Played(gop_seconds),
        clock=SystemClock(),
        writer=GopWriter(store),
        make_room=lambda: None,
    )
    recorder.start()
    try:
        until(lambda: recorder.status.state == "silent")
    finally:
        recorder.stop()
    assert any(advice and "smart codec" in advice for advice in told) is is_told
    with store.read() as db:
        assert db.execute("SELECT sum(frames) FROM gop").fetchone()[0] == 30 * SMALL.fps
