"""Clusters of events, and what exposure alone would have made."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.analysis.hotspots.clusters import NOISE, BadBackground, BadClusters, clusters
from latchstring.analysis.points import Points


def by_definition(xy, distance, least):
    """Cores and their groups, pair by pair; events at the rim may belong to either of two groups."""
    near = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) <= distance
    core = near.sum(axis=1) >= least
    group = np.where(core, np.arange(len(xy)), NOISE)
    for _ in range(len(xy)):
        for i in np.flatnonzero(core):
            group[i] = group[near[i] & core].min()
    rim = ~core & (near & core).any(axis=1)
    return core, group, rim


places = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=40)


@given(places, st.sampled_from([10, 15, 25]), st.integers(2, 5))
def test_clusters_are_those_of_the_definition(cells, distance, least):
    """Also on a line, on a lattice and with many events at one place."""
    xy = np.array(cells) * 10.0 + 1000
    label = clusters(Points(xy), distance_metres=distance, least=least).label
    core, group, rim = by_definition(xy, distance, least)
    assert ((label >= 0) == (core | rim)).all()
    for i in np.flatnonzero(core):
        assert ((label == label[i]) & core).tolist() == ((group == group[i]) & core).tolist()


def test_two_streets_and_a_stray():
    """The larger one comes first, with its middle and its spread."""
    rng = np.random.default_rng(0)
    a, b = rng.normal((1000, 1000), 20, (60, 2)), rng.normal((3000, 2000), 20, (30, 2))
    found = clusters(Points(np.vstack([b, a, [[9000, 9000]]])), distance_metres=60, least=5)
    assert found.size.tolist() == [60, 30]
    assert found.label[-1] == NOISE
    assert found.xy == pytest.approx(np.array([[1000, 1000], [3000, 2000]]), abs=10)
    assert found.spread_metres == pytest.approx([28, 28], abs=6)
    assert found.p is None


def test_a_block_of_flats_is_no_hotspot():
    """Half of all homes stand in one block, so half of all thefts do: no surprise, in nineteen of twenty towns."""
    rng = np.random.default_rng(1)
    homes = np.vstack([rng.uniform(0, 5000, (500, 2)), rng.normal((2500, 2500), 30, (500, 2))]).clip(0, 5000)
    surprised = 0
    for seed in range(30):
        events = Points(homes[np.random.default_rng(seed).integers(1000, size=100)])
        found = clusters(events, distance_metres=50, least=5, background=Points(homes), draws=39, seed=seed)
        assert found.size[0] > 30
        surprised += found.p[0] <= 0.05
    assert surprised <= 5


def test_more_than_exposure_explains_is_told():
    """40 thefts at one corner of a town with even homes; p is for the largest cluster anywhere, and never 0."""
    rng = np.random.default_rng(2)
    homes = Points(rng.uniform(0, 5000, (2000, 2)))
    events = Points(np.vstack([rng.uniform(0, 5000, (200, 2)), rng.normal((1000, 1000), 30, (40, 2))]))
    found = clusters(events, distance_metres=60, least=5, background=homes, weights=np.ones(2000))
    assert found.p[0] == 0.01
    assert found.draws == 99


def test_ten_thousand_events_at_one_door():
    """Pairs would be a hundred million."""
    found = clusters(Points(np.full((10_000, 2), 777.5)), distance_metres=10, least=5)
    assert found.size.tolist() == [10_000]
    assert found.spread_metres.tolist() == [0]


def test_none_and_one_event_are_no_cluster():
    for events in (0, 1):
        found = clusters(Points(np.full((events, 2), 500.5)), distance_metres=50, least=2)
        assert found.size.tolist() == []
        assert found.xy.shape == (0, 2)


@pytest.mark.parametrize(("distance", "least"), [(0, 5), (-1, 5), (np.nan, 5), (np.inf, 5), (50, 1)])
def test_what_is_no_distance_is_refused(distance, least):
    with pytest.raises(BadClusters):
        clusters(Points.of([500], [500]), distance_metres=distance, least=least)


@pytest.mark.parametrize("weights", [[0, 0], [1, -1], [1, np.nan], [1]])
def test_a_background_has_weights(weights):
    town = Points.of([500, 600], [500, 600])
    with pytest.raises(BadBackground):
        clusters(town, distance_metres=50, least=2, background=town, weights=weights)
