"""The near-repeat table: published tables to the digit, under labels that say what was counted."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from latchstring.analysis.bands import BadBands
from latchstring.analysis.hotspots.knox import knox
from latchstring.analysis.hotspots.near_repeat import BadClosed, holm, near_repeat
from latchstring.analysis.points import Incidents, Points

CITY = {"distances": [0.1, 200, 400, 600], "days": [7, 14, 21]}
MONTH = {"distances": [0.1, 100, 200, 300], "days": [7, 14, 21], "metric": "manhattan"}


@pytest.mark.parametrize(
    ("how", "rows"),
    [
        ({}, "342 97 62 / 1892 1514 1362 / 4145 3643 3592 / 5805 5143 4919"),
        ({"closed": "left"}, "319 106 62 / 1647 1539 1400 / 3598 3660 3638 / 5028 5167 4935"),
        ({"metric": "manhattan"}, "342 97 62 / 1502 1163 1038 / 2806 2431 2386 / 3968 3553 3395"),
    ],
)
def test_chicago_2016(chicago_burglary, how, rows):
    """36 of 36 cells of the tables that the R package NearRepeat publishes for these 11,701 burglaries."""
    assert near_repeat(chicago_burglary, **CITY, **how).observed.tolist() == table_of(rows)


def test_chicago_2016_against_chance(chicago_burglary):
    """Exact ratios: those published are to the median of 99 permutations, and differ by their noise."""
    found = near_repeat(chicago_burglary, **CITY)
    exact = "6.417 2.006 1.308 / 1.413 1.247 1.144 / 1.141 1.105 1.112 / 1.130 1.104 1.077"
    published = "6.453 1.980 1.319 / 1.417 1.248 1.141 / 1.136 1.106 1.114 / 1.130 1.100 1.077"
    assert found.ratio == pytest.approx(np.array(table_of(exact)), abs=5e-4)
    assert found.ratio == pytest.approx(np.array(table_of(published)), rel=0.015)
    assert found.expected[1, 0] == pytest.approx(1338.68, abs=5e-3)
    assert found.distance_labels == ("[0, 0.1]", "(0.1, 200]", "(200, 400]", "(400, 600]")
    assert found.duplicates == 158
    assert found.duplicate_share == pytest.approx(158 / 342)


def test_what_the_calculator_calls_zero_to_seven_days(chicago_burglary_month):
    """The Near Repeat Calculator 1.3 on 970 burglaries: its twelve numbers are of bands closed on the left."""
    calculator = near_repeat(chicago_burglary_month, **MONTH, closed="left")
    assert calculator.observed.tolist() == table_of("28 5 5 / 44 13 8 / 97 56 19 / 77 67 45")
    assert calculator.day_labels == ("[0, 7)", "[7, 14)", "[14, 21)")
    assert calculator.ratio[0, 0] == pytest.approx(1.803, abs=5e-4)

    honest = near_repeat(chicago_burglary_month, **MONTH)
    assert honest.observed.tolist() == table_of("29 4 5 / 45 15 7 / 106 48 21 / 87 63 44")
    assert honest.day_labels == ("[0, 7]", "(7, 14]", "(14, 21]")


def test_arson_on_the_same_day(chicago_arson):
    """The calculator tells of "0 to 1 days" and 7,325 percent; it is the same day, and 53 times what chance
    gives.
    """
    found = near_repeat(chicago_arson, distances=[0.1, 200], days=[0, 1], metric="manhattan")
    assert found.day_labels[0] == "[0, 0]"
    assert found.observed[1, 0] == 9
    assert found.ratio[1, 0] == pytest.approx(53.04, abs=5e-3)


def test_two_events_at_both_limits():
    """100 m and three days apart belong to "up to 100 m" and "up to 3 days" (the vignette NRC of NearRepeat)."""
    pair = Incidents(
        Points.of([0, 0], [0, 100]),
        np.array([dt.date(2019, 1, 1), dt.date(2019, 1, 4)], dtype="datetime64[D]"),
    )
    bands = {"distances": [100, 200], "days": [3, 6]}
    assert near_repeat(pair, **bands).observed.tolist() == [[1, 0], [0, 0]]
    assert near_repeat(pair, **bands, closed="left").observed.tolist() == [[0, 0], [0, 1]]


def test_a_table_adds_up_to_knox(burkitt):
    """All cells together are one Knox test of the outermost limits; one cell is one."""
    found = near_repeat(burkitt, distances=[2, 9, 20], days=[1, 5])
    whole = knox(burkitt, distance=20, days=5)
    assert found.observed.sum() == whole.observed
    assert found.expected.sum() == pytest.approx(whole.expected)
    single = near_repeat(burkitt, distances=[20], days=[5])
    assert (single.variance[0, 0], single.p[0, 0]) == (whole.variance, whole.p)


def test_where_nothing_is_expected_there_is_no_ratio():
    """Nothing so near: nan, not a division by zero; p is 1 and the share of duplicates unknown."""
    found = near_repeat(
        Incidents(Points.of([0, 900, 5000], [0, 0, 0]), np.arange(3)), distances=[10], days=[1]
    )
    assert np.isnan(found.ratio).all()
    assert np.isnan(found.z).all()
    assert found.p.tolist() == [[1.0]]
    assert found.duplicate_share is None


def test_holm():
    """The four p of a table, by hand: 4 * .01, 3 * .02, 2 * .03 and not less, 1 * .5."""
    adjusted = holm(np.array([[0.03, 0.01], [0.5, 0.02]]))
    assert adjusted == pytest.approx(np.array([[0.06, 0.04], [0.5, 0.06]]))


def test_bands_that_are_none_are_refused(burkitt):
    """Falling limits, no limit, and an unknown side."""
    for bands in ([200, 100], [], [float("nan")], [-1, 5]):
        with pytest.raises(BadBands):
            near_repeat(burkitt, distances=bands, days=[7])
    with pytest.raises(BadClosed):
        near_repeat(burkitt, distances=[10], days=[7], closed="both")  # type: ignore[arg-type]


def table_of(text):
    return [[float(cell) for cell in row.split()] for row in text.split("/")]
