"""Do coders who label the same things agree? Krippendorff's alpha, with what may be concluded from it.

Krippendorff 2004, Content Analysis, chapter 11; the bootstrap follows Hayes and Krippendorff 2007, over
units.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latchstring.analysis.interval import Interval, check_level
from latchstring.base.errors import BadInput

Scale = Literal["nominal", "ordinal", "interval", "ratio"]
Reading = Literal["agreement", "tentative", "no conclusion"]
Floats = NDArray[np.float64]

ENOUGH, TENTATIVE = 0.8, 0.667
DRAWS = 2_000


class BadLabels(BadInput):
    """Labels stand in a table: a row for each coder, a column for each unit, nan where a coder gave none."""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """`alpha` is 1 where all agree and 0 where they agree as often as chance has it.

    `reading` goes by the lower end of the interval, not by the estimate: at least 0.8 may be concluded from,
    at least 0.667 tentatively.
    """

    alpha: float
    interval: Interval
    scale: Scale
    coders: int
    units: int
    """That two coders or more have labelled; the others say nothing."""
    alone: int
    """Labels of units that nobody else has labelled."""
    labels: int
    reading: Reading


def agreement(
    labels: ArrayLike, scale: Scale = "nominal", *, level: float = 0.95, seed: int = 0
) -> Agreement:
    """From an array of shape (coders, units). Labels are numbers; nominal ones stand for names."""
    table = _checked(labels, scale)
    paired = table[:, (~np.isnan(table)).sum(axis=0) >= 2]
    if paired.shape[1] < 2:
        raise BadLabels("two coders or more must have labelled two units or more")
    values = np.unique(paired[~np.isnan(paired)])
    if values.size < 2:
        raise BadLabels("every label is the same, so nothing shows whether the coders can tell things apart")
    counts = np.stack([(paired == value).sum(axis=0) for value in values], axis=1).astype(np.float64)
    apart = _DISTANCES[scale](values, counts.sum(axis=0))
    alpha = float(_alpha(counts, np.ones((1, len(counts))), apart)[0])
    interval = _interval(counts, apart, alpha, level, seed)
    return Agreement(
        alpha=alpha,
        interval=interval,
        scale=scale,
        coders=int((~np.isnan(table)).any(axis=1).sum()),
        units=len(counts),
        alone=int((~np.isnan(table)).sum() - counts.sum()),
        labels=int(counts.sum()),
        reading=_reading(interval.low),
    )


def codes(rows: Sequence[Sequence[str | None]]) -> Floats:
    """Names as numbers, for nominal labels: None and the empty text are no label."""
    known = sorted({label for row in rows for label in row if label})
    number = {label: float(n) for n, label in enumerate(known)}
    return np.array([[number[label] if label else np.nan for label in row] for row in rows])


def _checked(labels: ArrayLike, scale: Scale) -> Floats:
    if scale not in _DISTANCES:
        raise BadLabels(f"a scale is one of {', '.join(_DISTANCES)}, not {scale!r}")
    table = np.asarray(labels, dtype=np.float64)
    if table.ndim != 2 or np.isinf(table).any():
        raise BadLabels
    if len(table) < 2:
        raise BadLabels("agreement takes two coders or more")
    if scale == "ratio" and (table[~np.isnan(table)] < 0).any():
        raise BadLabels("on a ratio scale no label lies below 0")
    return table


def _alpha(counts: Floats, weights: Floats, apart: Floats) -> Floats:
    """1 - observed over expected disagreement; `weights` (draws, units): how often a unit counts."""
    per_unit = counts.sum(axis=1)
    disagreeing = np.einsum("ui,ij,uj->u", counts, apart, counts) / (per_unit - 1)
    totals = weights @ counts
    pairable = totals.sum(axis=-1)
    expected = np.einsum("...i,ij,...j->...", totals, apart, totals) / (pairable - 1)
    observed = weights @ disagreeing
    found: Floats = 1 - np.divide(observed, expected, out=np.zeros_like(expected), where=expected > 0)
    return found


def _interval(counts: Floats, apart: Floats, alpha: float, level: float, seed: int) -> Interval:
    """Of units drawn anew. One unit more, at the estimate, keeps perfect agreement of few units from
    certainty.
    """
    tail = (1 - check_level(level)) / 2
    units = len(counts)
    weights = (
        np.random.default_rng(seed).multinomial(units, np.full(units, 1 / units), DRAWS).astype(np.float64)
    )
    drawn = _alpha(counts, weights, apart)
    low, high = np.quantile(drawn, [tail, 1 - tail])
    if low == high:
        low = min(low, _one_slip(counts, apart))
    return Interval(float(min(low, alpha)), float(max(high, alpha)), level)


def _one_slip(counts: Floats, apart: Floats) -> float:
    """The alpha if one label of the unit where it weighs most had been the most distant one."""
    slipped = counts.copy()
    value = int(np.argmax(counts[0]))
    slipped[0, value] -= 1
    slipped[0, int(np.argmax(apart[value]))] += 1
    return float(_alpha(slipped, np.ones((1, len(counts))), apart)[0])


def _reading(low: float) -> Reading:
    if low >= ENOUGH:
        return "agreement"
    return "tentative" if low >= TENTATIVE else "no conclusion"


def _nominal(values: Floats, _: Floats) -> Floats:
    return np.asarray(values[:, None] != values[None, :], dtype=np.float64)


def _ordinal(_: Floats, totals: Floats) -> Floats:
    """(sum of all labels from one rank to the other, each end counted half) squared."""
    middle = np.cumsum(totals) - totals / 2
    return np.asarray(np.square(middle[:, None] - middle[None, :]))


def _interval_scale(values: Floats, _: Floats) -> Floats:
    return np.asarray(np.square(values[:, None] - values[None, :]))


def _ratio(values: Floats, _: Floats) -> Floats:
    total = values[:, None] + values[None, :]
    apart = values[:, None] - values[None, :]
    return np.asarray(np.square(np.divide(apart, total, out=np.zeros_like(apart), where=total > 0)))


_DISTANCES: dict[str, Callable[[Floats, Floats], Floats]] = {
    "nominal": _nominal,
    "ordinal": _ordinal,
    "interval": _interval_scale,
    "ratio": _ratio,
}
