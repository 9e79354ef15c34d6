"""A plan of an impact study, and outcomes for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from latchstring.analysis.impact import plan as plans
from latchstring.analysis.impact.plan import Choice, Criterion, Plan, Specification, Window
from latchstring.network.evaluations import outcome

SPANS = 12


def plan_around(today: date, **changes: Any) -> Plan:
    """Twelve spans of four weeks that end today, and twelve from today on; nineteen donors."""
    length = timedelta(days=28 * SPANS)
    given: dict[str, Any] = {
        "outcome": "break-ins",
        "intervention": "the doorbells",
        "treated": ("Mill Street",),
        "control": ("Ford Lane",),
        "donors": tuple(f"area {n}" for n in range(1, 20)),
        "before": Window(today - length, today),
        "after": Window(today, today + length),
        "specification": Specification.DIFFERENCE,
        "test": Criterion.RANK,
        "choice": Choice.BY_LOT,
        "expected_before": 120,
        "expected_control": 120,
    }
    return Plan(**{**given, **changes})


def plan_json(plan: Plan) -> dict[str, Any]:
    return plans.to_json(plan)


def outcome_table(plan: Plan, after: Mapping[str, int], *, usual: int = 10) -> str:
    """As many incidents in each span as usual, but those of `after` in the window after, by area."""
    lines = ["area,day,count"]
    for line in outcome.template(plan).splitlines()[1:]:
        area, day, _ = line.rsplit(",", 2)
        count = after.get(area, usual) if date.fromisoformat(day) >= plan.after.start else usual
        lines.append(f"{area},{day},{count}")
    return "\n".join(lines)
