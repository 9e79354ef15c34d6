"""The scan over time: published values, an exact theorem against simulation, and whole days."""

from __future__ import annotations

import numpy as np
import pytest

from latchstring.analysis.hotspots.naus import BadScan, busiest_window, scan_p, scanw
from latchstring.analysis.points import BadDays


def test_published_values():
    """The two examples of the R package ptools (the first after Aberdein and Spiegelhalter 2013), digit by
    digit.
    """
    assert scanw(208, 2, 0.6, 6) == pytest.approx(0.03902237549, abs=5e-12)
    assert scanw(260, 1, 1, 6) == pytest.approx(0.486814, abs=5e-7)


def test_our_values_are_those_of_the_theorem():
    """All terms of Naus's theorem: the same to five digits for the first; the second has 258 lengths more,
    not 259.
    """
    assert scan_p(208, 0.6, 6) == pytest.approx(0.03902311, abs=5e-9)
    assert scan_p(260, 1, 6) == pytest.approx(0.485587, abs=5e-7)


@pytest.mark.parametrize(
    ("windows", "mean", "observed"), [(2, 1.0, 3), (3, 1.0, 3), (3, 1.5, 4), (12, 0.5, 3)]
)
def test_simulation_agrees(windows, mean, observed):
    """Two and three windows' time is exact, more is close; without the last term, three would be 0.001 off."""
    rng = np.random.default_rng(11)
    runs = 60_000
    counts = rng.poisson(windows * mean, runs)
    times = rng.uniform(0, windows, (runs, counts.max()))
    times[np.arange(counts.max()) >= counts[:, None]] = np.inf
    times.sort(axis=1)
    first, last = times[:, : 1 - observed], times[:, observed - 1 :]
    with np.errstate(invalid="ignore"):
        found = (np.isfinite(last) & (last - first < 1)).any(axis=1).mean()
    assert scan_p(windows, mean, observed) == pytest.approx(found, abs=0.006)


def test_the_busiest_window_is_found():
    """Five events in three days, among a year's sixty."""
    rng = np.random.default_rng(2)
    days = np.concatenate([rng.integers(0, 365, 55), [200, 200, 201, 202, 202]])
    found = busiest_window(days, window=3, first=0, last=364)
    assert (found.first, found.last) == (200, 202)
    assert found.observed == np.count_nonzero((days >= 200) & (days <= 202))
    assert found.drawn_p <= found.p < 0.2


def test_false_alarms_of_whole_days():
    """No effect: the drawn p keeps its level; Naus's is on the safe side for whole days."""
    rng = np.random.default_rng(7)
    found = [
        busiest_window(rng.integers(0, 180, 40), window=7, first=0, last=179, draws=99) for _ in range(300)
    ]
    assert np.mean([each.drawn_p <= 0.05 for each in found]) <= 0.085
    assert np.mean([each.p <= 0.05 for each in found]) <= 0.085


def test_p_is_never_zero_and_never_above_one():
    """A thousand where one is expected, and none where a hundred are."""
    assert 0 < scan_p(100, 1, 1000) < 1e-100
    assert scan_p(100, 100, 0) == 1
    assert scan_p(1000, 50, 60) <= 1


def test_scans_that_are_none_are_refused():
    """Less than two windows, no mean, events outside of the study, no event."""
    for numbers in ((1.5, 1, 3), (5, 0, 3), (5, 1, -1), (float("nan"), 1, 3)):
        with pytest.raises(BadScan):
            scan_p(*numbers)
    with pytest.raises(BadScan):
        busiest_window([1, 2], window=9, first=0, last=10)
    with pytest.raises(BadDays, match="outside"):
        busiest_window([1, 20], window=2, first=0, last=10)
    with pytest.raises(BadDays, match="at least one"):
        busiest_window(np.empty(0), window=2, first=0, last=10)
