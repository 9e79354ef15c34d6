"""Whether a synthetic control hangs on the search for importances, for people."""

from __future__ import annotations

from latchstring.analysis.impact.synthetic import Synthetic
from latchstring.studies.study import number

APART = 0.05
"""Shares that differ by more than this are another mix."""


def beware(found: Synthetic, again: Synthetic | None) -> tuple[str, ...]:
    """`again`: the same from another seed, where there was a search."""
    if again is None:
        return ()
    apart = max(abs(share - again.weights[unit]) for unit, share in found.weights.items())
    if apart <= APART:
        return ()
    return (
        "The same search from another seed ends at another mix: a share differs by"
        f" {number(apart)}, and the mean gap is {number(again.mean_gap)}, not {number(found.mean_gap)}."
        " Such a result hangs on the search; lock the seed with the plan.",
    )
