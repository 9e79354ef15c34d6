"""Panels out of a table: what was measured where and when."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis.impact.counts import BadCounts, Change
from latchstring.analysis.impact.dispersion import Dispersion, dispersion
from latchstring.analysis.impact.panel import Panel
from latchstring.studies import cases, table
from latchstring.studies.incidents import Columns, place_columns, points_of


def read_panel(path: Path, *, unit: str, time: str, columns: Sequence[str]) -> Panel:
    """One row for each unit and time. An empty cell, `NA` or `nan` was not measured."""
    layout = table.look(path)
    unit_column = layout.column(unit, (), "the unit", "--unit-column")
    time_column = layout.column(time, (), "the time", "--time-column")
    wanted = {name: layout.column(name, (), name, "--outcome or --predictor") for name in columns}
    rows = table.read(layout, [unit_column, time_column, *wanted.values()])
    values = {name: rows.numbers(found, may_miss=True) for name, found in wanted.items()}
    return Panel.of_rows(rows.texts(unit_column), rows.numbers(time_column).tolist(), values)


def counts_of(panel: Panel, name: str) -> NDArray[np.float64]:
    """The column as counts of shape (units, times); one that is missing or no whole number is refused."""
    values = panel.complete(name, panel.units)
    bad = np.argwhere((values < 0) | (values != np.floor(values)))
    if bad.size:
        unit, time = bad[0]
        raise BadCounts(
            f"{name} of {panel.units[unit]} in {panel.times[time]} is {values[unit, time]:g}, which is "
            "no count"
        )
    return values


def change_of(counts: NDArray[np.float64], areas: Sequence[bool], after: Sequence[bool]) -> Change:
    """The sums over some areas before and after."""
    chosen, late = counts[np.array(areas)], np.array(after)
    return Change(int(chosen[:, ~late].sum()), int(chosen[:, late].sum()))


def read_dispersion(path: Path, *, count: str, series: Sequence[str], level: float = 0.95) -> Dispersion:
    """From one row for each span of time; rows that are alike in the columns of `series` are one series."""
    if not series:
        raise BadCounts("say which columns tell series apart; counts of all areas as one are no series")
    rows, [counted, *keys] = cases.read(path, [count, *series])
    numbers = cases.counts(rows, counted)
    by_series: dict[tuple[str, ...], list[int]] = {}
    for key, number in zip(zip(*(rows.texts(each) for each in keys), strict=True), numbers, strict=True):
        by_series.setdefault(key, []).append(int(number))
    return dispersion([np.array(each, dtype=np.float64) for each in by_series.values()], level)


def read_changes(path: Path) -> list[Change]:
    """Areas where nothing was done: the columns `area`, `before` and `after`, one row each."""
    rows, [before, after] = cases.read(path, ["before", "after"], also="area")
    cases.names(rows, "area")
    pairs = zip(cases.counts(rows, before), cases.counts(rows, after), strict=True)
    return [Change(int(old), int(new)) for old, new in pairs]


def read_cells(path: Path, columns: Columns, *, treated: str, before: str, after: str) -> dict[str, Any]:
    """What `displacement.catchment` asks of each cell."""
    layout = table.look(path)
    where = place_columns(layout, columns)
    named = [layout.column(each, (), each, "its flag") for each in (treated, before, after)]
    rows = table.read(layout, [where.x, where.y, *named])
    points, _ = points_of(rows, where, None)
    table.refuse_twice(rows, [tuple(each) for each in points.xy.tolist()], "the cell")
    return {
        "cells": points,
        "treated": cases.yes_or_no(rows, named[0]),
        "before": cases.counts(rows, named[1]),
        "after": cases.counts(rows, named[2]),
    }
