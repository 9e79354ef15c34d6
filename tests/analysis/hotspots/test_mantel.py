"""Mantel's test: the published correlation, and exact moments of it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from latchstring.analysis.hotspots.mantel import RAW, BadTransform, TooManyToPermute, Transform, mantel
from latchstring.analysis.points import Incidents, Points


def test_burkitts_lymphoma(burkitt):
    """Raw distances and reciprocals, as in the documentation of pointpats; p is as permutations find it."""
    raw = mantel(burkitt, space=RAW, time=RAW, permutations=499)
    assert raw.correlation == pytest.approx(0.014154, abs=5e-7)
    assert raw.permuted is not None
    assert raw.p == pytest.approx(raw.permuted.p, abs=4 * raw.permuted.error)
    assert raw.deviation == pytest.approx(raw.permuted.variance**0.5, rel=0.1)
    assert mantel(burkitt).correlation == pytest.approx(0.048368, abs=5e-7)


def test_moments_are_those_of_all_permutations():
    """720 orders of six days: the mean is 0 and the deviation theirs."""
    rng = np.random.default_rng(3)
    points, days = Points(rng.uniform(0, 50, (6, 2))), rng.integers(0, 30, 6)
    all_ = [mantel(Incidents(points, np.array(order))) for order in itertools.permutations(days)]
    correlations = np.array([each.correlation for each in all_])
    assert correlations.mean() == pytest.approx(0, abs=1e-12)
    assert all_[0].deviation == pytest.approx(correlations.std(), rel=1e-9)


def test_where_all_places_or_days_are_alike_it_cannot_tell():
    """No correlation, and p is 1."""
    same_place = mantel(Incidents(Points(np.ones((9, 2))), np.arange(9)))
    same_day = mantel(Incidents(Points.of(np.arange(9), np.zeros(9)), np.zeros(9)))
    assert (same_place.correlation, same_place.p) == (None, 1.0)
    assert (same_day.correlation, same_day.z) == (None, None)


def test_a_reciprocal_of_nothing_is_refused(burkitt):
    """One over zero metres is no number; the constant is there for that."""
    with pytest.raises(BadTransform):
        mantel(burkitt, space=Transform(constant=0, power=-1))


def test_too_many_to_permute_are_refused():
    """Two matrices would not fit; the exact moments need none."""
    many = Incidents(Points(np.zeros((4001, 2))), np.zeros(4001))
    with pytest.raises(TooManyToPermute):
        mantel(many, permutations=99)
