"""What may be locked, and when. Pure; when an outcome may be read is `analysis.impact.plan`'s to say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from latchstring.analysis.impact.plan import Plan


@dataclass(frozen=True)
class Granted:
    """It may happen."""


@dataclass(frozen=True)
class Refused:
    """It may not, and why."""

    reason: str


def may_lock(plan: Plan, *, today: date) -> Granted | Refused:
    """A plan is locked before its last day, so that nobody can have seen the whole outcome."""
    if plan.after.end <= today:
        return Refused(
            f"the window after ended on {plan.after.end}, so its outcome may be known by now; "
            "plan a window that is still to come"
        )
    return Granted()


def days_late(plan: Plan, *, locked_on: date) -> int:
    """How many days of the window after had passed when the plan was locked; said beside the result."""
    return max(0, (locked_on - plan.after.start).days)
