"""A locked plan, and what was read of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from latchstring.analysis.impact import plan as plans
from latchstring.analysis.impact.plan import Lock, Plan
from latchstring.analysis.impact.verdict import Finding
from latchstring.base import canonical
from latchstring.base.errors import BadInput
from latchstring.base.ids import StudyId

MOST_AREAS = 500
LONGEST_NAME = 80

FINDINGS = {Finding.CANNOT_TELL: "cannot-tell", Finding.FEWER: "fewer", Finding.MORE: "more"}
"""As the ledger says it."""


class BadStudy(BadInput):
    """A study has at most 500 areas; names and words have 1 to 80 printable characters."""


@dataclass(frozen=True, kw_only=True)
class Locked:
    """A plan that stands in the ledger. `plan` is its canonical JSON."""

    id: StudyId
    holder: str
    plan: bytes
    plan_sha256: str
    locked_at: datetime
    readable_on: date
    lock_entry: int
    result: bytes | None = None
    result_sha256: str | None = None
    read_at: datetime | None = None
    read_entry: int | None = None

    @property
    def lock(self) -> Lock:
        plan = plans.of_json(canonical.decode(self.plan))
        return Lock(plan=plan, digest=self.plan_sha256, locked_on=self.locked_at.date())


def check_words(plan: Plan) -> Plan:
    """The plan itself; a text in it that could not be shown is refused."""
    areas = list(areas_of(plan))
    for text in (plan.outcome, plan.intervention, *areas):
        if not isinstance(text, str) or not (1 <= len(text) <= LONGEST_NAME and text.isprintable()):
            raise BadStudy
    if len(areas) > MOST_AREAS:
        raise BadStudy
    return plan


def areas_of(plan: Plan) -> Iterator[str]:
    """Every area whose counts the plan needs."""
    yield from plan.treated
    yield from plan.control
    yield from plan.displacement_treated
    yield from plan.displacement_control
    yield from plan.donors
