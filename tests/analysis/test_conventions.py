"""What every part of the statistics holds to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.analysis import tails
from latchstring.analysis.bands import BadBands, Bands
from latchstring.analysis.interval import BadLevel, Interval, around, two_sided
from latchstring.analysis.points import BadDays, BadPoints, Degrees, Incidents, Points, whole_days
from latchstring.base.errors import BadInput


def test_a_town_in_degrees_is_refused():
    """Longitude and latitude are no metres: a map of them would be stretched, and distances meaningless."""
    with pytest.raises(Degrees):
        Points.of([-87.63, -87.65], [41.88, 41.79])


def test_a_country_in_degrees_is_refused():
    """Also where it is wide, and where it lies on the meridian of Greenwich."""
    rng = np.random.default_rng(0)
    with pytest.raises(Degrees):
        Points.of(rng.uniform(-125, -67, 500), rng.uniform(25, 49, 500))
    with pytest.raises(Degrees):
        Points.of(rng.uniform(-0.5, 0.3, 50), rng.uniform(51.3, 51.7, 50))


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([350353.39, 355691.34], [578924.25, 586715.57]),
        ([0.0, 0.05], [0.0, 0.0]),
        ([0, 0], [0, 100]),
        ([3.2, 47.9, 12.5], [1.5, 44.1, 30.2]),
    ],
)
def test_metres_pass(x, y):
    """A town in a projection, and small plans around an origin."""
    assert len(Points.of(x, y)) == len(x)


def test_places_are_finite_pairs():
    """The first bad place is named by its number."""
    with pytest.raises(BadPoints, match="place 2 of 3"):
        Points.of([1000, np.nan, 5], [1, 2, 3])
    with pytest.raises(BadPoints, match="place 1 of 1"):
        Points.of([np.inf], [2])
    with pytest.raises(BadPoints, match="2 x and 1 y"):
        Points.of([1, 2], [3])
    with pytest.raises(BadPoints):
        Points(np.zeros((3, 3)))


def test_points_cannot_be_changed_from_outside():
    """Neither the array that was given nor the one inside reaches the other."""
    given = np.array([[1000.0, 2000.0]])
    points = Points(given)
    given[0, 0] = 5
    assert points.xy[0, 0] == 1000
    with pytest.raises(ValueError, match="read-only"):
        points.xy[0, 0] = 5


def test_days_are_whole_numbers():
    """Integers, whole floats and numpy days are the same; a fraction, a gap and a text are refused."""
    assert whole_days([1.0, 2.0]).tolist() == whole_days([1, 2]).tolist() == [1, 2]
    assert whole_days(np.array(["1970-01-03"], "datetime64[D]")).tolist() == [2]
    for bad in ([0.5], [np.nan], [[1]], ["2020-01-01"], np.array(["NaT"], "datetime64[D]")):
        with pytest.raises(BadDays):
            whole_days(bad)
    with pytest.raises(BadDays, match="1 places and 2 days"):
        Incidents(Points.of([1000], [2000]), np.array([1, 2]))


def test_bands_are_closed_on_the_right_and_say_so():
    """Three days is `<= 3`, and no distance is in the first band."""
    bands = Bands((0.1, 100, 200))
    assert bands.of([0, 0.1, 0.2, 100, 100.5, 200, 201]).tolist() == [0, 0, 1, 1, 2, 2, 3]
    assert bands.labels == ("[0, 0.1]", "(0.1, 100]", "(100, 200]")
    for bad in ((), (1, 1), (2, 1), (-1, 2), (float("nan"),)):
        with pytest.raises(BadBands):
            Bands(bad)


def test_an_upper_tail_holds_what_was_observed():
    """P(X >= 13) for Burkitt's lymphoma; a table of P(X > 13) would say 0.146."""
    assert tails.poisson_upper(13, 10.14381613) == pytest.approx(0.22226667, abs=1e-8)
    assert tails.poisson_upper(0, 3.0) == 1
    assert tails.of_permutations(0, 99) == 0.01


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6), st.floats(0.01, 0.99))
def test_an_interval_is_around_its_estimate(estimate, standard_error, level):
    """The estimate lies within, and more confidence never makes it shorter."""
    interval = around(estimate, standard_error, level)
    assert estimate in interval
    wider = around(estimate, standard_error, (1 + level) / 2)
    assert wider.low <= interval.low <= interval.high <= wider.high


def test_a_level_is_a_share():
    """95 is no level; 0.95 is."""
    assert two_sided(0.95) == pytest.approx(1.959964, abs=1e-6)
    for bad in (0, 1, 95, float("nan")):
        with pytest.raises(BadLevel):
            two_sided(bad)
    with pytest.raises(BadInput):
        Interval(2, 1)
