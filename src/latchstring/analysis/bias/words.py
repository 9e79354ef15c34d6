"""What an audit may say: a closed set of sentences, "we cannot tell" unless shown otherwise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from latchstring.analysis.bias.shares import Share, ratio
from latchstring.analysis.interval import Interval

INFRA_MARGINAL = (
    "Equal rates of hits do not show equal treatment, nor unequal ones unequal treatment: the groups' cases "
    "may differ in how clear they are (Simoiu, Corbett-Davies and Goel 2017)."
)
NO_BENCHMARK = (
    "This describes who was counted. Without the share of all who pass by, it does not show a bias."
)
HIDDEN_BY_STRATA = (
    "Within like cases the difference points the other way: the groups differ in their mix of cases."
)


class Finding(Enum):
    CANNOT_TELL = "cannot-tell"
    HIGHER = "higher"
    LOWER = "lower"
    TOO_FEW = "too-few"


@dataclass(frozen=True, kw_only=True)
class Said:
    finding: Finding
    text: str


def compare(one: str, first: Share, other: str, second: Share, what: str, level: float = 0.95) -> Said:
    """`what` happened to cases of both groups: "were removed". Judged by the interval of the ratio."""
    between = ratio(first, second, level)
    counted = (
        f"{first.hits:,} of {first.of:,} cases of {one} {what} ({_percent(first)}), and {second.hits:,} of "
        f"{second.of:,} of {other} ({_percent(second)})."
    )
    if 1 in between:
        doubt = f"Chance alone allows for {_range(between)}. We cannot tell whether the groups differ."
        return Said(finding=Finding.CANNOT_TELL, text=f"{counted} {doubt}")
    finding = Finding.HIGHER if between.low > 1 else Finding.LOWER
    word = "more" if finding is Finding.HIGHER else "less"
    return Said(
        finding=finding,
        text=f"{counted} The share of {one} is {_range(between)}: {word} often, beyond chance.",
    )


def suppressed(group: str, fewest: int) -> Said:
    return Said(
        finding=Finding.TOO_FEW,
        text=f"There are fewer than {fewest} cases of {group}. They are not shown: none can be picked out.",
    )


def _percent(share: Share) -> str:
    """What is neither none nor all is never told as 0 or 100."""
    if 0 < share.value < 0.005:
        return "under 1 %"
    if 0.995 <= share.value < 1:
        return "over 99 %"
    return f"{share.value * 100:.0f} %"


def _range(between: Interval) -> str:
    if math.isinf(between.high):
        return f"{between.low:.2f} times that of the other or more"
    return f"{between.low:.2f} to {between.high:.2f} times that of the other"
