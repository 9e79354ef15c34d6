"""A range that holds the unknown with a stated confidence."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.stats import norm

from latchstring.base.errors import BadInput


class BadLevel(BadInput):
    """A confidence level lies between 0 and 1, such as 0.95."""


@dataclass(frozen=True)
class Interval:
    """Both ends belong to it; an end may be infinite where the data set no limit."""

    low: float
    high: float
    level: float = 0.95

    def __post_init__(self) -> None:
        check_level(self.level)
        if math.isnan(self.low) or math.isnan(self.high) or self.low > self.high:
            raise BadInput(f"an interval runs from low to high, not from {self.low} to {self.high}")

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


def check_level(level: float) -> float:
    """`level` itself."""
    if not 0 < level < 1:
        raise BadLevel
    return level


def two_sided(level: float) -> float:
    """The normal quantile of a two-sided interval: 1.959964 for 0.95."""
    return float(norm.ppf((1 + check_level(level)) / 2))


def around(estimate: float, standard_error: float, level: float = 0.95) -> Interval:
    """The normal (Wald) interval."""
    reach = two_sided(level) * standard_error
    return Interval(estimate - reach, estimate + reach, level)
