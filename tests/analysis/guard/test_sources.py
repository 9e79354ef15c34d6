"""Whose incidents a map may hold."""

from __future__ import annotations

import numpy as np
import pytest

from latchstring.analysis.guard.sources import (
    NeedsVisits,
    PoliceFound,
    Source,
    UnknownSource,
    VisitFound,
    check_resident,
    parse,
    weights,
)


def test_what_residents_reported_counts_as_it_is():
    assert weights([Source.RESIDENT] * 3).tolist() == [1, 1, 1]
    assert weights([]).size == 0


def test_what_police_discovered_is_refused():
    """One of them is enough, and it is named."""
    with pytest.raises(PoliceFound, match="incident 2 of 3"):
        weights([Source.RESIDENT, Source.POLICE, Source.RESIDENT])


def test_what_visits_found_counts_by_how_unlikely_the_visit_was():
    """An incident of an area that is visited every second day stands for two."""
    assert weights([Source.RESIDENT, Source.VISIT], [1, 0.5]).tolist() == [1, 2]
    assert weights([Source.VISIT], [1]).tolist() == [1]
    for bad in (None, [1, 0], [1, 1.5], [1, np.nan], [1]):
        with pytest.raises(NeedsVisits):
            weights([Source.RESIDENT, Source.VISIT], bad)


def test_the_correction_finds_the_truth_again():
    """Two equal streets, one visited nine times as often: the counts differ ninefold, the corrected ones do not."""
    random = np.random.default_rng(0)
    days, chance = 20_000, np.array([0.9, 0.1])
    visited = random.random((days, 2)) < chance
    found = random.poisson(0.5, (days, 2)) * visited
    street = np.concatenate([np.repeat(k, found[:, k].sum()) for k in (0, 1)])
    counted = weights([Source.VISIT] * len(street), chance[street])
    raw = np.bincount(street)
    fair = np.bincount(street, counted)
    assert raw[0] / raw[1] > 8
    assert fair[0] / fair[1] == pytest.approx(1, abs=0.1)


def test_a_source_is_one_of_three_words():
    assert parse(" Resident ") is Source.RESIDENT
    with pytest.raises(UnknownSource):
        parse("patrol")


@pytest.mark.parametrize(("source", "error"), [(Source.POLICE, PoliceFound), (Source.VISIT, VisitFound)])
def test_a_map_that_knows_no_visits_takes_residents_reports_alone(source, error):
    """What police or visits found shows where they went; the twin is what residents reported."""
    with pytest.raises(error):
        check_resident(source)
    check_resident(Source.RESIDENT)
