"""Knox's test: published tables to the digit, the exact moments, and what it cries when nothing is there."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latchstring.analysis.hotspots.knox import knox
from latchstring.analysis.hotspots.pairs import TooFew
from latchstring.analysis.hotspots.permuted import BadDraws
from latchstring.analysis.points import Incidents, Points


def test_burkitts_lymphoma(burkitt):
    """Williams et al. 1978; counts as in the documentation of pointpats, moments as 200,000 permutations gave
    them.
    """
    found = knox(burkitt, distance=20, days=5)
    assert (found.near_in_space, found.near_in_time, found.observed) == (3429, 52, 13)
    assert found.table == ((13, 3416), (39, 14110))
    assert found.expected == pytest.approx(10.14381613, abs=5e-9)
    assert found.variance == pytest.approx(8.39768084, abs=5e-9)
    assert found.z == pytest.approx(0.98561, abs=5e-6)
    assert found.p == pytest.approx(0.208, abs=5e-4)
    assert found.modified == pytest.approx(2.81016043, abs=5e-9)


def test_the_poisson_tail_includes_what_was_observed(burkitt):
    """P(X >= 13) is 0.2223; a popular package gives P(X > 13), 0.1462."""
    assert knox(burkitt, distance=20, days=5).poisson_p == pytest.approx(0.22226667, abs=5e-9)


def test_permutations_agree_with_the_exact_moments(burkitt):
    """The same seed gives the same draws; they lie around the exact answer, and say how closely."""
    found, again = (knox(burkitt, distance=20, days=5, permutations=9999) for _ in range(2))
    assert found == again
    assert found.permuted is not None
    assert found.permuted.mean == pytest.approx(found.expected, abs=0.1)
    assert found.permuted.variance == pytest.approx(found.variance, rel=0.05)
    assert found.permuted.p == pytest.approx(0.2032, abs=3 * found.permuted.error)


@settings(max_examples=30)
@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=6),
    distance=st.integers(0, 3),
    days=st.integers(0, 2),
)
def test_moments_are_those_of_all_permutations(rows, distance, days):
    """Each order of the days, counted: the formula gives their mean and variance to the last digit."""
    table = np.array(rows)
    incidents = Incidents(Points(table[:, :2]), table[:, 2])
    in_space = np.hypot(*(table[:, None, :2] - table[None, :, :2]).T) <= distance
    in_time = np.abs(table[:, None, 2] - table[None, :, 2]) <= days
    orders = [list(order) for order in itertools.permutations(range(len(rows)))]
    counts = np.array([np.triu(in_space & in_time[np.ix_(order, order)], 1).sum() for order in orders])

    found = knox(incidents, distance=distance, days=days)
    assert found.observed == counts[0]
    assert found.expected == pytest.approx(counts.mean(), abs=1e-12)
    assert found.variance == pytest.approx(counts.var(), abs=1e-12)


def test_where_nothing_can_vary_it_cannot_tell():
    """All at one place: each order of the days gives the same count, so there is no z, and p is 1."""
    found = knox(Incidents(Points(np.ones((30, 2))), np.arange(30)), distance=10, days=1)
    assert (found.observed, found.expected, found.variance) == (29, 29.0, 0.0)
    assert (found.z, found.p) == (None, 1.0)


def test_one_event_and_few_draws_are_refused():
    """What has no pairs, and what is no permutation test."""
    with pytest.raises(TooFew):
        knox(Incidents(Points.of([0], [0]), np.array([0])), distance=10, days=1)
    with pytest.raises(BadDraws):
        knox(Incidents(Points.of([0, 1], [0, 1]), np.array([0, 1])), distance=10, days=1, permutations=5)


def test_p_is_never_zero():
    """Not even for 300 pairs where none is expected."""
    places = np.repeat(np.arange(300) * 1000.0, 2)
    found = knox(Incidents(Points.of(places, places), np.repeat(np.arange(300) * 10, 2)), distance=10, days=1)
    assert found.z is not None
    assert found.z > 40
    assert found.p > 0
    assert found.poisson_p > 0
