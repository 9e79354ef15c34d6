"""The space-time scan: it finds what was planted, keeps its level where nothing was, and refuses the rest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.analysis.hotspots import space_time
from latchstring.analysis.hotspots.permuted import BadDraws
from latchstring.analysis.hotspots.space_time import (
    BadSites,
    BadWindow,
    TooManySites,
    TooMuch,
    scan_permutation,
    scan_poisson,
)
from latchstring.analysis.points import BadDays, Incidents, Points

RADII = [150, 300, 600]


def streets(rng, events=120, days=182):
    """Busy and quiet corners, and a busy and a quiet season, that know nothing of each other."""
    corners = rng.uniform(0, 3000, (25, 2)) + 4e5
    busy = rng.dirichlet(np.full(25, 0.7))
    season = rng.dirichlet(np.full(days, 0.7))
    return Incidents(Points(corners[rng.choice(25, events, p=busy)]), rng.choice(days, events, p=season))


def outbreak(rng, incidents, events=12):
    """Some more at one corner within a fortnight."""
    corner = incidents.points.xy.max(axis=0) - 500
    places = np.vstack([incidents.points.xy, corner + rng.uniform(-80, 80, (events, 2))])
    return Incidents(Points(places), np.concatenate([incidents.days, rng.integers(70, 84, events)])), corner


def test_a_planted_outbreak_is_found():
    """Where and when it was; the same answer each time."""
    rng = np.random.default_rng(1)
    incidents, corner = outbreak(rng, streets(rng))
    found, again = (scan_permutation(incidents, radii=RADII, longest=4, draws=199) for _ in range(2))
    first = found.clusters[0]
    assert found == again
    assert np.hypot(first.x - corner[0], first.y - corner[1]) < 200
    assert first.first_day <= 77 <= first.last_day
    assert first.p == 1 / 200
    assert first.observed > 3 * first.expected


def test_clusters_share_no_place():
    """Not the same outbreak five times over, in circles a little apart."""
    rng = np.random.default_rng(2)
    incidents, _ = outbreak(rng, streets(rng))
    found = scan_permutation(incidents, radii=RADII, longest=4, draws=99).clusters
    ratios = [each.log_likelihood_ratio for each in found]
    assert ratios == sorted(ratios, reverse=True)
    held = [
        set(np.flatnonzero(np.hypot(*(incidents.points.xy - (each.x, each.y)).T) <= each.radius).tolist())
        for each in found
    ]
    assert all(not a & b for i, a in enumerate(held) for b in held[:i])


@pytest.mark.slow
def test_false_alarms_and_power_of_the_permutation_model():
    """At 5 %: crowded corners and seasons alone do not set it off; the outbreak does."""
    rng = np.random.default_rng(3)
    quiet, loud = [], []
    for _ in range(80):
        incidents = streets(rng)
        quiet.append(scan_permutation(incidents, radii=RADII, longest=4, draws=99).clusters[0].p <= 0.05)
        loud.append(
            scan_permutation(outbreak(rng, incidents)[0], radii=RADII, longest=4, draws=99).clusters[0].p
            <= 0.05
        )
    assert np.mean(quiet) <= 0.10
    assert np.mean(loud) >= 0.8


def dwellings(rng):
    """25 corners with 10 to 200 dwellings, and events by dwelling and day."""
    exposure = rng.integers(10, 200, 25)
    site = rng.choice(25, 100, p=exposure / exposure.sum())
    return Points(rng.uniform(0, 3000, (25, 2)) + 4e5), exposure, site, rng.integers(0, 180, 100)


def test_the_poisson_model_finds_a_place_that_was_always_busy():
    """Which the permutation model allows for: here the denominator says how many belong there."""
    rng = np.random.default_rng(4)
    sites, exposure, site, days = dwellings(rng)
    site, days = np.append(site, np.full(25, 7)), np.append(days, rng.integers(60, 120, 25))
    study = {"site": site, "days": days, "first_day": 0, "last_day": 180, "radii": RADII, "longest": 12}
    found = scan_poisson(sites, exposure, **study, draws=199)
    first = found.clusters[0]
    assert first.p == 1 / 200
    assert np.hypot(first.x - sites.xy[7, 0], first.y - sites.xy[7, 1]) <= first.radius
    assert 110 <= first.last_day <= 180


@pytest.mark.slow
def test_false_alarms_of_the_poisson_model():
    """At 5 %, with corners of very different size."""
    rng = np.random.default_rng(5)
    alarms = []
    for _ in range(100):
        sites, exposure, site, days = dwellings(rng)
        found = scan_poisson(
            sites, exposure, site=site, days=days, first_day=0, last_day=179, radii=RADII, longest=8, draws=99
        )
        alarms.append(found.clusters[0].p <= 0.05)
    assert np.mean(alarms) <= 0.10


def test_the_ratio_is_kulldorffs():
    """Ten of forty where two belong: 10 log 5 + 30 log(30 / 38) for the better of two sites."""
    site = np.repeat([0, 1], [10, 30])
    days = np.concatenate([np.full(10, 3), np.repeat(np.arange(10), 3)])
    found = scan_poisson(
        Points.of([0, 5000], [0, 0]),
        [10, 10],
        site=site,
        days=days,
        first_day=0,
        last_day=9,
        radii=[100],
        longest=1,
        period_days=1,
        draws=99,
    )
    first = found.clusters[0]
    assert (first.x, first.first_day, first.last_day, first.observed) == (0, 3, 3, 10)
    assert first.expected == pytest.approx(2)
    assert first.log_likelihood_ratio == pytest.approx(10 * np.log(5) + 30 * np.log(30 / 38))


@given(expected=st.floats(1e-6, 30), floor=st.floats(1e-3, 40), events=st.integers(2, 200))
def test_what_is_skipped_cannot_be_the_largest(expected, floor, events):
    """Draws look only at counts that may reach a reported cluster: the least such count, and not one fewer."""
    expected = min(expected, events / 2)
    least = int(space_time._least(events, np.array([expected]), floor)[0])
    reached = [
        c
        for c in range(1, events + 1)
        if space_time._log_ratio(np.array(c), np.array(expected), events) >= floor
    ]
    assert least <= (reached[0] if reached else events + 1)
    assert least >= (reached[0] - 1 if reached else events)


def test_all_at_one_place_have_no_cluster():
    """Nothing lies outside of any circle, so nothing stands out."""
    assert (
        scan_permutation(Incidents(Points(np.ones((30, 2))), np.arange(30)), radii=[9], longest=1).clusters
        == ()
    )


def test_what_cannot_be_scanned_is_refused():
    """Runs longer than half of the time, few draws, too much work, unknown sites, no exposure, days outside."""
    rng = np.random.default_rng(6)
    incidents = streets(rng)
    for longest, period_days in ((14, 7), (0, 7), (1, 0), (1, 10_000)):
        with pytest.raises(BadWindow):
            scan_permutation(incidents, radii=RADII, longest=longest, period_days=period_days)
    with pytest.raises(BadDraws):
        scan_permutation(incidents, radii=RADII, longest=2, draws=9)
    with pytest.raises(TooMuch):
        scan_permutation(incidents, radii=range(1, 99), longest=80, period_days=1, draws=99_999)
    with pytest.raises(TooManySites):
        scan_permutation(
            Incidents(Points(rng.uniform(0, 9e3, (20_001, 2))), np.arange(20_001)), radii=[9], longest=1
        )
    sites, exposure, site, days = dwellings(rng)
    study = {"first_day": 0, "last_day": 179, "radii": RADII, "longest": 2}
    for bad_site, bad_exposure in (
        (site + 25, exposure),
        (site - 9, exposure),
        (site, exposure * 0),
        (site, [1, 2]),
    ):
        with pytest.raises(BadSites):
            scan_poisson(sites, bad_exposure, site=bad_site, days=days, **study)
    with pytest.raises(BadDays, match="outside"):
        scan_poisson(sites, exposure, site=site, days=days + 5, **study)
