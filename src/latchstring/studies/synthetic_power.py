"""What a synthetic control could have seen, for people."""

from __future__ import annotations

from latchstring.analysis.impact.synthetic_power import DetectableEffect
from latchstring.studies.study import Shown, number


def shown(found: DetectableEffect, outcome: str) -> Shown:
    """Half of the units, and the share that was asked for."""
    seen = sorted(size for size in found.by_unit.values() if size is not None)
    units = len(found.by_unit)
    half = -(-units // 2)
    rows = [("half of them", seen[half - 1] if len(seen) >= half else None)]
    rows.append((f"{100 * found.power:g} % of them", found.size))
    return Shown(
        title=f"Smallest constant change of {outcome} that is seen, placed on each of {units} other units",
        head=("seen in", f"{found.direction} by", "of what is expected, %"),
        rows=tuple((who, number(size), _percent(found, size)) for who, size in rows),
    )


def beware(found: DetectableEffect) -> tuple[str, ...]:
    """Where what was asked for cannot be."""
    if found.size is None:
        return (
            f"No change of any size would be seen in {100 * found.power:g} % of the units: at most in"
            f" {100 * found.power_at_all:.0f} %.",
        )
    if found.direction == "fewer" and found.of_expected is not None and found.of_expected > 1:
        return (
            f"Not even a fall to nothing would be seen in {100 * found.power:g} % of the units. This one was"
            " met closer than most, or it was not: see its gap before the start.",
        )
    return ()


def _percent(found: DetectableEffect, size: float | None) -> str:
    if size is None or found.expected == 0:
        return number(None)
    return number(100 * size / found.expected, 0)
