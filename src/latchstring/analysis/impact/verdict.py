"""What a resident is told: sentences from a closed set, of which "we cannot tell" is the default.

An effect is spoken of only where there was something to compare with, an interval without 0, a rank among
areas where nothing was done (or, without such areas, a p that allows for how much the counts vary), and a
plan, locked before, by which an effect could have been seen. Everything else ends in "we cannot tell", and
each thing that was lacking is said.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from latchstring.analysis.impact.counts import Change
from latchstring.analysis.impact.placebo import Rank
from latchstring.analysis.impact.power import Detectable
from latchstring.analysis.interval import Interval
from latchstring.base.errors import BadInput

SIGNIFICANCE = 0.05
LEAST_AREAS = 20  # 1 / 20 is the largest p of a first rank that is still rare


class BadEvidence(BadInput):
    """The evidence contradicts itself."""


class Finding(StrEnum):
    CANNOT_TELL = "cannot tell"
    FEWER = "fewer"
    MORE = "more"


class Lack(StrEnum):
    """Why we cannot tell, in the order in which it is said."""

    CONTROL = "no control"
    INTERVAL = "no change fits too"
    VARIATION = "variation unknown"
    TOO_FEW_AREAS = "too few areas"
    RANK = "not a rare rank"
    NOT_RARE = "not rare for this variation"
    CHOSEN = "chosen for being bad"
    UNPLANNED = "no locked plan"
    UNREACHABLE = "out of reach"
    DEVIATED = "plan not followed"


class Scale(StrEnum):
    """What the ends of the interval count."""

    SHARE = "share"
    """-0.5 is half as many"""
    COUNT = "count"
    """-5 is five incidents fewer"""
    WEIGHTED = "weighted"
    """the same, weighted by area, time or harm"""
    VALUE = "value"
    """-5 is lower by five, whatever was measured"""


@dataclass(frozen=True, kw_only=True)
class Words:
    """How outcome and intervention are called; the outcome in the plural where it is counted."""

    outcome: str = "incidents"
    intervention: str = "the cameras"
    area: str = "here"


@dataclass(frozen=True, kw_only=True)
class Means:
    """Yearly (or monthly) means after the start: as measured, and as expected from other areas.

    They are expected of a mix that was like the area until then, or else of the others' mean change.
    """

    measured: float
    expected: float
    of_mix: bool = True


@dataclass(frozen=True, kw_only=True)
class VariationTest:
    """A p whose standard error allows for a dispersion that was estimated from the area's own counts."""

    p: float
    dispersion: float


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known when the verdict is given; what is None is lacking.

    `tipping_dispersion`: from which dispersion on the interval would hold 0, where none was estimated.
    `expected_drop`: the share by which counts fall by themselves, because the area was chosen for high ones.
    `detectable`: worked out before the start, and locked with the plan.
    """

    seen: Change | Means
    beside: Change | None
    moved: Change | None = None
    moved_beside: Change | None = None
    change: Interval | None
    scale: Scale
    test: Rank | VariationTest | None = None
    tipping_dispersion: float | None = None
    expected_drop: float | None = None
    detectable: Detectable | None = None
    deviations: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Verdict:
    finding: Finding
    lacks: tuple[Lack, ...]
    text: str


def verdict(evidence: Evidence, words: Words | None = None) -> Verdict:
    """Weigh the evidence; an effect needs all of it."""
    words = words or Words()
    lacks = list(_lacks(evidence, words))
    finding = Finding.CANNOT_TELL if lacks else _direction(evidence)
    sentences = [*_what_was_seen(evidence, words), *_range(evidence)]
    if lacks:
        sentences.append(f"We cannot tell whether {words.intervention} did anything.")
        sentences += [sentence for _, sentence in lacks]
    else:
        sentences += _effect(finding, evidence, words)
    return Verdict(finding=finding, lacks=tuple(lack for lack, _ in lacks), text=" ".join(sentences))


def _lacks(evidence: Evidence, words: Words) -> Iterator[tuple[Lack, str]]:
    """Everything that stands between the evidence and an effect, and how it is said."""
    change, test, planned = evidence.change, evidence.test, evidence.detectable
    if change is None or (evidence.beside is None and isinstance(evidence.seen, Change)):
        yield Lack.CONTROL, "There is no like area to compare with."
    if change is not None and 0 in change:
        yield Lack.INTERVAL, "No change at all fits these numbers too."
    if test is None:
        yield Lack.VARIATION, _unknown_variation(evidence.tipping_dispersion, words)
    if isinstance(test, Rank) and test.smallest > SIGNIFICANCE:
        yield (
            Lack.TOO_FEW_AREAS,
            f"Among {test.of} areas even the largest change is not rare; it takes {LEAST_AREAS}.",
        )
    elif isinstance(test, Rank) and test.p > SIGNIFICANCE:
        yield Lack.RANK, f"{_place(test)}: not rare enough."
    if isinstance(test, VariationTest) and test.p > SIGNIFICANCE:
        yield Lack.NOT_RARE, f"These counts vary so much that chance does this {_how_often(test.p)}."
    if evidence.expected_drop is not None:
        drop = f"{100 * evidence.expected_drop:.0f} %"
        yield (
            Lack.CHOSEN,
            "The area was chosen because its counts were high, and high counts fall by themselves:"
            f" by about {drop} with nothing done.",
        )
    if planned is None:
        yield (
            Lack.UNPLANNED,
            "No plan, locked before the counts were read, says what change could have been seen.",
        )
    elif not planned.reachable:
        yield Lack.UNREACHABLE, "By the plan itself, counts this small could not even show a fall to none."
    if evidence.deviations:
        yield Lack.DEVIATED, f"The locked plan was not followed: {'; '.join(evidence.deviations)}."


def _direction(evidence: Evidence) -> Finding:
    if evidence.change is None:
        raise BadEvidence
    return Finding.FEWER if evidence.change.high < 0 else Finding.MORE


def _what_was_seen(evidence: Evidence, words: Words) -> list[str]:
    outcome, seen = _capital(words.outcome), evidence.seen
    if isinstance(seen, Means):
        expected = (
            f"A mix of other areas that was like it until then averaged {_number(seen.expected)}."
            if seen.of_mix
            else f"With the mean change of the other areas it would have been {_number(seen.expected)}."
        )
        return [f"{outcome} {words.area} averaged {_number(seen.measured)} after the start.", expected]
    told = [f"{outcome} {words.area} went from {seen.before:,} to {seen.after:,}."]
    if evidence.beside is not None:
        told.append(f"In like areas they went from {evidence.beside.before:,} to {evidence.beside.after:,}.")
    if evidence.moved is not None and evidence.moved_beside is not None:
        moved, beside = evidence.moved, evidence.moved_beside
        told.append(
            f"Next door they went from {moved.before:,} to {moved.after:,},"
            f" and in areas like that from {beside.before:,} to {beside.after:,}."
        )
    return told


def _range(evidence: Evidence) -> list[str]:
    if evidence.change is None:
        return []
    ends = (evidence.change.low, evidence.change.high)
    if all(map(math.isinf, ends)):
        return ["These areas are too few to set any limit to the change."]
    chance = "chance" if evidence.tipping_dispersion is None else "pure chance"
    that = "that and for " if evidence.beside is not None or isinstance(evidence.seen, Means) else ""
    low, high = (_amount(end, evidence.scale) for end in ends)
    return [f"Allowing for {that}{chance}, the change could be anything from {low} to {high}."]


def _effect(finding: Finding, evidence: Evidence, words: Words) -> list[str]:
    if isinstance(evidence.test, Rank):
        rarity = f"{_place(evidence.test)}."
    elif isinstance(evidence.test, VariationTest):
        rarity = (
            f"Allowing for how much these counts vary, chance does this {_how_often(evidence.test.p)};"
            " no ranks among like areas stand behind it."
        )
    else:
        raise BadEvidence
    ways = {Finding.FEWER: ("fewer", "lower"), Finding.MORE: ("more", "higher")}[finding]
    return [
        rarity,
        f"So {words.intervention}, or something else that came only {words.area} and at the same time, made"
        f" {words.outcome} {ways[evidence.scale is Scale.VALUE]}.",
    ]


def _place(rank: Rank) -> str:
    place = "the largest" if rank.rank == 1 else f"number {rank.rank}"
    return f"Of the changes in {rank.of} areas, all others of which were left as they were, this is {place}"


def _unknown_variation(tipping: float | None, words: Words) -> str:
    told = "Counts often vary more than by pure chance, and nothing here shows by how much."
    if tipping is not None and tipping > 1:
        told += f" From {tipping:.1f} times as much on, no change at all would fit too."
    areas = f"{LEAST_AREAS - 1} like areas without {words.intervention}"
    return f"{told} It takes the counts of {areas}, or of each month."


def _amount(value: float, scale: Scale) -> str:
    if value == 0:
        return "none at all"
    if math.isinf(value):
        return "any number more" if value > 0 else "any number fewer"
    size = abs(value)
    if scale is Scale.VALUE:
        return f"{_number(size)} {'higher' if value > 0 else 'lower'}"
    way = "more" if value > 0 else "fewer"
    if scale is Scale.SHARE:
        return f"{_percent(value)} % {way}"
    return f"{_number(size)} {way}" + (" (weighted)" if scale is Scale.WEIGHTED else "")


def _number(value: float) -> str:
    """Whole from 10 on, two digits below: no digit that means nothing, and never 0 for what is not 0."""
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.2g}"


def _percent(share: float) -> str:
    """Never 100 for a fall that is not one to none, and no figure where the data set hardly a limit."""
    if -1 < share < -0.995:
        return "over 99"
    return "over 10,000" if share > 100 else _number(100 * abs(share))


def _how_often(p: float) -> str:
    return "less than once in 1,000 times" if p < 0.001 else f"{1000 * p:.0f} times in 1,000"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
