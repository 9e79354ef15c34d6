"""A map that learns from its own patrols."""

from __future__ import annotations

import pytest

from latchstring.analysis.guard.urn import BadUrn, Districts, simulate

TOP = Districts(rates=(3.68511, 2.816466), balls=(609, 379))
RANDOM = Districts(rates=(3.68511, 2.35592), balls=(609, 7))
"""Oakland's districts as in Ensign et al. 2018."""


@pytest.mark.parametrize(("districts", "share"), [(TOP, 0.5668), (RANDOM, 0.6100)])
def test_a_naive_map_runs_away_and_a_corrected_one_does_not(districts, share):
    """The true share is 57 or 61 %; the naive map ends above 90 %, the corrected one within 2 points."""
    assert districts.true_share == pytest.approx(share, abs=5e-5)
    naive = simulate(districts, corrected=False)
    corrected = simulate(districts, corrected=True)
    assert naive.mean > 0.9
    assert corrected.mean == pytest.approx(share, abs=0.02)
    assert share in corrected.middle
    assert share not in naive.middle


def test_equal_districts_part_by_nothing_but_luck():
    """With the same rate in both, the naive map sends nearly all patrols to one of them in many runs."""
    equal = Districts(rates=(3.0, 3.0), balls=(10, 10))
    naive = simulate(equal, corrected=False, days=3000, runs=500)
    corrected = simulate(equal, corrected=True, days=3000, runs=500)
    assert naive.beyond(0.9) > 0.3
    assert corrected.beyond(0.9) == 0


def test_the_same_seed_gives_the_same_lesson():
    assert (
        simulate(TOP, corrected=False, runs=20).shares == simulate(TOP, corrected=False, runs=20).shares
    ).all()


@pytest.mark.parametrize(
    "bad",
    [{"days": 0}, {"runs": 0}, {"forgetting": 1.0}, {"days": 10**6, "runs": 10**6}],
)
def test_what_cannot_run_is_refused(bad):
    with pytest.raises(BadUrn):
        simulate(TOP, corrected=False, **bad)
    with pytest.raises(BadUrn):
        simulate(Districts(rates=(0, 1), balls=(1, 1)), corrected=False)
