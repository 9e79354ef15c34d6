"""Cases of one officer or one street resemble each other."""

from __future__ import annotations

import numpy as np
import pytest

from latchstring.analysis.bias.clusters import clustered_ratio


def cases(clusters, each, spread, seed):
    """Clusters of both groups with one true share; each cluster has its own leaning."""
    random = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(2 * clusters), each)
    lean = np.clip(0.4 + spread * random.standard_normal(2 * clusters), 0.02, 0.98)
    return {
        "hits": random.random(len(cluster)) < lean[cluster],
        "group": cluster < clusters,
        "cluster": cluster,
    }


def test_alike_cases_say_less():
    """The interval grows by more than half, and the design effect says so."""
    found = clustered_ratio(**cases(20, 50, 0.25, seed=1))
    assert found.interval is not None
    assert found.design_effect is not None
    width = np.log(found.interval.high / found.interval.low)
    naive = np.log(found.as_if_independent.high / found.as_if_independent.low)
    assert width > 1.5 * naive
    assert found.design_effect > 4


@pytest.mark.slow
def test_false_alarms_are_few():
    """No difference, strong clusters: cases taken as independent cry wolf half of the time, clusters do not."""
    wrong = naive = 0
    for seed in range(200):
        found = clustered_ratio(**cases(25, 40, 0.2, seed))
        assert found.interval is not None
        wrong += 1 not in found.interval
        naive += 1 not in found.as_if_independent
    assert wrong <= 24
    assert naive >= 70


@pytest.mark.parametrize(("clusters", "why"), [(3, "3 clusters"), (12, "0 cases of one outcome")])
def test_small_groups_stay_open(clusters, why):
    """Three officers, or nobody hit: no interval, and a reason."""
    given = cases(clusters, 5, 0.1, seed=0)
    if clusters > 3:
        given["hits"] &= ~given["group"]
    found = clustered_ratio(**given)
    assert found.interval is None
    assert why in found.why_open
    assert found.as_if_independent.high > 0
