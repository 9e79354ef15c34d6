"""What every study comes to, however it is shown: a sentence, numbers, pictures, and what to beware of."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A small table for people."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A picture as SVG, and what it shows for who cannot see it."""

    title: str
    svg: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Study:
    """`answer` is what programs get; `full` all that is known; `geojson` a FeatureCollection in WGS 84."""

    title: str
    finding: str
    answer: Mapping[str, Any]
    full: Any
    tables: tuple[Shown, ...] = ()
    plots: tuple[Plot, ...] = ()
    beware: tuple[str, ...] = ()
    geojson: Mapping[str, Any] | None = field(default=None, repr=False)

    def also_beware(self, sentences: Iterable[str]) -> Study:
        """The same with more to beware of: what was left out of a file is known where it was read."""
        return replace(self, beware=(*self.beware, *sentences))

    def to_text(self) -> str:
        """For a terminal."""
        parts = [self.title, "", self.finding]
        for shown in self.tables:
            parts += ["", shown.title, *_aligned((shown.head, *shown.rows))]
        if self.beware:
            parts += ["", *self.beware]
        return "\n".join(parts)


def number(value: float | None, digits: int = 2) -> str:
    """As people write it; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:,.{digits}f}" if value != int(value) or digits == 0 else f"{value:,.0f}"


def between(low: float, high: float) -> list[float | None]:
    """The ends of an interval for JSON, where an end without limit is null."""
    return [end if math.isfinite(end) else None for end in (low, high)]


def chance(p: float) -> str:
    """A p, never as 0."""
    return f"{p:.3f}" if p >= 0.001 else "< 0.001"


def percent(share: float, digits: int = 0) -> str:
    """A share as people write it; what is not 0 is never shown as 0."""
    if share and abs(share) < 0.5 * 10 ** -(2 + digits):
        return f"< {10**-digits:g} %"
    return f"{100 * share:.{digits}f} %"


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  "
        + "  ".join(
            text.ljust(width) if i == 0 else text.rjust(width)
            for i, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
