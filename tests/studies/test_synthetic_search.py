"""A synthetic control that hangs on its search says so."""

from __future__ import annotations

import numpy as np

from latchstring.analysis.impact.panel import Panel
from latchstring.analysis.impact.synthetic import Design, Predictor, applied
from latchstring.studies.synthetic_search import beware

YEARS = range(2000, 2010)
DESIGN = Design(outcome="y", treated="a", start=2008)


def mix(b, c):
    """Unit a beside so much of b and of c."""
    outcome = np.vstack([np.arange(10.0), np.arange(10.0) + 1, np.arange(10.0) * 2])
    panel = Panel.of_rows(np.repeat(list("abc"), 10).tolist(), [*YEARS] * 3, {"y": outcome.ravel()})
    return applied(panel, DESIGN, {"b": b, "c": c})


def test_two_searches_that_end_apart_are_told_with_both_gaps():
    [said] = beware(mix(0.9, 0.1), mix(0.4, 0.6))
    assert "a share differs by 0.50" in said
    assert "the mean gap is -5.50, not -1.75" in said


def test_two_searches_that_agree_are_not_spoken_of():
    assert beware(mix(0.9, 0.1), mix(0.88, 0.12)) == ()
    assert beware(mix(0.9, 0.1), None) == ()


def test_only_a_search_has_a_seed():
    """Outcomes alone, one predictor, importances that were given: nothing is drawn."""
    two = tuple(Predictor.of(each) for each in ("y:2000", "y:2001"))
    assert Design(outcome="y", treated="a", start=2008, predictors=two).is_searched
    assert not DESIGN.is_searched
    assert not Design(outcome="y", treated="a", start=2008, predictors=two[:1]).is_searched
    assert not Design(outcome="y", treated="a", start=2008, predictors=two, importances=(1, 1)).is_searched
    assert not Design(outcome="y", treated="a", start=2008, predictors=two, from_equal=True).is_searched
