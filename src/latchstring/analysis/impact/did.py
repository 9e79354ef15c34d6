"""Plain difference in differences of a panel, judged by ranks among units where nothing was done."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis.impact.panel import Panel
from latchstring.analysis.impact.placebo import Rank, rank_among
from latchstring.analysis.impact.synthetic import BadDesign
from latchstring.analysis.impact.verdict import Evidence, Means, Scale
from latchstring.analysis.interval import Interval, check_level
from latchstring.analysis.points import Floats

ALL_CHOICES_UP_TO, DRAWN = 10_000, 9_999


@dataclass(frozen=True, kw_only=True)
class DifferenceInDifferences:
    """The mean change of treated units less that of the others.

    `rank` is by size among the same difference for every choice of as many other units, each against the rest
    of the others: what is treated is no control for anybody. Where there are more than 10,000 choices, 9,999
    are drawn by lot. `interval` holds the constant effects that these ranks do not reject; it has no ends
    where there are too few.
    """

    estimate: float
    rank: Rank
    interval: Interval
    measured: float
    expected: float


def difference_in_differences(
    panel: Panel, *, outcome: str, treated: Sequence[str], start: int, level: float = 0.95, seed: int = 1
) -> DifferenceInDifferences:
    """Times before `start` are before; `start` itself and later ones are after."""
    values = panel.complete(outcome, panel.units)
    late = np.array([time >= start for time in panel.times])
    if late.all() or not late.any():
        raise BadDesign(f"the start at {start} leaves no time {'before it' if late.all() else 'after it'}")
    own = np.zeros(len(panel.units), dtype=bool)
    own[[panel.index(unit) for unit in treated]] = True
    count, others = int(own.sum()), int((~own).sum())
    if not count or others <= count:
        raise BadDesign(
            f"{count} treated units need more than {count} others to be compared with, not {others}"
        )
    change = values[:, late].mean(axis=1) - values[:, ~late].mean(axis=1)
    estimate = float(change[own].mean() - change[~own].mean())
    placebos = _differences(_choices(others, count, seed), change[~own])
    measured = float(values[own][:, late].mean())
    return DifferenceInDifferences(
        estimate=estimate,
        rank=rank_among(estimate, placebos.tolist()),
        interval=_not_rejected(estimate, placebos, level),
        measured=measured,
        expected=measured - estimate,
    )


def evidence(result: DifferenceInDifferences) -> Evidence:
    """What the difference says to the verdict."""
    return Evidence(
        seen=Means(measured=result.measured, expected=result.expected, of_mix=False),
        beside=None,
        change=result.interval,
        scale=Scale.VALUE,
        test=result.rank,
    )


def _choices(units: int, taken: int, seed: int) -> NDArray[np.bool_]:
    """Rows that say which units are taken as if they were treated."""
    if math.comb(units, taken) > ALL_CHOICES_UP_TO:
        first = np.arange(units) < taken
        return np.random.default_rng(seed).permuted(np.tile(first, (DRAWN, 1)), axis=1)
    chosen = np.array(list(combinations(range(units), taken)), dtype=np.intp)
    rows = np.zeros((len(chosen), units), dtype=bool)
    np.put_along_axis(rows, chosen, values=True, axis=1)
    return rows


def _differences(choices: NDArray[np.bool_], values: Floats) -> Floats:
    inside = choices @ values
    taken = choices.sum(axis=1)
    return np.asarray(inside / taken - (values.sum() - inside) / (choices.shape[1] - taken))


def _not_rejected(estimate: float, placebos: Floats, level: float) -> Interval:
    """An effect is rejected where what is left of the estimate ranks among the 1 - level largest."""
    largest = min(placebos.size, int((1 - check_level(level)) * (placebos.size + 1) + 1e-9))
    if not largest:
        return Interval(-math.inf, math.inf, level)
    reach = float(np.sort(np.abs(placebos))[-largest])
    return Interval(estimate - reach, estimate + reach, level)
