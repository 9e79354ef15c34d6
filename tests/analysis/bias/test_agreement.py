"""Whether coders agree, and what may be concluded from it."""

from __future__ import annotations

import numpy as np
import pytest

from latchstring.analysis.bias.agreement import BadLabels, agreement, codes

NA = np.nan
C_DATA = np.array(
    [
        [1, 1, NA, 1],
        [2, 2, 3, 2],
        [3, 3, 3, 3],
        [3, 3, 3, 3],
        [2, 2, 2, 2],
        [1, 2, 3, 4],
        [4, 4, 4, 4],
        [1, 1, 2, 1],
        [2, 2, 2, 2],
        [NA, 5, 5, 5],
        [NA, NA, 1, 1],
        [NA, NA, 3, NA],
    ]
).T
"""Krippendorff's example of four coders and twelve units."""


@pytest.mark.parametrize(
    ("scale", "alpha"),
    [("nominal", 0.743421), ("ordinal", 0.815388), ("interval", 0.849107), ("ratio", 0.797403)],
)
def test_the_published_example(scale, alpha):
    """Krippendorff's own values; the unit that one coder alone labelled says nothing."""
    found = agreement(C_DATA, scale)
    assert found.alpha == pytest.approx(alpha, abs=1e-6)
    assert (found.coders, found.units, found.labels) == (4, 11, 40)
    assert found.alpha in found.interval


def test_few_units_conclude_nothing():
    """0.85 of eleven units may be 0.4: the reading goes by what is sure."""
    assert agreement(C_DATA, "interval").reading == "no conclusion"


def test_many_units_do():
    """The same labels a hundred times over leave no doubt."""
    assert agreement(np.tile(C_DATA, (1, 100)), "interval").reading == "agreement"


def test_perfect_agreement_of_few_units_is_no_certainty():
    """An interval of length 0 would say that nobody ever slips."""
    found = agreement([[1, 2, 1], [1, 2, 1]])
    assert found.alpha == 1
    assert found.interval.low < 1


def test_one_label_throughout_is_no_agreement():
    """Whoever says `theft` to everything agrees with anybody who does; alpha is 0 over 0."""
    with pytest.raises(BadLabels, match="every label is the same"):
        agreement(np.ones((2, 30)))


def test_coders_who_guess_do_not_agree():
    """Around 0, and the interval holds it."""
    random = np.random.default_rng(3)
    found = agreement(random.integers(0, 3, (3, 400)))
    assert 0 in found.interval
    assert found.reading == "no conclusion"


def test_the_order_of_coders_and_the_names_do_not_matter():
    labels = [["a", "b", None], ["a", "c", "b"], ["", "b", "b"]]
    assert agreement(codes(labels)).alpha == agreement(codes(labels[::-1])).alpha


@pytest.mark.parametrize(
    "bad", [[[1, 2, 3]], [[1, NA], [NA, 2]], [1, 2], [[1, np.inf], [1, 2]], [[], []], [[1], [1]]]
)
def test_what_says_nothing_is_refused(bad):
    """One coder, no unit in common, no table, infinities."""
    with pytest.raises(BadLabels):
        agreement(bad)
    with pytest.raises(BadLabels):
        agreement([[-1, 2], [1, 2]], "ratio")
    with pytest.raises(BadLabels):
        agreement([[1, 2], [1, 2]], "guess")
