"""Counts by areas that have ids, such as H3 cells."""

from __future__ import annotations

import numpy as np
import pytest

from latchstring.analysis.hotspots.labelled import RepeatedArea, UnknownArea, counts_by_area


def test_each_area_has_its_count_in_the_order_of_the_areas():
    """Also with none; ids of 64 bits and texts alike."""
    cells = np.array([617733122422996991, 617733122410938367, 617733122423259135], dtype=np.uint64)
    assert counts_by_area(cells[[0, 2, 0]], cells).tolist() == [2, 0, 1]
    assert counts_by_area(["b", "a", "b"], ["c", "b", "a"]).tolist() == [0, 2, 1]
    assert counts_by_area([], ["c", "b"]).tolist() == [0, 0]


def test_an_event_elsewhere_is_not_dropped():
    with pytest.raises(UnknownArea, match="event 2 of 2 is in area 9"):
        counts_by_area([1, 9], [1, 2, 3])
    with pytest.raises(UnknownArea):
        counts_by_area([1], [])


def test_an_area_is_listed_once():
    with pytest.raises(RepeatedArea):
        counts_by_area([1], [1, 2, 1])
