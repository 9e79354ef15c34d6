import numpy as np
import pytest

from latchstring.hub.motion.detector import SAMPLED_ROWS, Detector, stride
from latchstring.testing.moving import picture

LOOK = 200_000


@pytest.mark.parametrize(("height", "step"), [(240, 2), (360, 4), (576, 6), (1080, 11)])
def test_about_a_hundred_rows_are_looked_at(height, step):
    """The work is the same for every picture size."""
    assert stride(height) == step
    assert 80 <= height / step <= SAMPLED_ROWS * 1.3


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


def test_after_a_connection_nothing_is_told_for_two_seconds():
    """A camera that finds its exposure is not an event."""
    kinds = looks(Detector(), [picture(figure=n * 3) for n in range(20)])
    assert kinds[:10] == ["settling"] * 10
    assert "motion" in kinds[10:]


def test_switching_the_light_is_a_scene_change():
    """When the whole picture changes nobody moved; the background starts anew."""
    kinds = looks(
        Detector(), [picture(noise=n) for n in range(20)] + [picture(noise=n, light=80) for n in range(20)]
    )
    assert kinds[20] == "scene-change"
    assert "motion" not in kinds


def test_leaves_in_the_wind_become_usual():
    """What keeps moving to and fro is learned; somebody walking there is seen all the same."""
    swaying = [picture(noise=n, leaves=n % 3 * 14) for n in range(150)]
    walking = [picture(noise=n, leaves=n % 3 * 14, figure=n % 60) for n in range(150, 170)]
    kinds = looks(Detector(), swaying + walking)
    assert "motion" not in kinds[100:150]
    assert kinds[150:].count("motion") >= 18


def test_slow_dusk_is_nothing():
    """Light that fades over minutes is followed."""
    kinds = looks(Detector(), [picture(noise=n, light=-n // 10) for n in range(300)])
    assert "motion" not in kinds


def test_another_picture_size_starts_anew():
    """The owner changed the sub stream's resolution."""
    detector = Detector()
    detector.look(picture(), 0)
    assert detector.look(np.zeros((50, 70), np.uint8), LOOK).kind == "settling"
