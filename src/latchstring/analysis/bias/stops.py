"""Two tests of decisions about people, each with what it cannot show.

The outcome test (Becker 1957) asks whether searches of one group find less. The veil of darkness (Grogger and
Ridgeway 2006) asks whether one group's share is larger by daylight, when who is there can be seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from latchstring.analysis.bias import words
from latchstring.analysis.bias.shares import Share, difference, ratio, wilson
from latchstring.analysis.bias.strata import OddsRatio, Stratified, Stratum, stratified
from latchstring.analysis.bias.words import Finding, Said
from latchstring.analysis.interval import Interval

LIGHT_IS_NOT_SIGHT = (
    "Street lamps, tinted glass and the kind of car tell by night too, and people drive at other hours in "
    "summer and in winter: a finding of no difference clears nobody (Kalinowski, Ross and Ross 2019)."
)


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """Hit rates of two groups. Without `INFRA_MARGINAL` they must not be shown."""

    one: Share
    one_interval: Interval
    other: Share
    other_interval: Interval
    difference: Interval
    ratio: Interval
    said: Said
    beware: tuple[str, ...] = (words.INFRA_MARGINAL,)


def outcome_test(name: str, one: Share, other_name: str, other: Share, level: float = 0.95) -> Outcomes:
    """Of those who were searched, or asked for footage: for how many was something found, or the footage
    used?
    """
    return Outcomes(
        one=one,
        one_interval=wilson(one, level),
        other=other,
        other_interval=wilson(other, level),
        difference=difference(one, other, level),
        ratio=ratio(one, other, level),
        said=words.compare(name, one, other_name, other, "led to something", level),
    )


@dataclass(frozen=True)
class Hour:
    """Decisions at one time of the clock at which it is light for a part of the year and dark for the rest.

    Each share is the group's share of all decisions, by daylight and in the dark.
    """

    clock: str
    by_day: Share
    in_dark: Share


@dataclass(frozen=True, kw_only=True)
class Veil:
    """`odds` of belonging to the group by daylight over those in the dark, at the same time of the clock."""

    odds: OddsRatio
    within: Stratified
    said: Said
    beware: tuple[str, ...] = (LIGHT_IS_NOT_SIGHT,)


def veil_of_darkness(group: str, hours: Sequence[Hour], level: float = 0.95) -> Veil:
    found = stratified([Stratum(hour.clock, hour.by_day, hour.in_dark) for hour in hours], level)
    between = found.common.interval
    if 1 in between:
        finding, judged = Finding.CANNOT_TELL, "We cannot tell whether daylight makes a difference."
    else:
        finding = Finding.HIGHER if between.low > 1 else Finding.LOWER
        word = "larger" if finding is Finding.HIGHER else "smaller"
        judged = f"The share of {group} is {word} when it is light, beyond chance."
    high = (
        " times those in the dark or more"
        if math.isinf(between.high)
        else (f" to {between.high:.2f} times those in the dark")
    )
    text = f"At the same time of the clock, the odds of {group} by daylight are {between.low:.2f}{high}."
    return Veil(odds=found.common, within=found, said=Said(finding=finding, text=f"{text} {judged}"))
