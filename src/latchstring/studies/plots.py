"""The pictures that many studies share: an estimate with its interval, bars, chances."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from latchstring.analysis.interval import Interval
from latchstring.studies import chart
from latchstring.studies.chart import Bar, Estimate, Line
from latchstring.studies.study import Plot


def of_one(
    title: str, name: str, value: float | None, between: Interval, *, words: str, neutral: float | None = None
) -> Plot:
    """One estimate; `neutral` is where it would be if there were nothing to see."""
    return of_rows(title, [row(name, value, between)], words=words, neutral=neutral)


def of_rows(title: str, rows: Sequence[Estimate], *, words: str, neutral: float | None = None) -> Plot:
    return Plot(title=title, svg=chart.estimates(rows, neutral=neutral), words=words)


def row(name: str, value: float | None, between: Interval) -> Estimate:
    return Estimate(name=name, value=value, low=between.low, high=between.high)


def of_bars(title: str, bars: Sequence[Bar], *, words: str, level: float | None = None) -> Plot:
    return Plot(title=title, svg=chart.bars(bars, level=level), words=words)


def of_chances(title: str, curve: Iterable[tuple[float, float]], *, asked: float) -> Plot:
    """How often a fall by at least so much comes about; both are shares."""
    points = [(100 * fall, 100 * chance) for fall, chance in curve]
    return Plot(
        title=title,
        svg=chart.lines([Line(name="chance", points=points)], mark=100 * asked),
        words="Across, the fall; upwards, its chance; both in percent. The upright line was asked for.",
    )
