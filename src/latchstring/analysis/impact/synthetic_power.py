"""What a synthetic control could have seen: known effects, placed on units where nothing was done.

Only outcomes after the start change by it, so no fit changes, and each comparison of ratios is a quadratic in
the effect. Nothing is drawn and nothing fitted anew: the answer is exact for these units.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from latchstring.analysis.impact.power import BadPower
from latchstring.analysis.impact.synthetic import Synthetic
from latchstring.analysis.impact.synthetic_placebo import SyntheticTest, excess, real_roots
from latchstring.analysis.interval import check_level
from latchstring.analysis.points import Floats

Direction = Literal["fewer", "more"]


@dataclass(frozen=True, kw_only=True)
class DetectableEffect:
    """`size`: from this constant change on, in the outcome's measure, the share `power` of units is seen.

    None: no change of any size is, because mixes that hold much of a unit move with it. `expected` is the
    mean that is expected of the treated unit after the start, `power_at_all` the share of units in which a
    very large change is seen, and `by_unit` the size from which on it is seen in each.
    """

    size: float | None
    expected: float
    power: float
    power_at_all: float
    level: float
    direction: Direction
    by_unit: Mapping[str, float | None]

    @property
    def of_expected(self) -> float | None:
        """The size as a share of what is expected; a fall of more than 1 there cannot be."""
        return None if self.size is None or not self.expected else self.size / self.expected


def detectable_effect(
    test: SyntheticTest, *, direction: Direction = "fewer", power: float = 0.8, level: float = 0.95
) -> DetectableEffect:
    """The smallest constant effect that would rank high enough often enough.

    The treated unit takes no part: what was done there is no placebo. A unit is seen when so few others have
    a larger ratio that its rank among all units, the treated one counted, is rare at `level`.
    """
    check_level(power)
    check_level(level)
    placebos = list(test.placebos.values())
    rare = math.floor((1 - level) * test.rank.of + 1e-9)
    sign = 1.0 if direction == "fewer" else -1.0
    by_unit = {each.treated: _seen_from(each, placebos, rare, sign) for each in placebos}
    if len(by_unit) < 2:
        raise BadPower("placing effects takes two or more units where nothing was done")
    sizes = np.sort([math.inf if each is None else each for each in by_unit.values()])
    size = float(sizes[math.ceil(power * len(sizes) - 1e-9) - 1])
    after = [value for time, value in test.treated.expected.items() if time >= test.treated.start]
    return DetectableEffect(
        size=size if math.isfinite(size) else None,
        expected=abs(float(np.mean(after))),
        power=power,
        power_at_all=float(np.isfinite(sizes).mean()),
        level=level,
        direction=direction,
        by_unit=by_unit,
    )


def _seen_from(unit: Synthetic, placebos: Sequence[Synthetic], rare: int, sign: float) -> float | None:
    """The size from which on fewer than `rare` others have a ratio as large; None where that never comes."""
    curves = np.array([excess(unit, other) for other in placebos if other is not unit])
    ends = np.unique(np.concatenate([[0.0], *(np.array(real_roots(tuple(each))) * sign for each in curves)]))
    ends = ends[ends >= 0]
    between = np.append((ends[1:] + ends[:-1]) / 2, 2 * ends[-1] + 1)
    unseen = np.flatnonzero(_larger(curves, sign * between) >= rare)
    if not unseen.size:
        return 0.0
    last = int(unseen[-1])
    return float(ends[last + 1]) if last + 1 < len(ends) else None


def _larger(curves: Floats, effects: Floats) -> Floats:
    """How many others have a ratio as large, at each effect."""
    a, b, c = curves.T[:, :, None]
    return np.asarray((a * effects**2 + b * effects + c >= 0).sum(axis=0))
