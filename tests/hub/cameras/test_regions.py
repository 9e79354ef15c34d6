"""A region is a real polygon inside the picture, or a clear error."""

from __future__ import annotations

import math

import pytest

from latchstring.hub.cameras.regions import BadRegion, Region

DOOR = ((0.2, 0.1), (0.6, 0.1), (0.6, 0.9), (0.2, 0.9))


def test_a_door_is_a_region() -> None:
    """Four corners inside the picture."""
    assert Region(name="Door", corners=DOOR).corners == DOOR


@pytest.mark.parametrize(
    "corners",
    [
        pytest.param(DOOR[:2], id="a line"),
        pytest.param(((0, 0), (0.5, 0.5), (1, 1)), id="no area"),
        pytest.param((*DOOR[:3], (1.2, 0.9)), id="outside"),
        pytest.param((*DOOR[:3], (math.nan, 0.9)), id="not a number"),
        pytest.param(DOOR * 6, id="too many corners"),
    ],
)
def test_what_is_no_polygon_in_the_picture_is_refused(corners: tuple[tuple[float, float], ...]) -> None:
    """The error says what a region is."""
    with pytest.raises(BadRegion, match="3 to 20 corners"):
        Region(name="Door", corners=corners)
