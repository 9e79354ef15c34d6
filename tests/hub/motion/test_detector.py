from itertools import pairwise

import numpy as np
import pytest

from latchstring.hub.cameras.regions import Region
from latchstring.hub.motion.detector import SAMPLED_ROWS, Detector, stride
from latchstring.hub.motion.models import MotionSettings
from latchstring.testing.moving import picture

LOOK = 200_000


@pytest.mark.parametrize(("height", "step"), [(240, 2), (360, 4), (576, 6), (1080, 11)])
def test_about_a_hundred_rows_are_looked_at(height, step):
    """The work is the same for every picture size."""
    assert stride(height) == step
    assert 80 <= height / step <= SAMPLED_ROWS * 1.3


def textured(*, noise):
    """A wall of bricks and plaster, with sensor noise."""
    random = np.random.default_rng(7)
    plaster = np.kron(random.normal(0, 25, (16, 20)), np.ones((6, 8)))
    return np.clip(picture(noise=noise) + plaster, 0, 255).astype(np.uint8)


def with_figure(wall, column):
    out = wall.copy()
    out[30:70, column : column + 14] = 20
    return out


def looks(detector, pictures):
    return [detector.look(p, n * LOOK).kind for n, p in enumerate(pictures)]


def test_nothing_is_seen_in_a_still_scene():
    """From the first picture on: nothing has to be learned first, so a restart tells of nothing."""
    pictures = [picture(noise=n) for n in range(50)]
    assert set(looks(Detector(), pictures)) <= {"settling", "quiet"}


def test_somebody_walking_is_seen():
    """As long as they walk, and only then."""
    still = [picture(noise=n) for n in range(20)]
    walking = [picture(noise=n, figure=n * 2) for n in range(20, 40)]
    kinds = looks(Detector(), still + walking)
    assert set(kinds[:20]) <= {"settling", "quiet"}
    assert kinds[20:] == ["motion"] * 20


def test_for_two_seconds_after_a_connection_nothing_is_sure():
    """A camera that finds its exposure is not an event; somebody who is there from the start may be one."""
    kinds = looks(Detector(), [picture(figure=n * 3) for n in range(20)])
    assert kinds[:10] == ["settling", *["unsure"] * 9]
    assert set(kinds[10:]) == {"motion"}


def flickering(wall, look):
    """A soft light on the wall, from somewhere."""
    beam = 0.1 * (look % 4) * np.exp(-(((np.arange(wall.shape[1]) - 90) / 12) ** 2))
    return np.clip(wall * (1 + beam), 0, 255).astype(np.uint8)


def test_what_goes_on_is_proved_once_a_second():
    """Somebody leaves; what changes there from then on is light, and motion for the rest of the second only."""
    still = [textured(noise=n) for n in range(20)]
    walking = [with_figure(textured(noise=n), n * 3) for n in range(20, 32)]
    lights = [flickering(textured(noise=n), n) for n in range(32, 60)]
    kinds = looks(Detector(), still + walking + lights)
    assert kinds[20:32] == ["motion"] * 12
    assert kinds[32:].count("motion") <= 4
    assert "motion" not in looks(Detector(), still + lights)


def test_who_walks_on_quickly_is_seen_to_go_on():
    """They are somewhere else at each look; how much moves is known anew at the second one, then once a second."""
    still = [textured(noise=n) for n in range(20)]
    walking = [with_figure(textured(noise=n), 4 + (n - 20) * 12) for n in range(20, 31)]
    detector = Detector()
    samples = [detector.look(p, n * LOOK) for n, p in enumerate(still + walking)][20:]
    assert {sample.kind for sample in samples} == {"motion"}
    shares = [sample.share for sample in samples]
    assert [n for n, (before, now) in enumerate(pairwise(shares), 1) if now != before] == [1, 6]


def test_what_goes_on_outside_the_zones_prolongs_nothing():
    """Somebody comes out of the zone and walks on."""
    left_half = Region(name="path", corners=((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
    still = [textured(noise=n) for n in range(20)]
    walking = [with_figure(textured(noise=n), 4 + (n - 20) * 6) for n in range(20, 42)]
    kinds = looks(Detector(MotionSettings(zones=(left_half,))), still + walking)
    assert kinds[20:30] == ["motion"] * 10
    assert "motion" not in kinds[34:]


def test_a_clock_that_goes_back_proves_nothing():
    """Then each look is a closer one."""
    still = [textured(noise=n) for n in range(20)]
    walking = [with_figure(textured(noise=n), n * 3) for n in range(20, 32)]
    detector = Detector()
    looks(detector, still + walking)
    lights = [flickering(textured(noise=n), n) for n in range(32, 60)]
    assert "motion" not in looks(detector, lights)[1:]


def test_who_comes_straight_on_is_not_taken_for_noise():
    """Somebody grows on the spot, slowly; the twin, what flutters there, is learned."""
    still = [textured(noise=n) for n in range(20)]
    growing = [textured(noise=n) for n in range(20, 70)]
    fluttering = [each.copy() for each in growing]
    for n, (grown, fluttered) in enumerate(zip(growing, fluttering, strict=True)):
        grown[36 : 48 + n // 8, 70 : 78 + n // 16] = 30
        fluttered[36:48, 70:78] = 30 if n % 2 else 60
    assert looks(Detector(), still + growing)[20:].count("motion") > 40
    assert "motion" not in looks(Detector(), still + fluttering)[50:]


def test_a_camera_that_is_knocked_saw_nobody():
    """It points elsewhere from then on, or swings back: the edges moved. Who comes afterwards is seen."""
    still = [textured(noise=n) for n in range(20)]
    for across, down in [(1, 0), (0, 1), (4, -3), (30, 20)]:
        knocked = [np.roll(textured(noise=n), (down, across), (0, 1)) for n in range(20, 60)]
        kinds = looks(Detector(), still + knocked)
        assert kinds[20] == "scene-change"
        assert not {"motion", "unsure"} & set(kinds)
        swung = looks(Detector(), [*still, knocked[0], *still])
        assert "motion" not in swung
        came = [with_figure(each, n * 2) for n, each in enumerate(knocked[20:])]
        assert looks(Detector(), still + knocked[:20] + came)[40:] == ["motion"] * 20


def test_slow_dusk_is_nothing():
    """Light that fades over minutes is followed."""
    kinds = looks(Detector(), [picture(noise=n, light=-n // 10) for n in range(300)])
    assert "motion" not in kinds


def test_another_picture_size_starts_anew():
    """The owner changed the sub stream's resolution."""
    detector = Detector()
    detector.look(picture(), 0)
    assert detector.look(np.zeros((50, 70), np.uint8), LOOK).kind == "settling"
