"""Plots as SVG, written by hand: lines, estimates with their intervals, bars, and grids of heat."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 640, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 16, 36
_ROW = 52
_STEPS = 6  # of heat
_FINEST = 240  # cells along a side; a larger grid is drawn with coarser cells


@dataclass(frozen=True, kw_only=True)
class Line:
    name: str
    points: Sequence[tuple[float, float]]
    dashed: bool = False


@dataclass(frozen=True, kw_only=True)
class Estimate:
    name: str
    value: float | None
    low: float
    high: float


def lines(drawn: Sequence[Line], *, faint: Sequence[Line] = (), mark: float | None = None) -> str:
    """Lines over a common axis. `faint` stand behind without a name; `mark` is an upright line, such as the
    start.
    """
    every = [point for line in (*drawn, *faint) for point in line.points]
    x, y = (
        _Axis.of([p[0] for p in every], _LEFT, WIDTH - _RIGHT),
        _Axis.of([p[1] for p in every], HEIGHT - _BOTTOM, _TOP),
    )
    parts = [_grid(x, y, HEIGHT)]
    if mark is not None:
        parts.append(_stroke(x.at(mark), _TOP, x.at(mark), HEIGHT - _BOTTOM, 'stroke-dasharray="2 3"'))
    parts += [_path(line, x, y, 'opacity="0.2" stroke-width="1"') for line in faint]
    for number, line in enumerate(drawn):
        dash = 'stroke-dasharray="6 4"' if line.dashed else ""
        parts.append(_path(line, x, y, f'stroke-width="2" {dash}'))
        across = WIDTH - _RIGHT - 190
        down = _TOP + 10 + 26 * number
        parts.append(_stroke(across, down, across + 28, down, f'stroke-width="2" {dash}'))
        parts.append(_text(across + 34, down + 4, line.name, "start"))
    return _svg(HEIGHT, parts)


def estimates(rows: Sequence[Estimate], *, neutral: float | None = None) -> str:
    """One row each: the interval as a bar, the estimate as a dot. An end that is open runs to the edge."""
    height = _TOP + _ROW * len(rows) + _BOTTOM
    ends = [
        end
        for row in rows
        for end in (row.low, row.high, row.value)
        if end is not None and math.isfinite(end)
    ]
    x = _Axis.of([*ends, *([neutral] if neutral is not None else [])], _RIGHT, WIDTH - _RIGHT)
    parts = [_grid(x, None, height)]
    if neutral is not None:
        parts.append(_stroke(x.at(neutral), _TOP, x.at(neutral), height - _BOTTOM, 'stroke-dasharray="2 3"'))
    for number, row in enumerate(rows):
        down = _TOP + _ROW * number + 36
        low = x.at(row.low) if math.isfinite(row.low) else _RIGHT
        high = x.at(row.high) if math.isfinite(row.high) else WIDTH - _RIGHT
        parts.append(_text(_RIGHT, down - 16, row.name, "start"))
        parts.append(_stroke(low, down, high, down, 'stroke-width="4" opacity="0.45"'))
        if row.value is not None and math.isfinite(row.value):
            parts.append(f'<circle cx="{x.at(row.value):.1f}" cy="{down:.1f}" r="5" fill="currentColor"/>')
    return _svg(height, parts)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """Its interval is drawn where there is one."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None


def bars(drawn: Sequence[Bar], *, level: float | None = None) -> str:
    """Upright bars side by side from 0 up, named where there is room; `level` is what would be expected."""
    tops = [bar.value if bar.high is None or not math.isfinite(bar.high) else bar.high for bar in drawn]
    y = _Axis.of([0.0, *tops, *([level] if level is not None else [])], HEIGHT - _BOTTOM, _TOP)
    y = _Axis(0.0, y.high, y.start, y.end)
    step = (WIDTH - _LEFT - _RIGHT) / max(1, len(drawn))
    named = math.ceil(len(drawn) / 12)
    parts = []
    for tick in y.ticks():
        parts.append(_stroke(_LEFT, y.at(tick), WIDTH - _RIGHT, y.at(tick), 'opacity="0.12"'))
        parts.append(_text(_LEFT - 8, y.at(tick) + 4, f"{tick:g}", "end"))
    for number, bar in enumerate(drawn):
        left, top = _LEFT + step * number, y.at(bar.value)
        parts.append(
            f'<rect class="heat" x="{left + step * 0.12:.1f}" y="{top:.1f}" width="{step * 0.76:.1f}" '
            f'height="{y.at(0) - top:.1f}" opacity="0.75"/>'
        )
        if bar.low is not None and bar.high is not None:
            middle = left + step / 2
            end = _TOP if math.isinf(bar.high) else y.at(bar.high)
            parts.append(_stroke(middle, y.at(bar.low), middle, end, 'stroke-width="1.5"'))
        if number % named == 0:
            parts.append(_text(left + step / 2, HEIGHT - 12, bar.name, "middle"))
    if level is not None:
        parts.append(_stroke(_LEFT, y.at(level), WIDTH - _RIGHT, y.at(level), 'stroke-dasharray="6 4"'))
    return _svg(HEIGHT, parts)


