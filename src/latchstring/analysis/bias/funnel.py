"""One audit for every chain of decisions: posts, footage requests, moderation.

A funnel is what remains of the cases of each group at each stage: asked, consented, used; flagged, removed,
restored. Each step is judged by itself, as a share of those who came so far, against a reference group, and
within like cases where strata are given. Groups come from what people said of themselves or from where things
happened: nothing here infers a person's race.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from latchstring.analysis.bias import words
from latchstring.analysis.bias.shares import BadShare, Share, difference, ratio, wilson
from latchstring.analysis.bias.strata import Stratified, Stratum, stratified
from latchstring.analysis.bias.words import Said
from latchstring.analysis.interval import Interval

FEWEST_SHOWN = 5
REQUESTS = ("asked", "consented", "used")
MODERATION = ("flagged", "removed", "restored")


class BadFunnel(BadShare):
    """A stage never has more cases than the stage before it."""


@dataclass(frozen=True)
class Cell:
    """The cases of one group in one stratum, one number for each stage."""

    group: str
    counts: tuple[int, ...]
    stratum: str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """From one stage to the next, one group beside the reference.

    Everything but `said` is None where either group has fewer than 5 cases at the first stage of the step.
    """

    start: str
    end: str
    group: str
    reference: str
    share: Share | None
    share_interval: Interval | None
    reference_share: Share | None
    reference_interval: Interval | None
    difference: Interval | None
    ratio: Interval | None
    within: Stratified | None
    said: Said
    beware: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Audit:
    stages: tuple[str, ...]
    groups: tuple[str, ...]
    reference: str
    steps: tuple[Step, ...]


def audit(
    stages: Sequence[str], cells: Sequence[Cell], *, reference: str | None = None, level: float = 0.95
) -> Audit:
    """Judge each step of each group against the reference: the one named, or that with the most cases."""
    if len(stages) < 2:
        raise BadFunnel("a funnel has two stages or more")
    for cell in cells:
        _check(cell, stages)
    totals = _totals(cells, len(stages))
    if len(totals) < 2:
        raise BadFunnel("an audit compares two groups or more")
    reference = reference or max(totals, key=lambda group: (totals[group][0], group))
    if reference not in totals:
        raise BadFunnel(f"there is no group {reference!r}; there are {', '.join(totals)}")
    others = [group for group in totals if group != reference]
    steps = tuple(
        _step(stages, number, group, reference, cells, totals, level)
        for number in range(len(stages) - 1)
        for group in others
    )
    return Audit(stages=tuple(stages), groups=tuple(totals), reference=reference, steps=steps)


def _check(cell: Cell, stages: Sequence[str]) -> None:
    if len(cell.counts) != len(stages):
        raise BadFunnel(f"{cell.group!r} has {len(cell.counts)} counts for {len(stages)} stages")
    for number, (before, after) in enumerate(zip(cell.counts, cell.counts[1:], strict=False)):
        if not 0 <= after <= before:
            raise BadFunnel(
                f"{cell.group!r} has {after} cases {stages[number + 1]} out of {before} {stages[number]}"
            )


def _totals(cells: Sequence[Cell], stages: int) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for cell in cells:
        so_far = found.get(cell.group, (0,) * stages)
        found[cell.group] = tuple(a + b for a, b in zip(so_far, cell.counts, strict=True))
    return found


def _step(
    stages: Sequence[str],
    number: int,
    group: str,
    reference: str,
    cells: Sequence[Cell],
    totals: Mapping[str, tuple[int, ...]],
    level: float,
) -> Step:
    start, end = stages[number], stages[number + 1]
    few = next((name for name in (group, reference) if totals[name][number] < FEWEST_SHOWN), None)
    if few is not None:
        return Step(
            start=start,
            end=end,
            group=group,
            reference=reference,
            share=None,
            share_interval=None,
            reference_share=None,
            reference_interval=None,
            difference=None,
            ratio=None,
            within=None,
            said=words.suppressed(few, FEWEST_SHOWN),
            beware=(),
        )
    one = Share(totals[group][number + 1], totals[group][number])
    other = Share(totals[reference][number + 1], totals[reference][number])
    within = _within(number, group, reference, cells, level)
    return Step(
        start=start,
        end=end,
        group=group,
        reference=reference,
        share=one,
        share_interval=wilson(one, level),
        reference_share=other,
        reference_interval=wilson(other, level),
        difference=difference(one, other, level),
        ratio=ratio(one, other, level),
        within=within,
        said=words.compare(group, one, reference, other, f"were {end}", level),
        beware=(words.HIDDEN_BY_STRATA,) if within is not None and within.turns else (),
    )


def _within(
    number: int, group: str, reference: str, cells: Sequence[Cell], level: float
) -> Stratified | None:
    """None where there is one stratum only, or none in which both groups have cases."""
    names = dict.fromkeys(cell.stratum for cell in cells)
    if len(names) < 2:
        return None
    strata = []
    for name in names:
        here = _totals([cell for cell in cells if cell.stratum == name], len(cells[0].counts))
        one, other = here.get(group), here.get(reference)
        if one and other and one[number] and other[number]:
            strata.append(
                Stratum(name, Share(one[number + 1], one[number]), Share(other[number + 1], other[number]))
            )
    return stratified(strata, level) if strata else None
