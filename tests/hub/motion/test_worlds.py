"""Worlds in front of a camera: light, weather and noise are no motion, and whoever moves is seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from latchstring.base.ids import CameraId
from latchstring.hub.cameras.regions import Region
from latchstring.hub.events.film import events_in
from latchstring.hub.events.tracker import Tracker
from latchstring.hub.motion import gears
from latchstring.hub.motion.detector import Detector, stride
from latchstring.hub.motion.models import MotionSettings
from latchstring.testing.worlds import WORLDS, World, faults, film, frames

LEFT = Region(name="left", corners=((0, 0), (0.4, 0), (0.4, 1), (0, 1)))
NEAR_THE_GROUND = Region(name="ground", corners=((0, 0.5), (1, 0.5), (1, 1), (0, 1)))


def told(world: World, *, then: MotionSettings | None = None) -> list[tuple[float, float]]:
    """The events that five looks a second find, in seconds; `then`: what the owner chooses at half time."""
    fps = min(world.fps, 5)
    detector, tracker, events = Detector(), Tracker(CameraId("cam_x")), {}
    for number, picture in enumerate(frames(replace(world, fps=fps))):
        if then is not None and number / fps >= world.seconds / 2:
            detector.settings = then
        step = stride(world.height)
        sample = detector.look(picture[::step, ::step].copy(), round(number * 1e6 / fps))
        events |= {event.id: event for event in tracker.feed(sample)}
    return [(event.start_us / 1e6, event.end_us / 1e6) for event in events.values()]


def spans(coded: Path) -> list[tuple[float, float]]:
    return [(event.start_us / 1e6, event.end_us / 1e6) for event in events_in(coded)]


@pytest.mark.parametrize("name", WORLDS)
def test_what_is_told_is_what_moves(name):
    """Nothing else, no earlier, and no more than three seconds later."""
    assert faults(WORLDS[name], told(WORLDS[name])) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", WORLDS)
def test_a_film_of_it_says_the_same(tmp_path, monkeypatch, name):
    """Through the encoder, the gears and the decoder: what `hub events` prints.

    And what it would be of a camera that has long been in first gear, but for who passes between two keyframes.
    """
    coded = film(tmp_path / "film.mp4", WORLDS[name])
    assert faults(WORLDS[name], spans(coded)) == []
    monkeypatch.setattr(gears, "AFTER_START_US", 6_000_000)
    if name != "runner":
        assert faults(WORLDS[name], spans(coded)) == []


@pytest.mark.parametrize(
    ("tall", "darker", "sensitivity", "is_told"),
    [
        (1 / 9, 60, 0.5, True),
        (1 / 11, 60, 0.75, True),
        (1 / 20, 60, 0.5, False),
        (0.3, 25, 0.5, True),
        (0.3, 8, 1, False),
    ],
)
def test_how_small_and_how_faint_is_too_small(tall, darker, sensitivity, is_told):
    """What the guide promises: a ninth of the picture's height, and a tenth of the way from black to white."""

    def paint(t):
        wall = np.full((180, 320), 110, np.float32)
        high, left = round(180 * tall), round(60 * t) - 300
        wall[60 : 60 + high, max(0, left) : max(0, left + high // 3)] -= darker
        return wall

    found = told(World(paint=paint, seconds=14), then=MotionSettings(sensitivity=sensitivity))
    assert bool(found) == is_told


@pytest.mark.parametrize("name", ["still", "leaves", "night noise", "rain"])
def test_drawing_a_zone_is_no_motion(name):
    """What was learned of the scene stays when the owner draws or moves a zone, or moves the slider."""
    assert told(WORLDS[name], then=MotionSettings(zones=(NEAR_THE_GROUND,), sensitivity=0.6)) == []


def test_only_what_is_inside_a_zone_is_told():
    """Somebody crosses from the left to the right; they are told of while they are in the zone."""
    [(start, end)] = told(replace(WORLDS["walker"], seconds=20), then=MotionSettings(zones=(LEFT,)))
    assert 12 <= start < 13.5
    assert end < 16
