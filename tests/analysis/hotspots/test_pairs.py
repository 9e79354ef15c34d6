"""Counting pairs: the same as looking at each one, whatever the places, the metric and the limit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.analysis.hotspots import pairs
from latchstring.analysis.points import BadDays, Incidents, Points

METRICS = ("euclidean", "manhattan")
events = st.lists(
    st.tuples(st.integers(-40, 40), st.integers(-40, 40), st.integers(0, 12)), min_size=2, max_size=60
)


def incidents_of(rows, scale=1.0, shift=0.0):
    table = np.array(rows, dtype=float)
    return Incidents(Points(table[:, :2] * scale + shift), table[:, 2])


def each_pair(incidents, metric):
    """Distance and days between of each pair, by looking at all."""
    apart = incidents.points.xy[:, None] - incidents.points.xy[None]
    distances = np.abs(apart).sum(axis=2) if metric == "manhattan" else np.hypot(apart[..., 0], apart[..., 1])
    return distances, np.abs(incidents.days[:, None] - incidents.days[None])


@pytest.mark.parametrize("metric", METRICS)
@given(
    rows=events, limit=st.integers(0, 60), lag=st.integers(0, 12), closed=st.sampled_from(["right", "left"])
)
def test_whole_metres_are_counted_exactly(metric, rows, limit, lag, closed):
    """Many pairs lie just at the limit: closed on the right they belong to it, closed on the left they do
    not.
    """
    incidents = incidents_of(rows)
    far = pairs.reach(incidents.points, limit, closed=closed)
    distances, lags = each_pair(incidents, metric)
    near = distances <= limit if closed == "right" else distances < limit
    np.fill_diagonal(near, False)

    assert (pairs.degrees_in_space(incidents.points, far, metric) == near.sum(axis=1)).all()
    assert (pairs.degrees_in_time(incidents, lag) == (lags <= lag).sum(axis=1) - 1).all()
    found = [block for block in pairs.close_pairs(incidents, far, lag, metric) if len(block)]
    chosen = {
        frozenset(each)
        for block in found
        for each in zip(block.first.tolist(), block.second.tolist(), strict=True)
    }
    assert sum(map(len, found)) == len(chosen)
    assert chosen == {frozenset(each) for each in np.argwhere(near & (lags <= lag)).tolist()}


@pytest.mark.parametrize("metric", METRICS)
@given(rows=events, limit=st.integers(0, 60), shift=st.sampled_from([350353.39, -5_000_000.7]))
def test_a_limit_on_paper_is_a_limit_here(metric, rows, limit, shift):
    """Decimetres, far from the origin: binary fractions do not decide who is within the limit."""
    incidents = incidents_of(rows, scale=0.1, shift=shift)
    whole, _ = each_pair(incidents_of(rows), metric)
    far = pairs.reach(incidents.points, limit / 10)
    assert (pairs.degrees_in_space(incidents.points, far, metric) == (whole <= limit).sum(axis=1) - 1).all()


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("limit", [0.0, 3.0, 40.0, 400.0, 5000.0])
def test_crowded_and_empty_quarters(metric, limit):
    """With many strips in a reach, across blocks, and with one event alone far away."""
    rng = np.random.default_rng(5)
    crowd = rng.normal(0, 60, (1500, 2))
    places = np.vstack([crowd, rng.uniform(-3000, 3000, (500, 2)), crowd[:40], [[90_000, -90_000]]])
    incidents = Incidents(Points(places + 4e5), rng.integers(0, 400, len(places)))
    far = pairs.reach(incidents.points, limit)
    distances, lags = each_pair(incidents, metric)

    assert (pairs.degrees_in_space(incidents.points, far, metric) == (distances <= far).sum(axis=1) - 1).all()
    found = sum(len(block) for block in pairs.close_pairs(incidents, far, 21, metric))
    assert found == (np.count_nonzero((distances <= far) & (lags <= 21)) - len(incidents)) // 2


def test_all_at_one_place():
    """Every pair is near, also within zero metres."""
    incidents = Incidents(Points(np.full((700, 2), 1234.5)), np.arange(700))
    far = pairs.reach(incidents.points, 0)
    assert (pairs.degrees_in_space(incidents.points, far) == 699).all()
    assert sum(len(block) for block in pairs.close_pairs(incidents, far, 1)) == 699


def test_duplicates_are_counted():
    """Three entries of one event are three pairs; the same place on another day is none."""
    assert pairs.duplicate_pairs(incidents_of([(1, 1, 3), (1, 1, 3), (2, 1, 3), (1, 1, 4), (1, 1, 3)])) == 3


@pytest.mark.parametrize("limit", [-1, float("nan"), float("inf")])
def test_limits_that_are_none_are_refused(limit):
    """Both of distance and of days."""
    with pytest.raises(pairs.BadLimit):
        pairs.reach(Points.of([0], [0]), limit)
    with pytest.raises(pairs.BadLimit):
        pairs.whole_lag(limit)


def test_one_event_and_seconds_for_days_are_refused():
    """What cannot be paired, and what is no calendar."""
    with pytest.raises(pairs.TooFew):
        pairs.check_events(incidents_of([(0, 0, 0)]))
    with pytest.raises(BadDays, match="not seconds"):
        pairs.check_events(incidents_of([(0, 0, 0), (0, 0, 1.7e9)]))
    with pytest.raises(pairs.BadMetric):
        pairs.degrees_in_space(Points.of([0, 1], [0, 1]), 1, "chessboard")  # type: ignore[arg-type]
