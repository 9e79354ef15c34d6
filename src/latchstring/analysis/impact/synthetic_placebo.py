"""Is the gap of a synthetic control larger than those of units where nothing was done?

Abadie, Diamond and Hainmueller 2010, section 2.4 (each donor in turn as if it were treated, the treated unit
among its donors); Firpo and Possebom 2018 (the interval: constant effects that the same ranks do not reject).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from latchstring.analysis.impact.panel import Panel
from latchstring.analysis.impact.placebo import Rank, rank_among
from latchstring.analysis.impact.power import Detectable
from latchstring.analysis.impact.synthetic import BadDesign, Design, Synthetic, fit
from latchstring.analysis.impact.verdict import Evidence, Means, Scale
from latchstring.analysis.interval import Interval, check_level

AT_WORK = 0.001  # a donor with a smaller share does not carry the result


@dataclass(frozen=True, kw_only=True)
class SyntheticTest:
    """The treated unit beside every donor in its place.

    `rank` is by mean square after over before. `interval` holds the constant effects that ranks do not
    reject; it has no ends where there are too few units for its level.
    """

    treated: Synthetic
    placebos: Mapping[str, Synthetic]
    rank: Rank
    interval: Interval

    @property
    def ranking(self) -> list[tuple[str, float]]:
        """All units by their ratio, largest first."""
        ratios = {self.treated.treated: self.treated.mspe_ratio}
        ratios |= {unit: placebo.mspe_ratio for unit, placebo in self.placebos.items()}
        return sorted(ratios.items(), key=lambda item: -item[1])


def placebo_test(
    panel: Panel, design: Design, *, level: float = 0.95, progress: Callable[[int, int], None] | None = None
) -> SyntheticTest:
    """Fit the treated unit and each donor in its place; `progress` hears how many of how many are done."""
    check_level(level)
    treated = fit(panel, design)
    units = (design.treated, *treated.weights)
    placebos = {}
    for number, unit in enumerate(units[1:], start=2):
        others = tuple(each for each in units if each != unit)
        placebos[unit] = fit(panel, replace(design, treated=unit, donors=others))
        if progress is not None:
            progress(number, len(units))
    return SyntheticTest(
        treated=treated,
        placebos=placebos,
        rank=rank_among(treated.mspe_ratio, [each.mspe_ratio for each in placebos.values()], "more"),
        interval=_constant_effects(treated, list(placebos.values()), level),
    )


def evidence(
    test: SyntheticTest,
    *,
    detectable: Detectable | None = None,
    expected_drop: float | None = None,
    deviations: tuple[str, ...] = (),
) -> Evidence:
    """What the test says to the verdict."""
    after = [time for time in test.treated.gaps if time >= test.treated.start]
    expected = float(np.mean([test.treated.expected[time] for time in after]))
    return Evidence(
        seen=Means(measured=expected + test.treated.mean_gap, expected=expected),
        beside=None,
        change=test.interval,
        scale=Scale.VALUE,
        test=test.rank,
        expected_drop=expected_drop,
        detectable=detectable,
        deviations=deviations,
    )


def leave_one_out(panel: Panel, design: Design) -> dict[str, Synthetic]:
    """The fit without each donor that has a share in it: a result that hangs on one donor shows here."""
    whole = fit(panel, design)
    at_work = [donor for donor, share in whole.weights.items() if share > AT_WORK]
    if len(whole.weights) < 3:
        raise BadDesign("leaving a donor out needs three or more")
    return {
        left: fit(panel, replace(design, donors=tuple(d for d in whole.weights if d != left)))
        for left in at_work
    }


def seeds_apart(panel: Panel, design: Design, seeds: Sequence[int] = (1, 2, 3, 4, 5)) -> float:
    """The largest difference of any share between searches from different seeds."""
    shares = [list(fit(panel, replace(design, seed=seed)).weights.values()) for seed in seeds]
    return float(np.ptp(np.array(shares), axis=0).max())


def _constant_effects(treated: Synthetic, placebos: Sequence[Synthetic], level: float) -> Interval:
    """The hull of all constant effects with a rank that is not rare.

    Taking an effect off the treated unit lowers its own gaps and raises those of units that have a share of
    it. Each comparison of ratios is then a quadratic in the effect, so the ends are found exactly.
    """
    curves = [excess(treated, placebo) for placebo in placebos]
    ends = np.unique(np.concatenate([[treated.mean_gap], *(real_roots(curve) for curve in curves)]))
    inner = (ends[1:] + ends[:-1]) / 2
    tried = np.concatenate(
        [[ends[0] - 1 - abs(ends[0])], np.sort(np.concatenate([ends, inner])), [ends[-1] + 1 + abs(ends[-1])]]
    )
    at_least = sum((np.polyval(curve, tried) >= -1e-9 * np.abs(curve[2])).astype(int) for curve in curves)
    kept = (1 + at_least) / (1 + len(placebos)) > 1 - level + 1e-12
    low, high = int(kept.argmax()), len(kept) - 1 - int(kept[::-1].argmax())
    return Interval(
        -math.inf if low == 0 else float(tried[low]),
        math.inf if high == len(kept) - 1 else float(tried[high]),
        level,
    )


def excess(treated: Synthetic, placebo: Synthetic) -> tuple[float, float, float]:
    """Coefficients of (ratio of the placebo) - (ratio of the treated unit), as a quadratic in the effect."""
    share = placebo.weights.get(treated.treated, 0.0)
    own, other = treated.mspe_fit, placebo.mspe_fit
    return (
        share**2 / other - 1 / own,
        2 * share * placebo.mean_gap / other + 2 * treated.mean_gap / own,
        placebo.mspe_ratio - treated.mspe_ratio,
    )


def real_roots(curve: tuple[float, float, float]) -> list[float]:
    a, b, c = curve
    square = b * b - 4 * a * c
    if a == 0 or square < 0:
        return [-c / b] if a == 0 and b != 0 else []
    root = math.sqrt(square)
    return [(-b - root) / (2 * a), (-b + root) / (2 * a)]
