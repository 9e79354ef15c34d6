"""The change in percent beyond that of the control area, with an interval that is honest for small counts."""

from __future__ import annotations

import math
from dataclasses import dataclass

from latchstring.analysis.impact.counts import BadCounts, Change
from latchstring.analysis.impact.dispersion import Dispersion, Spread
from latchstring.analysis.impact.placebo import Rank
from latchstring.analysis.impact.power import Detectable
from latchstring.analysis.impact.verdict import Evidence, Scale, VariationTest
from latchstring.analysis.interval import Interval, two_sided


@dataclass(frozen=True, kw_only=True)
class RateRatio:
    """`ratio` is treated after over before, divided by control after over before: 0.5 means half as many.

    Lengths of periods and sizes of areas cancel. `change` and `change_interval` say the same less 1.
    `half_added`: a count was 0, and 0.5 was added to all four (Haldane 1956, Anscombe 1956).
    """

    ratio: float
    log_se: float
    interval: Interval
    p: float
    dispersion: float
    freedom: float
    half_added: bool
    treated: Change
    control: Change

    @property
    def change(self) -> float:
        return self.ratio - 1

    @property
    def change_interval(self) -> Interval:
        return Interval(self.interval.low - 1, self.interval.high - 1, self.interval.level)

    @property
    def raw_change(self) -> float | None:
        """The treated area's own change, with nothing to compare it with: what advertisements quote."""
        return self.treated.after / self.treated.before - 1 if self.treated.before else None


def rate_ratio(
    *, treated: Change, control: Change, dispersion: Dispersion | float = 1.0, level: float = 0.95
) -> RateRatio:
    """The ratio of rate ratios; its logarithm has the variance of the sum of 1 over each count."""
    for name, change in (("treated", treated), ("control", control)):
        if not change.before and not change.after:
            raise BadCounts(f"no incident was counted in the {name} area; a change in percent needs some")
    counts = (treated.after, treated.before, control.after, control.before)
    half_added = 0 in counts
    t1, t0, c1, c0 = (count + 0.5 * half_added for count in counts)
    spread = Spread.of(dispersion)
    log_ratio = math.log(t1 / t0) - math.log(c1 / c0)
    log_se = math.sqrt((1 / t1 + 1 / t0 + 1 / c1 + 1 / c0) * spread.factor)
    reach = spread.reach(level) * log_se
    return RateRatio(
        ratio=math.exp(log_ratio),
        log_se=log_se,
        interval=Interval(math.exp(log_ratio - reach), math.exp(log_ratio + reach), level),
        p=spread.two_sided(log_ratio / log_se),
        dispersion=spread.factor,
        freedom=spread.freedom,
        half_added=half_added,
        treated=treated,
        control=control,
    )


def evidence(
    result: RateRatio,
    *,
    rank: Rank | None = None,
    detectable: Detectable | None = None,
    expected_drop: float | None = None,
    deviations: tuple[str, ...] = (),
) -> Evidence:
    """What the ratio says to the verdict. A dispersion that was only assumed is no test."""
    assumed = math.isinf(result.freedom)
    variation = None if assumed else VariationTest(p=result.p, dispersion=result.dispersion)
    z = math.log(result.ratio) / result.log_se
    tipping = result.dispersion * (z / two_sided(result.interval.level)) ** 2
    return Evidence(
        seen=result.treated,
        beside=result.control,
        change=result.change_interval,
        scale=Scale.SHARE,
        test=rank or variation,
        tipping_dispersion=tipping if assumed else None,
        expected_drop=expected_drop,
        detectable=detectable,
        deviations=deviations,
    )
