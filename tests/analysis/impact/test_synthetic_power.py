"""The smallest effect that a synthetic control would show: as if it had been there, and fitted anew."""

from __future__ import annotations

import numpy as np
import pytest

from latchstring.analysis.impact.panel import Panel
from latchstring.analysis.impact.synthetic import Design
from latchstring.analysis.impact.synthetic_placebo import placebo_test
from latchstring.analysis.impact.synthetic_power import detectable_effect

DESIGN = Design(outcome="y", treated="u0", start=2010)


def panel_of(outcome):
    units, times = outcome.shape
    names = [f"u{i}" for i in range(units) for _ in range(times)]
    return Panel.of_rows(names, list(range(2000, 2000 + times)) * units, {"y": outcome.ravel()})


@pytest.fixture(scope="module")
def outcome():
    rng = np.random.default_rng(3)
    return 50 + rng.normal(0, 4, (24, 1)) + rng.normal(0, 1, (24, 16))


def rank_of(unit, test):
    """Among the units where nothing was done."""
    names = [name for name, _ in test.ranking if name != test.treated.treated]
    return names.index(unit) + 1


@pytest.mark.parametrize("direction", ["fewer", "more"])
def test_an_effect_of_this_size_is_seen_when_all_is_fitted_anew(outcome, direction):
    """A little above the size the unit ranks first among the placebos, a little below it does not."""
    found = detectable_effect(placebo_test(panel_of(outcome), DESIGN), direction=direction)
    sign = -1 if direction == "fewer" else 1
    some = [unit for unit, size in found.by_unit.items() if size][:2]
    assert len(some) == 2
    for unit in some:
        for times, seen in ((1.001, True), (0.999, False)):
            changed = outcome.copy()
            changed[int(unit[1:]), 10:] += sign * times * found.by_unit[unit]
            assert (rank_of(unit, placebo_test(panel_of(changed), DESIGN)) == 1) is seen


def test_the_share_of_units_is_the_power(outcome):
    """Of 23 placebos, half are 12: so many show the size. In some none is seen, ever."""
    found = detectable_effect(placebo_test(panel_of(outcome), DESIGN), power=0.5)
    sizes = [size for size in found.by_unit.values() if size is not None]
    assert sum(size <= found.size for size in sizes) == 12
    assert found.power_at_all == len(sizes) / 23
    assert found.of_expected == pytest.approx(found.size / 50, rel=0.2)


def test_with_few_units_nothing_is_seen(outcome):
    """No rank among ten units is rare at 95 %; at 90 % the first is."""
    few = placebo_test(panel_of(outcome[:10]), DESIGN)
    nothing = detectable_effect(few)
    assert (nothing.size, nothing.power_at_all) == (None, 0)
    assert detectable_effect(few, level=0.9, power=0.1).size is not None
