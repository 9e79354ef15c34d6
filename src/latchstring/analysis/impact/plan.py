"""The plan of a study, locked by its hash before any outcome is read.

The same data give p = 0.026, 0.077 or 0.103 for Proposition 99, by choices that an analyst can defend. So the
choices come first: they are written down, hashed and entered in a public log, and a later change shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations
from typing import Any

from latchstring.analysis.impact import rank_power
from latchstring.analysis.impact.power import Detectable, wdd_detectable
from latchstring.analysis.impact.rank_power import Expected
from latchstring.base import canonical
from latchstring.base.errors import BadInput

DETECTABLE = "detectable_reduction_percent"  # whole, so that no rounding elsewhere changes the digest
PREDICTORS = "predictors"


class BadPlan(BadInput):
    """The plan cannot be carried out."""


class PlanChanged(BadInput):
    """The plan is not the one that was locked."""


class NotLocked(BadInput):
    """No plan is locked: lock it before outcomes are read."""


class ReadTooEarly(BadInput):
    """The outcome was read before the plan allowed it."""


class Specification(StrEnum):
    DIFFERENCE = "weighted displacement difference"
    RATIO = "rate ratio"
    CHANGES = "difference in differences"
    """The mean change of the treated areas less that of the donors."""
    SYNTHETIC = "synthetic control"
    """One treated area beside a mix of donors that was like it before."""

    @property
    def is_of_panel(self) -> bool:
        """Whether spans are compared with those of the donors, and the test is the rank among them."""
        return self in (Specification.CHANGES, Specification.SYNTHETIC)


_POWER_OF = {
    Specification.CHANGES: rank_power.changes_power,
    Specification.SYNTHETIC: rank_power.synthetic_power,
}


class Criterion(StrEnum):
    RANK = "rank among areas where nothing is done"
    VARIATION = "dispersion of the areas' own counts"


class Choice(StrEnum):
    """How the treated area was chosen."""

    BY_LOT = "by lot"
    FOR_ITS_COUNTS = "because its counts were high"
    OTHERWISE = "for another reason"


@dataclass(frozen=True)
class Window:
    """Whole days, [start, end)."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise BadPlan(f"a window ends after it starts; {self.start} to {self.end} holds no day")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def overlaps(self, other: Window) -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that is decided before outcomes are read.

    Areas are names. `donors` are like areas where nothing is done, for the rank; of a panel they are all that
    is compared with. `predictors` are the windows whose means a synthetic control meets, each of whole spans
    of the window before; without any, it meets every span. `selected` is the window
    whose counts led to the choice, if counts did. `expected_before` and `expected_control` are expected of
    the window before; from them comes the smallest reduction that can be shown. `span_days` is the length of
    the spans whose counts show the dispersion.
    """

    outcome: str
    intervention: str
    treated: tuple[str, ...]
    control: tuple[str, ...]
    before: Window
    after: Window
    specification: Specification
    test: Criterion
    choice: Choice
    expected_before: float
    expected_control: float
    displacement_treated: tuple[str, ...] = ()
    displacement_control: tuple[str, ...] = ()
    donors: tuple[str, ...] = ()
    predictors: tuple[Window, ...] = ()
    selected: Window | None = None
    expected_dispersion: float = 1.0
    span_days: int = 28
    level: float = 0.95

    def __post_init__(self) -> None:
        if not self.treated or not (self.control or self.specification.is_of_panel):
            raise BadPlan("a plan needs at least one treated area and one control area")
        if bool(self.displacement_treated) != bool(self.displacement_control):
            raise BadPlan("displacement areas need displacement controls, and the reverse")
        _refuse_shared_areas(self._areas())
        if self.before.overlaps(self.after):
            raise BadPlan("the windows before and after overlap")
        if self.after.start < self.before.end:
            raise BadPlan("the window after lies before the window before")
        if self.choice is Choice.FOR_ITS_COUNTS and self.selected is None:
            raise BadPlan("an area that was chosen for its counts needs the window of those counts")
        if self.test is Criterion.RANK and len(self.donors) < 1:
            raise BadPlan("a rank needs donors: like areas where nothing is done, best 19 or more")
        if self.span_days < 1 or min(self.before.days, self.after.days) < 2 * self.span_days:
            raise BadPlan("each window holds two or more of the spans whose counts show the dispersion")
        if self.specification.is_of_panel:
            self._check_panel()
        if self.predictors:
            self._check_predictors()
        self.detectable()

    @property
    def least_donors(self) -> int:
        """How many a panel needs: two, and more than treated areas."""
        return max(2, len(self.treated) + 1)

    @property
    def starts(self) -> tuple[date, ...]:
        """The first day of each span of both windows; what remains at a window's end is its last span."""
        return (*_starts(self.before, self.span_days), *_starts(self.after, self.span_days))

    def detectable(self) -> Detectable:
        """The smallest reduction that this plan can show, from what it expects."""
        if self.specification.is_of_panel:
            return rank_power.detectable(_POWER_OF[self.specification], self._expected)
        return wdd_detectable(
            self.expected_before,
            control=self.expected_control,
            dispersion=self.expected_dispersion,
            level=self.level,
        )

    @property
    def _expected(self) -> Expected:
        return Expected(
            treated=len(self.treated),
            donors=len(self.donors),
            before=self.before.days // self.span_days,
            after=self.after.days // self.span_days,
            count=self.expected_before,
            donors_count=self.expected_control,
            dispersion=self.expected_dispersion,
            level=self.level,
        )

    def _check_panel(self) -> None:
        name = self.specification.value
        if self.control or self.displacement_treated:
            raise BadPlan(f"a {name} is compared with its donors; it has no other areas")
        if self.test is not Criterion.RANK:
            raise BadPlan(f"a {name} is tested by its rank among the donors")
        if self.specification is Specification.SYNTHETIC and len(self.treated) != 1:
            raise BadPlan(f"a {name} has one treated area, not {len(self.treated)}")
        if len(self.donors) < self.least_donors:
            raise BadPlan(f"a {name} needs two donors or more, and more than treated areas")
        if any(window.days % self.span_days for window in (self.before, self.after)):
            raise BadPlan(f"each window of a {name} holds whole spans of {self.span_days} days")

    def _check_predictors(self) -> None:
        if self.specification is not Specification.SYNTHETIC:
            raise BadPlan("predictors are those of a synthetic control")
        edges = {*_starts(self.before, self.span_days), self.before.end}
        for window in self.predictors:
            if not {window.start, window.end} <= edges:
                raise BadPlan(
                    f"the predictor {window.start} to {window.end} is not made of whole spans of the window "
                    "before"
                )
        if len(set(self.predictors)) != len(self.predictors):
            raise BadPlan("a predictor stands twice")

    def _areas(self) -> dict[str, tuple[str, ...]]:
        return {
            "treated": self.treated,
            "control": self.control,
            "displacement treated": self.displacement_treated,
            "displacement control": self.displacement_control,
            "donors": self.donors,
        }


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A plan as it stands in the log: its digest and the day it was entered."""

    plan: Plan
    digest: str
    locked_on: date


def lock(plan: Plan, *, today: date) -> Lock:
    """Lock the plan. The window before may not reach beyond today, for its counts are part of the plan."""
    if plan.before.end > today:
        raise BadPlan(f"the window before ends on {plan.before.end}, which is not yet past on {today}")
    return Lock(plan=plan, digest=digest(plan), locked_on=today)


def digest(plan: Plan) -> str:
    """SHA-256, in hex, over the plan as canonical JSON (RFC 8785)."""
    return canonical.sha256_hex(canonical.encode(to_json(plan)))


def to_json(plan: Plan) -> dict[str, Any]:
    """The plan, and the smallest detectable reduction that follows from it, as JSON values.

    Without predictors none are written, so that a plan that was locked before there were any keeps its
    digest.
    """
    written = {name: _plain(value) for name, value in asdict(plan).items()}
    if not plan.predictors:
        del written[PREDICTORS]
    return {**written, DETECTABLE: plan.detectable().percent}


def of_json(value: Mapping[str, Any]) -> Plan:
    """Read what `to_json` wrote; unknown and missing names are refused."""
    given = {k: v for k, v in value.items() if k != DETECTABLE}
    known = {field.name for field in fields(Plan)}
    if strange := sorted(set(given) - known):
        raise BadPlan(f"a plan has no {', '.join(strange)}")
    if missing := sorted(known - {PREDICTORS} - set(given)):
        raise BadPlan(f"the plan lacks {', '.join(missing)}")
    areas = ("treated", "control", "displacement_treated", "displacement_control", "donors")
    try:
        return Plan(
            **{
                **given,
                **{name: tuple(map(str, given[name])) for name in areas},
                PREDICTORS: tuple(map(_window, given.get(PREDICTORS, ()))),
                "before": _window(given["before"]),
                "after": _window(given["after"]),
                "selected": None if given["selected"] is None else _window(given["selected"]),
                "specification": Specification(given["specification"]),
                "test": Criterion(given["test"]),
                "choice": Choice(given["choice"]),
            }
        )
    except (TypeError, ValueError, KeyError) as e:
        raise BadPlan(f"the plan cannot be read: {e}") from e


def changes(locked: Plan, now: Plan) -> tuple[str, ...]:
    """The names of what differs."""
    return tuple(f.name for f in fields(Plan) if getattr(locked, f.name) != getattr(now, f.name))


def check_unchanged(locked: Lock, plan: Plan) -> None:
    """Refuse a plan that is not the locked one, naming what was changed."""
    if changed := changes(locked.plan, plan):
        raise PlanChanged(f"the plan was changed after it was locked: {', '.join(changed)}")
    if digest(plan) != locked.digest:
        raise PlanChanged(f"the locked plan has the digest {locked.digest}, this one {digest(plan)}")


def check_may_read(locked: Lock | None, *, read_on: date) -> Lock:
    """Refuse to read outcomes without a lock, before it, or before the window after is over."""
    if locked is None:
        raise NotLocked
    if read_on < locked.locked_on:
        raise ReadTooEarly(f"the outcome was read on {read_on}, before the lock of {locked.locked_on}")
    if read_on < locked.plan.after.end:
        raise ReadTooEarly(f"the window after ends on {locked.plan.after.end}; wait, and read then")
    return locked


def _starts(window: Window, days: int) -> Iterator[date]:
    day = window.start
    while day < window.end:
        yield day
        day += timedelta(days=days)


def _refuse_shared_areas(areas: Mapping[str, tuple[str, ...]]) -> None:
    for role, names in areas.items():
        if len(set(names)) != len(names):
            raise BadPlan(f"an area stands twice among the {role} areas")
    for (role, names), (other, others) in combinations(areas.items(), 2):
        if both := sorted(set(names) & set(others)):
            raise BadPlan(f"areas overlap: {', '.join(both)} is both {role} and {other}")


def _plain(value: Any) -> Any:
    match value:
        case date():
            return value.isoformat()
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case tuple():
            return [_plain(each) for each in value]
        case StrEnum():
            return value.value
    return value


def _window(value: Mapping[str, str]) -> Window:
    return Window(date.fromisoformat(value["start"]), date.fromisoformat(value["end"]))
