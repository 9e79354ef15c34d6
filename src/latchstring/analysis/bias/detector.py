"""What a face detector or a blur misses, by group of people.

As Buolamwini and Gebru 2018 audited three of them: errors by subgroup, each with its interval, and the worst
beside the best. What is overall right in 94 % may fail one woman in three.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from latchstring.analysis.bias import words
from latchstring.analysis.bias.shares import BadShare, Share, difference, ratio, wilson
from latchstring.analysis.bias.words import Said
from latchstring.analysis.interval import Interval


@dataclass(frozen=True, kw_only=True)
class Missed:
    group: str
    share: Share
    interval: Interval


@dataclass(frozen=True, kw_only=True)
class DetectorAudit:
    """`groups` from the most missed to the least.

    The worst and the best were picked out of all groups, so their comparison is made at a stricter level,
    shared out over all pairs (Bonferroni).
    """

    groups: tuple[Missed, ...]
    overall: Missed
    difference: Interval
    ratio: Interval
    said: Said


def misses(found: Mapping[str, Share], level: float = 0.95) -> DetectorAudit:
    """From the faces missed of those shown, by group."""
    if len(found) < 2:
        raise BadShare("an audit compares two groups or more")
    groups = sorted(
        (Missed(group=name, share=share, interval=wilson(share, level)) for name, share in found.items()),
        key=lambda each: (-each.share.value, each.group),
    )
    every = Share(sum(s.hits for s in found.values()), sum(s.of for s in found.values()))
    pairs = len(groups) * (len(groups) - 1) // 2
    strict = 1 - (1 - level) / pairs
    worst, best = groups[0], groups[-1]
    return DetectorAudit(
        groups=tuple(groups),
        overall=Missed(group="all", share=every, interval=wilson(every, level)),
        difference=difference(worst.share, best.share, strict),
        ratio=ratio(worst.share, best.share, strict),
        said=words.compare(worst.group, worst.share, best.group, best.share, "were missed", strict),
    )


def of_percentages(percent: float, of: int) -> Share:
    """A published percentage of a published size, back to the nearest count of cases."""
    return Share(round(percent / 100 * of), of)
