"""How often the tests of pairs cry out: at 5 %, one time in twenty where nothing is going on, and where it
is, often.

Nothing is going on also where places are crowded or days are: busy corners that know nothing of busy weeks.
"""

from __future__ import annotations

import numpy as np
import pytest

from latchstring.analysis.hotspots.jacquez import jacquez
from latchstring.analysis.hotspots.knox import knox
from latchstring.analysis.hotspots.mantel import mantel
from latchstring.analysis.hotspots.near_repeat import near_repeat
from latchstring.analysis.points import Incidents, Points

RUNS = 200
EVENTS = 150


def even(rng, events=EVENTS):
    """Anywhere in 3 km, any day of a year."""
    return rng.uniform(0, 3000, (events, 2)) + 4e5, rng.integers(0, 365, events)


def crowded_places(rng, events=EVENTS):
    """Eight corners hold most of it; any day."""
    corners = rng.uniform(0, 3000, (8, 2))
    return corners[rng.integers(0, 8, events)] + rng.normal(0, 120, (events, 2)) + 4e5, rng.integers(
        0, 365, events
    )


def crowded_days(rng, events=EVENTS):
    """Anywhere; most of it in a few busy weeks."""
    weeks = rng.integers(0, 52, 6)
    days = 7 * weeks[rng.integers(0, 6, events)] + rng.integers(0, 7, events)
    return rng.uniform(0, 3000, (events, 2)) + 4e5, days


def near_repeats(rng, events=EVENTS):
    """One in five comes back within 150 m and a week."""
    places, days = crowded_places(rng, events)
    again = rng.choice(events, events // 5, replace=False)
    back = places[again] + rng.uniform(-100, 100, (len(again), 2))
    return np.vstack([places, back]), np.concatenate([days, days[again] + rng.integers(0, 7, len(again))])


TESTS = {
    "knox": lambda incidents: knox(incidents, distance=150, days=7).p,
    "near repeat, all cells": lambda incidents: near_repeat(
        incidents, distances=[150, 300, 600], days=[7, 14]
    ).p_of_all.min(),
    "mantel": lambda incidents: mantel(incidents).p,
    "jacquez": lambda incidents: jacquez(incidents, neighbours=3).p,
}


def alarms(test, world, runs=RUNS, seed=17):
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(runs):
        places, days = world(rng)
        found.append(TESTS[test](Incidents(Points(places), days)) <= 0.05)
    return float(np.mean(found))


@pytest.mark.parametrize("world", [even, crowded_places, crowded_days])
@pytest.mark.parametrize("test", TESTS)
def test_false_alarms_keep_to_five_percent(test, world):
    """Three standard errors of 200 runs above it are 9.6 %."""
    assert alarms(test, world) <= 0.096


@pytest.mark.parametrize("test", ["knox", "near repeat, all cells", "jacquez"])
def test_near_repeats_are_found(test):
    """Thirty repeats among 180 events: four times in five at least."""
    assert alarms(test, near_repeats, runs=60) >= 0.8


def test_a_poisson_tail_cries_out_where_pairs_hang_together():
    """One crowded corner and one busy week, unconnected: Poisson is wrong one time in four, the exact moments
    not.
    """
    rng = np.random.default_rng(23)
    normal, poisson, drawn = [], [], []
    for _ in range(RUNS):
        places, days = even(rng)
        in_corner, in_week = rng.random((2, EVENTS)) < 0.4
        places[in_corner] = rng.normal(401_500, 60, (in_corner.sum(), 2))
        days[in_week] = 100 + rng.integers(0, 7, in_week.sum())
        found = knox(Incidents(Points(places), days), distance=200, days=7, permutations=199)
        assert found.permuted is not None
        normal.append(found.p <= 0.05)
        poisson.append(found.poisson_p <= 0.05)
        drawn.append(found.permuted.p <= 0.05)
    assert np.mean(poisson) >= 0.25
    assert np.mean(normal) <= 0.10
    assert np.mean(drawn) <= 0.096
