"""What a rank could show, beside studies that were simulated."""

from __future__ import annotations

import numpy as np
import pytest

from latchstring.analysis.impact.did import difference_in_differences
from latchstring.analysis.impact.panel import Panel
from latchstring.analysis.impact.power import BadPower
from latchstring.analysis.impact.rank_power import Expected, changes_power, detectable, synthetic_power
from latchstring.analysis.impact.synthetic import Design
from latchstring.analysis.impact.synthetic_placebo import placebo_test

SPANS, DONORS = 13, 19


def expected(mean, **changes):
    given = {
        "treated": 1,
        "donors": DONORS,
        "before": SPANS,
        "after": SPANS,
        "count": mean * SPANS,
        "donors_count": mean * SPANS * DONORS,
        "dispersion": 1.0,
        "level": 0.95,
    }
    return Expected(**{**given, **changes})


def simulated(mean, reduction, runs):
    rng = np.random.default_rng(7)
    names = tuple(f"u{n}" for n in range(DONORS + 1))
    for _ in range(runs):
        counts = rng.poisson(mean, (DONORS + 1, 2 * SPANS)).astype(float)
        counts[0, SPANS:] = rng.poisson(mean * (1 - reduction), SPANS)
        yield Panel(names, tuple(range(2 * SPANS)), {"y": counts})


@pytest.mark.parametrize(("mean", "reduction"), [(10, 0.33), (40, 0.17), (40, 0.1)])
def test_power_of_a_difference_in_differences(mean, reduction):
    """As often as it says, a fall is shown."""
    found = [
        difference_in_differences(panel, outcome="y", treated=["u0"], start=SPANS)
        for panel in simulated(mean, reduction, 300)
    ]
    shown = np.mean([each.rank.p <= 0.05 and each.interval.high < 0 for each in found])
    assert changes_power(expected(mean), reduction) == pytest.approx(shown, abs=0.1)


@pytest.mark.parametrize(("mean", "reduction"), [(40, 0.17), (40, 0.6)])
def test_power_of_a_synthetic_control(mean, reduction):
    """Far less than of a difference in differences, and that is said before the lock."""
    found = [
        placebo_test(panel, Design(outcome="y", treated="u0", start=SPANS))
        for panel in simulated(mean, reduction, 15)
    ]
    shown = np.mean([each.rank.p <= 0.05 and each.interval.high < 0 for each in found])
    power = synthetic_power(expected(mean), reduction)
    assert power == pytest.approx(shown, abs=0.25)
    assert power < changes_power(expected(mean), reduction)


def test_with_few_donors_nothing_can_be_shown():
    """Among nineteen areas even the first rank is not rare."""
    for power_of in (changes_power, synthetic_power):
        assert detectable(power_of, expected(400, donors=18)).power_at_all == 0
        assert detectable(power_of, expected(400)).reachable


def test_more_variation_shows_less():
    """And a dispersion below that of pure chance is refused."""
    for power_of in (changes_power, synthetic_power):
        assert power_of(expected(40, dispersion=3.0), 0.3) < power_of(expected(40), 0.3)
    with pytest.raises(BadPower, match="from 1 up"):
        expected(40, dispersion=0.5)
