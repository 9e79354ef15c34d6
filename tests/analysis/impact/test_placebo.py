"""Ranks among areas where nothing was done."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.analysis.impact.placebo import NoPlacebos, Rank, rank_among
from latchstring.base.errors import BadInput


def test_p_counts_the_treated_area_itself():
    """The largest of 39 has 1/39, never 0."""
    assert rank_among(0, list(range(38))).p == 1
    assert rank_among(-38, list(range(38))).p == 1 / 39


def test_ties_count_against_the_treated_area():
    """Also where rounding hides them."""
    assert rank_among(0.3, [0.1 + 0.2, 0.1]) == Rank(rank=2, of=3)


def test_tails():
    """A rise is no fall."""
    assert rank_among(-5, [-3, 8], "fewer").rank == 1
    assert rank_among(-5, [-3, 8], "more").rank == 3
    assert rank_among(-5, [-3, 8]).rank == 2


@given(st.floats(-1e6, 1e6), st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_p_lies_between_one_in_n_and_one(treated, placebos):
    """Whatever the numbers."""
    rank = rank_among(treated, placebos)
    assert rank.smallest <= rank.p <= 1


def test_false_alarms_are_5_percent_whatever_the_distribution():
    """39 like areas, dispersion 2 and 3, no effect: the rank says "rare" in 5 % of the studies."""
    rng = np.random.default_rng(7)
    for phi in (2, 3):
        counts = rng.negative_binomial(20 / (phi - 1), 1 / phi, (8_000, 40, 2))
        change = counts[..., 1] - counts[..., 0]
        alarm = [rank_among(own[0], own[1:]).p <= 0.05 for own in change]
        assert 0.03 < np.mean(alarm) < 0.055


def test_what_has_no_rank():
    with pytest.raises(NoPlacebos):
        rank_among(1.0, [])
    with pytest.raises(BadInput, match="not a finite number"):
        rank_among(np.nan, [1.0])
    with pytest.raises(BadInput, match="between 1 and 39"):
        Rank(rank=0, of=39)
