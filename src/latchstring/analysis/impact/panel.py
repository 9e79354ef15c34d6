"""Units over times: what was measured where and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from latchstring.analysis.points import Floats
from latchstring.base.errors import BadInput


class BadPanel(BadInput):
    """The table of units and times cannot be used."""


@dataclass(frozen=True, eq=False)
class Panel:
    """For each column an array of shape (units, times); NaN where nothing was measured. Times rise."""

    units: tuple[str, ...]
    times: tuple[int, ...]
    columns: Mapping[str, Floats]

    @classmethod
    def of_rows(cls, units: Sequence[str], times: Sequence[float], columns: Mapping[str, ArrayLike]) -> Panel:
        """From one row for each unit and time, in any order; a row that is missing is not measured.

        Two rows for one unit and time, an infinity, and a time that is no whole number are refused.
        """
        when = _whole_times(times)
        if len(units) != len(when):
            raise BadPanel(f"there are {len(units)} units and {len(when)} times; each row needs both")
        names, moments = tuple(dict.fromkeys(units)), tuple(sorted(set(when)))
        row_of = {name: i for i, name in enumerate(names)}
        column_of = {moment: i for i, moment in enumerate(moments)}
        places = [(row_of[unit], column_of[time]) for unit, time in zip(units, when, strict=True)]
        if len(set(places)) != len(places):
            first = next(i for i, place in enumerate(places) if place in places[:i])
            raise BadPanel(f"{units[first]} has two rows for {when[first]}")
        rows, moments_of = (
            (np.array(index, dtype=np.intp) for index in zip(*places, strict=True)) if places else ((), ())
        )
        table = {}
        for name, given in columns.items():
            values = np.asarray(given, dtype=np.float64)
            if values.shape != (len(units),):
                raise BadPanel(f"column {name} has {values.size} values for {len(units)} rows")
            if np.isinf(values).any():
                at = int(np.flatnonzero(np.isinf(values))[0])
                raise BadPanel(f"{name} of {units[at]} in {when[at]} is not a finite number")
            grid = np.full((len(names), len(moments)), np.nan)
            grid[rows, moments_of] = values
            table[name] = grid
        return cls(names, moments, table)

    def column(self, name: str) -> Floats:
        if name not in self.columns:
            raise BadPanel(f"there is no column {name}; there are {', '.join(self.columns)}")
        return self.columns[name]

    def index(self, unit: str) -> int:
        if unit not in self.units:
            raise BadPanel(f"there is no unit {unit} among the {len(self.units)}")
        return self.units.index(unit)

    def without(self, units: Sequence[str]) -> Panel:
        """The panel of the other units."""
        rows = sorted(set(range(len(self.units))) - {self.index(unit) for unit in units})
        columns = {name: values[rows] for name, values in self.columns.items()}
        return Panel(tuple(self.units[row] for row in rows), self.times, columns)

    def complete(self, name: str, units: Sequence[str]) -> Floats:
        """The column for these units; a value that is missing is refused by unit and time."""
        values = self.column(name)[[self.index(unit) for unit in units]]
        holes = np.argwhere(np.isnan(values))
        if holes.size:
            unit, time = holes[0]
            raise BadPanel(
                f"{name} of {units[unit]} is missing in {self.times[time]}; fill it in or leave that unit out"
            )
        return values


def _whole_times(times: Sequence[float]) -> list[int]:
    numbers = np.asarray(times, dtype=np.float64)
    bad = np.flatnonzero(~np.isfinite(numbers) | (numbers != np.floor(numbers)))
    if numbers.ndim != 1 or bad.size:
        at = f", such as row {int(bad[0]) + 1}" if bad.size else ""
        raise BadPanel(f"times are whole numbers, years or numbered months{at}")
    return [int(n) for n in numbers]
