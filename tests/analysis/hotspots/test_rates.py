"""Rates with exact intervals, and comparisons of two."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson, poisson_means_test

from latchstring.analysis.hotspots.rates import (
    BadRates,
    compare,
    compare_to_rest,
    e_test,
    garwood,
    rates,
    shrunk,
)


@pytest.mark.parametrize(
    ("events", "low", "high"),
    [
        (0, 0, 3.689),
        (1, 0.0253, 5.572),
        (2, 0.2422, 7.225),
        (5, 1.6235, 11.668),
        (10, 4.7954, 18.390),
        (100, 81.364, 121.627),
    ],
)
def test_garwoods_table(events, low, high):
    """The exact 95 % limits of a Poisson mean (Garwood 1936; any epidemiology handbook)."""
    assert np.array(garwood(events)) == pytest.approx([low, high], abs=6e-4)


@given(st.floats(0.05, 60), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_interval_covers_at_least_what_it_says(mean, level):
    """Summed over all counts, not simulated."""
    counts = np.arange(400)
    low, high = garwood(counts, level=level)
    assert poisson.pmf(counts, mean)[(low <= mean) & (mean <= high)].sum() >= level - 1e-9


def test_no_exposure_means_we_cannot_tell():
    """No rate, no limit, and events without any exposure are counted as a fault of the denominator."""
    found = rates([0, 3, 5], [0, 0, 10])
    assert found.known.tolist() == [False, False, True]
    assert np.isnan(found.value).tolist() == [True, True, False]
    assert (found.low[1], found.high[1]) == (0, np.inf)
    assert found.without_exposure == 1
    assert np.isnan(shrunk(rates([0, 3], [0, 0]))).all()


@pytest.mark.parametrize(
    ("events", "exposure"),
    [([-1], [1]), ([0.5], [1]), ([1], [-1]), ([np.nan], [1]), ([1], [np.inf]), ([1, 2], [1]), (["a"], [1])],
)
def test_what_is_no_count_or_no_exposure_is_refused(events, exposure):
    with pytest.raises(BadRates):
        rates(events, exposure)


def test_e_test_as_published():
    """Krishnamoorthy and Thomson 2004: 0.0884 for 3 and 0, 0.1749 for 6 and 2 in equal time."""
    for variant in ("wald", "score"):
        assert e_test(3, 0, variant=variant) == pytest.approx(0.08837901, abs=5e-9)
        assert e_test(6, 2, variant=variant) == pytest.approx(0.17487482, abs=5e-9)


def test_e_test_with_unequal_exposures_says_which_one_it_is():
    """100 in 10 against 25 in 5: scipy and statsmodels "etest-wald" give the one, "etest" the other."""
    assert e_test(100, 25, 10, 5, variant="wald") == pytest.approx(0.000574719, abs=5e-10)
    assert e_test(100, 25, 10, 5, variant="score") == pytest.approx(0.001538066, abs=5e-10)
    assert compare(100, 10, 25, 5).test == "E-test, score"


@given(
    st.integers(0, 40),
    st.integers(0, 40),
    st.floats(0.3, 4),
    st.floats(0.3, 4),
    st.sampled_from(["wald", "score"]),
)
def test_e_test_is_the_double_sum(k1, k2, n1, n2, variant):
    """The definition, pair by pair; what lies as far out as the observed pair counts, whatever the rounding.

    scipy's sum leaves out the observed pair itself at some exposures: 0.627 for 1 and 2 in sqrt(2) and sqrt(3),
    where the definition gives 0.719.
    """
    x, y = np.arange(400.0)[:, None], np.arange(400.0)[None, :]
    common = (k1 + k2) / (n1 + n2)

    def far(x, y):
        spread = x / n1**2 + y / n2**2 if variant == "wald" else (x + y) / (n1 * n2)
        return np.abs(x / n1 - y / n2) / np.sqrt(np.where(spread > 0, spread, 1))

    counted = far(x, y) >= far(np.float64(k1), np.float64(k2)) * (1 - 1e-12)
    chance = poisson.pmf(x, n1 * common) * poisson.pmf(y, n2 * common)
    assert e_test(k1, k2, n1, n2, variant=variant) == pytest.approx(chance[counted].sum(), abs=1e-12)


def test_e_test_agrees_with_scipy_where_rounding_does_not_matter():
    for k1, k2 in ((2, 1), (5, 9), (20, 10), (40, 41)):
        theirs = poisson_means_test(k1, np.sqrt(2), k2, np.sqrt(3)).pvalue
        assert e_test(k1, k2, np.sqrt(2), np.sqrt(3), variant="wald") == pytest.approx(theirs, abs=1e-9)


def test_e_test_of_a_million_events():
    """Bisection instead of the double sum: the normal test agrees, in milliseconds."""
    z = 3000 / np.sqrt(2_003_000)
    assert e_test(1_000_000, 1_003_000) == pytest.approx(2 * (1 - 0.983), rel=0.02)
    assert z == pytest.approx(2.12, abs=0.01)
    assert e_test(0, 0) == 1


def test_a_ratio_carries_its_interval():
    """20 thefts in 1,000 deliveries against 9 in 1,000: perhaps the same; against none, no ratio."""
    found = compare(20, 1000, 9, 1000)
    assert found.ratio == pytest.approx(2.222, abs=1e-3)
    assert found.interval.low == pytest.approx(0.9673, abs=1e-4)
    assert found.differs is None
    assert compare(60, 1000, 9, 1000).differs is True
    nothing = compare(3, 1000, 0, 1000)
    assert (nothing.ratio, nothing.interval.high) == (None, np.inf)
    assert compare(3, 1000, 0, 0).p is None


@given(st.integers(0, 200), st.integers(0, 200), st.floats(0.1, 50), st.floats(0.1, 50))
def test_the_ratio_lies_in_its_interval(k1, k2, n1, n2):
    found = compare(k1, n1, k2, n2)
    assert (
        found.ratio is None
        or found.ratio in found.interval
        or found.ratio == pytest.approx(found.interval.low)
    )
    assert 0 < found.p <= 1


def test_an_area_against_the_rest():
    found = compare_to_rest(rates([[20, 4], [3, 2]], [[1000, 500], [400, 100]]), 0)
    assert found == compare(20, 1000, 9, 1000)
    with pytest.raises(BadRates, match="no area 4"):
        compare_to_rest(rates([1, 2], [1, 2]), 4)


def test_small_areas_are_drawn_towards_the_whole():
    """A house with one theft is no hotspot; a thousand houses with a hundred are one."""
    found = rates([1, 100, 20, 22, 18], [5, 1000, 1000, 1000, 1000])
    eased = shrunk(found)
    assert found.value[0] > found.value[1]
    assert eased[0] < eased[1]
    assert eased[1] == pytest.approx(found.value[1], rel=0.1)


def test_like_areas_all_get_the_overall_rate():
    """Where nothing beyond chance differs, chance is all that is taken away."""
    assert shrunk(rates([10, 10, 11], [100, 100, 110])) == pytest.approx([0.1] * 3)
    assert shrunk(rates([0, 0], [5, 9])).tolist() == [0, 0]
