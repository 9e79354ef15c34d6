"""Plain difference in differences, judged by ranks."""

from __future__ import annotations

import numpy as np
import pytest

from latchstring.analysis.impact.did import difference_in_differences, evidence
from latchstring.analysis.impact.panel import BadPanel, Panel
from latchstring.analysis.impact.synthetic import BadDesign
from latchstring.analysis.impact.verdict import Lack, verdict


def panel_of(outcome):
    units, times = outcome.shape
    names = [f"u{i}" for i in range(units) for _ in range(times)]
    return Panel.of_rows(names, list(range(times)) * units, {"y": outcome.ravel()})


def test_proposition_99(smoking):
    """A third choice that could be defended: -27.35, and p 0.1026."""
    found = difference_in_differences(smoking, outcome="cigsale", treated=["California"], start=1989)
    assert found.estimate == pytest.approx(-27.35, abs=5e-3)
    assert found.rank.p == pytest.approx(0.1026, abs=5e-5)
    assert 0 in found.interval
    assert Lack.RANK in verdict(evidence(found)).lacks


def test_the_interval_is_what_ranks_do_not_reject():
    """Its ends are where the rank becomes rare; the true effect of 4 lies within."""
    rng = np.random.default_rng(15)
    outcome = rng.normal(0, 1, (40, 12)) + rng.normal(0, 5, (40, 1))
    outcome[0, 6:] += 4
    found = difference_in_differences(panel_of(outcome), outcome="y", treated=["u0"], start=6)
    assert 4 in found.interval
    for effect, rare in ((found.interval.high + 0.001, True), (found.interval.high - 0.001, False)):
        without = outcome.copy()
        without[0, 6:] -= effect
        there = difference_in_differences(panel_of(without), outcome="y", treated=["u0"], start=6)
        assert (there.rank.p <= 0.05) is rare


@pytest.mark.parametrize("units", [8, 50])
def test_several_treated_units(units):
    """All choices of three where they are few, and a drawing that is the same each time where they are many."""
    rng = np.random.default_rng(16)
    outcome = rng.normal(0, 1, (units, 10))
    outcome[:3, 5:] -= 6
    panel = panel_of(outcome)
    found = difference_in_differences(panel, outcome="y", treated=["u0", "u1", "u2"], start=5)
    assert found == difference_in_differences(panel, outcome="y", treated=["u0", "u1", "u2"], start=5)
    assert found.rank.of == (11 if units == 8 else 10_000)
    assert found.rank.rank == 1


def test_false_alarms_are_5_percent():
    """No effect, units of one kind, counts with dispersion 3."""
    rng = np.random.default_rng(17)
    alarms = []
    for _ in range(200):
        panel = panel_of(rng.negative_binomial(5, 1 / 3, (40, 8)).astype(float))
        found = difference_in_differences(panel, outcome="y", treated=["u0"], start=4)
        alarms.append(found.rank.p <= 0.05)
    assert np.mean(alarms) < 0.09


def test_few_units_set_no_limit():
    found = difference_in_differences(
        panel_of(np.arange(24.0).reshape(6, 4) ** 2), outcome="y", treated=["u0"], start=2
    )
    assert (found.interval.low, found.interval.high) == (-np.inf, np.inf)


def test_what_cannot_be_compared():
    panel = panel_of(np.arange(24.0).reshape(6, 4))
    with pytest.raises(BadDesign, match="no time before it"):
        difference_in_differences(panel, outcome="y", treated=["u0"], start=0)
    with pytest.raises(BadDesign, match="no time after it"):
        difference_in_differences(panel, outcome="y", treated=["u0"], start=9)
    with pytest.raises(BadDesign, match="3 treated units need more than 3 others to be compared with, not 3"):
        difference_in_differences(panel, outcome="y", treated=["u0", "u1", "u2"], start=2)
    with pytest.raises(BadPanel, match="there is no unit Z"):
        difference_in_differences(panel, outcome="y", treated=["Z"], start=2)
