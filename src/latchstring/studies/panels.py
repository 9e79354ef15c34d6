"""Panels out of a table: what was measured where and when."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from latchstring.analysis.impact.panel import Panel
from latchstring.studies import table


def read_panel(path: Path, *, unit: str, time: str, columns: Sequence[str]) -> Panel:
    """One row for each unit and time. An empty cell, `NA` or `nan` was not measured."""
    layout = table.look(path)
    unit_column = layout.column(unit, (), "the unit", "--unit-column")
    time_column = layout.column(time, (), "the time", "--time-column")
    wanted = {name: layout.column(name, (), name, "--outcome or --predictor") for name in columns}
    rows = table.read(layout, [unit_column, time_column, *wanted.values()])
    values = {name: rows.numbers(found, may_miss=True) for name, found in wanted.items()}
    return Panel.of_rows(rows.texts(unit_column), rows.numbers(time_column).tolist(), values)
