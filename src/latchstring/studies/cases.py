"""Cases out of a table: groups, outcomes, strata, clusters, labels and stages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis.bias.agreement import codes
from latchstring.analysis.bias.funnel import Cell
from latchstring.analysis.bias.shares import Share
from latchstring.analysis.bias.stops import Hour
from latchstring.analysis.bias.strata import Stratum
from latchstring.base.errors import BadInput
from latchstring.studies import table
from latchstring.studies.table import BadCell, Table


class BadCounts(BadInput):
    """A count is a whole number from 0 up."""


LARGEST_COUNT = 2**53
"""Above it, a floating-point number no longer tells one count from the next."""

_YES = {"1", "1.0", "yes", "true", "y", "t"}
_NO = {"0", "0.0", "no", "false", "n", "f"}


def read(
    path: Path, columns: Sequence[str], *, also: str | None = None, header: bool | None = None
) -> tuple[Table, list[str]]:
    """The table, and the named columns as the file spells them; `also` is read beside them if it is given."""
    layout = table.look(path, header=header)
    found = [layout.column(name, (), name, "its flag") for name in columns]
    more = [] if also is None else [layout.column(also, (), also, "its flag")]
    return table.read(layout, [*found, *more]), found


def names(rows: Table, column: str | None) -> list[str]:
    """What each row is called: by a column, or by its number from 1."""
    if column is None:
        return [str(n + 1) for n in range(len(rows))]
    found = rows.texts(rows.layout.column(column, (), column, "its flag"))
    for row, name in enumerate(found):
        if name in found[:row]:
            raise BadCell(f"{rows.where(row)}: {name[:40]!r} in column {column!r} stands there before")
    return found


def whole(value: float) -> int:
    """A count that was given as a number."""
    if not 0 <= value <= LARGEST_COUNT or value != math.floor(value):
        raise BadCounts(f"{value:g} is no count of incidents")
    return int(value)


def yes_or_no(rows: Table, name: str) -> NDArray[np.bool_]:
    """1 and 0, yes and no, true and false."""
    texts = [text.lower() for text in rows.texts(name)]
    for row, text in enumerate(texts):
        if text not in _YES | _NO:
            raise BadCell(f"{rows.where(row)}: {text[:40]!r} in column {name!r} is neither yes nor no")
    return np.array([text in _YES for text in texts], dtype=bool)


def counts(rows: Table, name: str) -> NDArray[np.int64]:
    """Whole numbers from 0 up; yes counts 1 and no 0."""
    texts = [text.lower() for text in rows.texts(name)]
    if all(text in _YES | _NO for text in texts):
        return np.array([text in _YES for text in texts], dtype=np.int64)
    values = rows.numbers(name)
    bad = np.flatnonzero((values < 0) | (values > LARGEST_COUNT) | (values != np.floor(values)))
    if bad.size:
        raise BadCell(
            f"{rows.where(int(bad[0]))}: {values[bad[0]]:g} in column {name!r} is no count of cases"
        )
    return values.astype(np.int64)


def read_funnel(path: Path, *, group: str, stages: Sequence[str], stratum: str | None) -> list[Cell]:
    """A row for each case, with yes or no at each stage, or for each group with its counts."""
    rows, [group_column, *rest] = read(path, [group, *stages, *([stratum] if stratum else [])])
    by_stage = np.stack([counts(rows, name) for name in rest[: len(stages)]], axis=1)
    names = rows.texts(group_column)
    strata = rows.texts(rest[-1]) if stratum else [""] * len(rows)
    totals: dict[tuple[str, str], NDArray[np.int64]] = {}
    for key, numbers in zip(zip(names, strata, strict=True), by_stage, strict=True):
        totals[key] = totals.get(key, np.zeros(len(stages), dtype=np.int64)) + numbers
    return [Cell(name, tuple(int(n) for n in found), layer) for (name, layer), found in totals.items()]


def read_shares(path: Path, *, group: str, hits: str, of: str) -> dict[str, Share]:
    """Rows of one group are added up."""
    rows, [group_column, hit_column, of_column] = read(path, [group, hits, of])
    found: dict[str, tuple[int, int]] = {}
    for name, hit, every in zip(
        rows.texts(group_column), counts(rows, hit_column), counts(rows, of_column), strict=True
    ):
        before = found.get(name, (0, 0))
        found[name] = (before[0] + int(hit), before[1] + int(every))
    return {name: Share(*pair) for name, pair in found.items()}


@dataclass(frozen=True)
class Layers:
    """`one` is the group that stands first in the file. `left_out` are the cases of strata without both."""

    strata: list[Stratum]
    one: str
    other: str
    left_out: int

    @property
    def beware(self) -> tuple[str, ...]:
        """How many cases the answer does not hold, and why."""
        if not self.left_out:
            return ()
        return (f"{self.left_out:,} cases were left out: their strata hold one of the two groups alone.",)


def read_strata(path: Path, *, group: str, outcome: str, stratum: str) -> Layers:
    """A row for each case."""
    rows, [group_column, outcome_column, stratum_column] = read(path, [group, outcome, stratum])
    names, layers = rows.texts(group_column), rows.texts(stratum_column)
    hit = yes_or_no(rows, outcome_column)
    groups = list(dict.fromkeys(names))
    if len(groups) != 2:
        raise BadCell(f"column {group!r} holds {len(groups)} groups; two are compared within strata")
    is_one = np.array([name == groups[0] for name in names])
    strata = [Stratum(*each) for each in _in_both(layers, is_one, hit)]
    kept = sum(each.one.of + each.other.of for each in strata)
    return Layers(strata, groups[0], groups[1], len(rows) - kept)


def read_labels(path: Path, *, unit: str, coder: str, label: str, nominal: bool) -> NDArray[np.float64]:
    """A row for each label, into an array of shape (coders, units)."""
    rows, [unit_column, coder_column, label_column] = read(path, [unit, coder, label])
    units, coders = rows.texts(unit_column), rows.texts(coder_column)
    unit_at = {name: n for n, name in enumerate(dict.fromkeys(units))}
    coder_at = {name: n for n, name in enumerate(dict.fromkeys(coders))}
    given = codes([rows.texts(label_column)])[0] if nominal else rows.numbers(label_column)
    found = np.full((len(coder_at), len(unit_at)), np.nan)
    for row, (name, who) in enumerate(zip(units, coders, strict=True)):
        at = coder_at[who], unit_at[name]
        if not np.isnan(found[at]):
            raise BadCell(f"{rows.where(row)}: {who!r} has labelled {name!r} before")
        found[at] = given[row]
    return found


@dataclass(frozen=True)
class Hours:
    """`left_out` are the decisions at times of the clock at which it was always light, or never."""

    hours: list[Hour]
    left_out: int

    @property
    def beware(self) -> tuple[str, ...]:
        """How many decisions the answer does not hold, and why."""
        if not self.left_out:
            return ()
        return (
            f"{self.left_out:,} decisions were left out: at their time of the clock it was always light, or "
            "never.",
        )


def read_hours(path: Path, *, clock: str, light: str, group: str) -> Hours:
    """A row for each decision: the time of the clock, whether it was light, whether it was of the group."""
    rows, [clock_column, light_column, group_column] = read(path, [clock, light, group])
    at, lit, belongs = (
        rows.texts(clock_column),
        yes_or_no(rows, light_column),
        yes_or_no(rows, group_column),
    )
    hours = sorted((Hour(*each) for each in _in_both(at, lit, belongs)), key=lambda each: each.clock)
    if not hours:
        raise BadCell("at no time of the clock there are decisions both by daylight and in the dark")
    return Hours(hours, len(rows) - sum(each.by_day.of + each.in_dark.of for each in hours))


def _in_both(
    layers: Sequence[str], first: NDArray[np.bool_], hit: NDArray[np.bool_]
) -> Iterator[tuple[str, Share, Share]]:
    """For each layer that has rows on both sides: the share of hits on the first, and on the other."""
    names = list(dict.fromkeys(layers))
    number = {name: n for n, name in enumerate(names)}
    place = np.array([number[each] for each in layers]) * 2 + ~first
    of, hits = (np.bincount(place[kept], minlength=2 * len(names)) for kept in (np.ones_like(hit), hit))
    for n, name in enumerate(names):
        one, other = 2 * n, 2 * n + 1
        if of[one] and of[other]:
            yield name, Share(int(hits[one]), int(of[one])), Share(int(hits[other]), int(of[other]))
