"""Plots as SVG, small enough to write by hand: lines over time, and estimates with their intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 16, 36
_ROW = 34


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
        across = WIDTH - _RIGHT - 130
        down = _TOP + 10 + 20 * number
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
    x = _Axis.of([*ends, *([neutral] if neutral is not None else [])], 200, WIDTH - _RIGHT)
    parts = [_grid(x, None, height)]
    if neutral is not None:
        parts.append(_stroke(x.at(neutral), _TOP, x.at(neutral), height - _BOTTOM, 'stroke-dasharray="2 3"'))
    for number, row in enumerate(rows):
        down = _TOP + _ROW * (number + 0.5)
        low = x.at(row.low) if math.isfinite(row.low) else 200
        high = x.at(row.high) if math.isfinite(row.high) else WIDTH - _RIGHT
        parts.append(_text(192, down + 5, row.name, "end"))
        parts.append(_stroke(low, down, high, down, 'stroke-width="4" opacity="0.45"'))
        if row.value is not None and math.isfinite(row.value):
            parts.append(f'<circle cx="{x.at(row.value):.1f}" cy="{down:.1f}" r="5" fill="currentColor"/>')
    return _svg(height, parts)


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