def heat(values: NDArray[np.float64], *, outlined: NDArray[np.bool_] | None = None) -> str:
    """Cells by rows from south to north, darker for more; cells that are `outlined` have a frame.

    Cells of one shade side by side are one rectangle, so that a page stays small.
    """
    by = max(1, math.ceil(max(values.shape) / _FINEST))
    shown = _coarser(np.nan_to_num(values), by)
    rows, columns = shown.shape
    side = min((WIDTH - 2) / columns, 560 / rows)
    top = float(shown.max()) or 1.0
    steps = np.ceil(shown / top * _STEPS - 1e-9).clip(0, _STEPS).astype(int)
    parts = [
        f'<rect class="heat" x="{1 + start * side:.1f}" y="{1 + (rows - 1 - row) * side:.1f}" '
        f'width="{(end - start) * side:.2f}" height="{side:.2f}" fill-opacity="{shade / _STEPS:.2f}"/>'
        for row in range(rows)
        for start, end, shade in _runs(steps[row])
    ]
    if outlined is not None:
        framed = np.argwhere(_coarser(outlined.astype(np.float64), by) > 0)
        parts += [
            f'<rect x="{1 + column * side:.1f}" y="{1 + (rows - 1 - row) * side:.1f}" width="{side:.2f}" '
            f'height="{side:.2f}" fill="none" stroke="currentColor"/>'
            for row, column in framed.tolist()
        ]
    parts.append(
        f'<rect x="1" y="1" width="{columns * side:.1f}" height="{rows * side:.1f}" fill="none" '
        'stroke="currentColor" opacity="0.3"/>'
    )
    return _svg(math.ceil(rows * side) + 2, parts)


def _coarser(values: NDArray[np.float64], by: int) -> NDArray[np.float64]:
    """The largest value of each block of `by` times `by` cells."""
    rows, columns = (math.ceil(size / by) * by for size in values.shape)
    padded = np.zeros((rows, columns))
    padded[: values.shape[0], : values.shape[1]] = values
    return np.asarray(padded.reshape(rows // by, by, columns // by, by).max(axis=(1, 3)))


def _runs(shades: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Start, end and shade of each stretch of one shade that is not 0."""
    ends = [0, *(np.flatnonzero(np.diff(shades)) + 1).tolist(), len(shades)]
    return [(a, b, int(shades[a])) for a, b in itertools.pairwise(ends) if shades[a]]


@dataclass(frozen=True)
class _Axis:
    low: float
    high: float
    start: float
    end: float

    @classmethod
    def of(cls, values: Sequence[float], start: float, end: float) -> _Axis:
        low, high = min(values, default=0.0), max(values, default=1.0)
        if low == high:
            low, high = low - 1, high + 1
        room = (high - low) * 0.04
        return cls(low - room, high + room, start, end)

    def at(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """At most seven round numbers."""
        rough = (self.high - self.low) / 6
        power = 10 ** math.floor(math.log10(rough))
        step = next(power * each for each in (1, 2, 5, 10) if power * each >= rough)
        first = math.ceil(self.low / step)
        return [n * step for n in range(first, math.floor(self.high / step) + 1)]


def _grid(x: _Axis, y: _Axis | None, height: float) -> str:
    parts = []
    for tick in x.ticks():
        parts.append(_text(x.at(tick), height - 12, f"{tick:g}", "middle"))
        if y is None:
            parts.append(_stroke(x.at(tick), _TOP, x.at(tick), height - _BOTTOM, 'opacity="0.12"'))
    for tick in y.ticks() if y is not None else ():
        parts.append(_stroke(_LEFT, y.at(tick), WIDTH - _RIGHT, y.at(tick), 'opacity="0.12"') if y else "")
        parts.append(_text(_LEFT - 8, y.at(tick) + 4, f"{tick:g}", "end") if y else "")
    return "".join(parts)


def _path(line: Line, x: _Axis, y: _Axis, style: str) -> str:
    points = " ".join(f"{x.at(a):.1f},{y.at(b):.1f}" for a, b in line.points)
    return f'<polyline points="{points}" fill="none" stroke="currentColor" {style}/>'


def _stroke(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="currentColor" {style}/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} font-size="12" fill="currentColor">{escape(text)}</text>'


def _svg(height: float, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" aria-hidden="true">{"".join(parts)}</svg>'
