"""Weighted displacement difference: did counts fall more than like areas, and did they only move next door?

Wheeler and Ratcliffe 2018, A simple weighted displacement difference test to evaluate place based crime
interventions, Crime Science 7:11. Weights for areas, times and harm: Wheeler 2025, WDD extensions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from latchstring.analysis.impact.counts import NOTHING, BadCounts, Change, refuse_emptiness, total
from latchstring.analysis.impact.dispersion import Dispersion, Spread
from latchstring.analysis.impact.placebo import Rank
from latchstring.analysis.impact.power import Detectable
from latchstring.analysis.impact.verdict import Evidence, Scale, VariationTest
from latchstring.analysis.interval import Interval, two_sided
from latchstring.base.errors import BadInput


class BadWeights(BadInput):
    """Weights are numbers above 0."""


@dataclass(frozen=True, kw_only=True)
class AreaWeights:
    """The size of each area: its length of streets, its homes. Counts are divided by it."""

    control: float = 1.0
    treated: float = 1.0
    displacement_control: float = 1.0
    displacement_treated: float = 1.0

    def __post_init__(self) -> None:
        sizes = (self.control, self.treated, self.displacement_control, self.displacement_treated)
        _check_weights("an area", sizes)


@dataclass(frozen=True)
class TimeWeights:
    """The length of each period. Counts are divided by it."""

    before: float = 1.0
    after: float = 1.0

    def __post_init__(self) -> None:
        _check_weights("a period", (self.before, self.after))


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A change of the treated area less that of its control, and its standard error."""

    estimate: float
    se: float


@dataclass(frozen=True, kw_only=True)
class WeightedDifference:
    """`wdd` is the change beyond that of the control areas, near and next door: negative means fewer.

    Its unit is incidents, per unit of area, time and harm where these are weighted. `se`, `z`, `p` and
    `interval` include `dispersion`; with a dispersion of 1 they hold only if counts vary by pure chance.
    `freedom` is that of an estimated dispersion, infinite for one that was assumed.
    """

    wdd: float
    se: float
    z: float
    p: float
    interval: Interval
    local: Difference
    displacement: Difference | None
    dispersion: float
    freedom: float
    weighted: bool
    control: Change
    treated: Change
    displacement_control: Change | None
    displacement_treated: Change | None

    @property
    def tipping_dispersion(self) -> float:
        """The dispersion from which on the interval would hold 0."""
        return self.dispersion * (self.z / two_sided(self.interval.level)) ** 2


def wdd(
    *,
    control: Change | Sequence[Change],
    treated: Change | Sequence[Change],
    displacement_control: Change | Sequence[Change] | None = None,
    displacement_treated: Change | Sequence[Change] | None = None,
    area_weights: AreaWeights | None = None,
    time_weights: TimeWeights | None = None,
    harm_weights: Sequence[float] | None = None,
    dispersion: Dispersion | float = 1.0,
    level: float = 0.95,
) -> WeightedDifference:
    """(treated - control) + (displacement treated - displacement control), each as after less before.

    With `harm_weights`, each area is a sequence of changes, one for each kind of offence, in the order of the
    weights. The variance of a count is the count times `dispersion` (equation 2 of the paper for 1).
    """
    if (displacement_control is None) != (displacement_treated is None):
        raise BadCounts(
            "a displacement area needs a displacement control to be compared with, and the reverse"
        )
    harm = (1.0,) if harm_weights is None else tuple(float(w) for w in harm_weights)
    _check_weights("harm", harm)
    arms = [
        _offences(arm, len(harm)) for arm in (control, treated, displacement_control, displacement_treated)
    ]
    refuse_emptiness(*arms)
    sizes = area_weights or AreaWeights()
    times = time_weights or TimeWeights()
    spread = Spread.of(dispersion)

    def difference(
        treated_arm: Sequence[Change], treated_size: float, control_arm: Sequence[Change], control_size: float
    ) -> Difference:
        change = _weighted(treated_arm, harm, treated_size, times)
        beside = _weighted(control_arm, harm, control_size, times)
        variance = (change.variance + beside.variance) * spread.factor
        return Difference(estimate=change.difference - beside.difference, se=math.sqrt(variance))

    local = difference(arms[1], sizes.treated, arms[0], sizes.control)
    displacement = difference(arms[3], sizes.displacement_treated, arms[2], sizes.displacement_control)
    estimate = local.estimate + displacement.estimate
    se = math.hypot(local.se, displacement.se)
    z = estimate / se
    reach = spread.reach(level) * se
    with_displacement = displacement_treated is not None
    totals = [total(arm) for arm in arms]
    return WeightedDifference(
        wdd=estimate,
        se=se,
        z=z,
        p=spread.two_sided(z),
        interval=Interval(estimate - reach, estimate + reach, level),
        local=local,
        displacement=displacement if with_displacement else None,
        dispersion=spread.factor,
        freedom=spread.freedom,
        weighted=harm_weights is not None or sizes != AreaWeights() or times != TimeWeights(),
        control=totals[0],
        treated=totals[1],
        displacement_control=totals[2] if with_displacement else None,
        displacement_treated=totals[3] if with_displacement else None,
    )


def evidence(
    result: WeightedDifference,
    *,
    rank: Rank | None = None,
    detectable: Detectable | None = None,
    expected_drop: float | None = None,
    deviations: tuple[str, ...] = (),
) -> Evidence:
    """What the difference says to the verdict. A dispersion that was only assumed is no test."""
    assumed = math.isinf(result.freedom)
    variation = None if assumed else VariationTest(p=result.p, dispersion=result.dispersion)
    return Evidence(
        seen=result.treated,
        beside=result.control,
        moved=result.displacement_treated,
        moved_beside=result.displacement_control,
        change=result.interval,
        scale=Scale.WEIGHTED if result.weighted else Scale.COUNT,
        test=rank or variation,
        tipping_dispersion=result.tipping_dispersion if assumed else None,
        expected_drop=expected_drop,
        detectable=detectable,
        deviations=deviations,
    )


@dataclass(frozen=True)
class _Weighted:
    difference: float
    variance: float


def _weighted(
    offences: Sequence[Change], harm: tuple[float, ...], size: float, times: TimeWeights
) -> _Weighted:
    pairs = list(zip(offences, harm, strict=True))
    before, after = 1 / (size * times.before), 1 / (size * times.after)
    return _Weighted(
        difference=math.fsum(h * (c.after * after - c.before * before) for c, h in pairs),
        variance=math.fsum(h * h * (c.after * after**2 + c.before * before**2) for c, h in pairs),
    )


def _offences(given: Change | Sequence[Change] | None, kinds: int) -> tuple[Change, ...]:
    """One change for each kind of offence; an area that was not given counts nothing."""
    if given is None:
        return (NOTHING,) * kinds
    offences = (given,) if isinstance(given, Change) else tuple(given)
    if len(offences) != kinds:
        raise BadCounts(
            f"an area has {len(offences)} pairs of counts, and there are {kinds} harm weights: one for each"
        )
    return offences


def _check_weights(of: str, weights: Sequence[float]) -> None:
    for weight in weights:
        if not math.isfinite(weight) or weight <= 0:
            raise BadWeights(f"the weight of {of} is a number above 0, not {weight}")
