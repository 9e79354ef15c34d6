"""Plans in files: locked by their digest, carried out as they were locked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import MISSING, fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from latchstring.analysis.impact import plan as plan_of
from latchstring.analysis.impact import study as study_of
from latchstring.analysis.impact.did import DifferenceInDifferences
from latchstring.analysis.impact.panel_study import SyntheticGap
from latchstring.analysis.impact.plan import BadPlan, Lock, NotLocked, Plan, PlanChanged
from latchstring.analysis.impact.ratio import RateRatio
from latchstring.analysis.impact.study import Estimate
from latchstring.analysis.impact.wdd import WeightedDifference
from latchstring.base.errors import BadInput
from latchstring.studies import plots, table
from latchstring.studies.chart import Bar
from latchstring.studies.dates import Order
from latchstring.studies.incidents import FutureDate
from latchstring.studies.study import Shown, Study, chance, number

_EPOCH = date(1970, 1, 1)


class LockedBefore(BadInput):
    """A plan is locked there already."""


class NoPlan(BadPlan):
    """There is no plan in this file."""


def lock(draft: Path, *, today: date) -> Lock:
    """Lock a draft. What it leaves out is as `Plan` has it."""
    given = _json(draft)
    if "plan" in given and "digest" in given:
        raise NoPlan(f"{draft.name} is a plan that was locked before; lock a draft")
    left_out = {
        field.name: field.default
        for field in fields(Plan)
        if field.default is not MISSING and field.name not in given
    }
    return plan_of.lock(plan_of.of_json({**left_out, **given}), today=today)


def lock_to_json(held: Lock) -> str:
    """The file of a locked plan."""
    written = {
        "digest": held.digest,
        "locked_on": held.locked_on.isoformat(),
        "plan": plan_of.to_json(held.plan),
    }
    return json.dumps(written, indent=2, ensure_ascii=False) + "\n"


def read_lock(path: Path, *, digest: str | None = None) -> Lock:
    """A locked plan; refused if it is not the one of its digest, or not that of the published one."""
    given = _json(path)
    if "digest" not in given or "locked_on" not in given or not isinstance(given.get("plan"), dict):
        raise NotLocked
    try:
        locked_on = date.fromisoformat(given["locked_on"])
    except (TypeError, ValueError):
        raise NoPlan(f"{path.name} does not say on which day it was locked") from None
    held = Lock(plan=plan_of.of_json(given["plan"]), digest=str(given["digest"]), locked_on=locked_on)
    detectable = given["plan"].get(plan_of.DETECTABLE)
    if plan_of.digest(held.plan) != held.digest or detectable != held.plan.detectable().percent:
        raise PlanChanged(
            f"the plan in {path.name} was changed after it was locked: its digest is another one"
        )
    if digest is not None and digest.strip().lower() != held.digest:
        raise PlanChanged(f"the plan in {path.name} is not the one that was published under this digest")
    return held


def of_lock(held: Lock) -> Study:
    smallest = held.plan.detectable()
    said = (
        f"The smallest fall that this plan can show is {smallest.percent} %."
        if smallest.reachable
        else "This plan cannot show even a fall to none; more incidents are needed, or more time."
    )
    return Study(
        title="A plan is locked",
        finding=f"{said} Publish its digest: {held.digest}",
        answer={
            "digest": held.digest,
            "locked_on": held.locked_on,
            "detectable_percent": smallest.percent,
            "read_from": held.plan.after.end,
        },
        full=held,
        plots=(
            plots.of_bars(
                "The smallest fall that can be shown",
                [Bar(name="this plan", value=smallest.percent)],
                level=100.0,
                words="In percent of what is expected; the broken line is a fall to none.",
            ),
        )
        if smallest.percent is not None
        else (),
        beware=(f"Outcomes are read from {held.plan.after.end} on, and not before.",),
    )


def run(
    held: Lock,
    path: Path,
    *,
    area: str,
    day: str,
    date_order: Order | None,
    empty: Sequence[str],
    today: date,
    published: bool,
) -> Study:
    """Read the outcome, if the time has come, and judge as the plan says."""
    plan_of.check_may_read(held, read_on=today)
    data: dict[str, list[date]] = {name: [] for name in empty}
    layout = table.look(path)
    names = [layout.column(each, (), each, "its flag") for each in (area, day)]
    rows = table.read(layout, names)
    days = rows.days(names[1], date_order)
    if not rows.holds_dates(names[1]):
        raise table.BadCell(
            f"column {day!r} of {path.name} does not hold dates, and the plan speaks of dates"
        )
    for row, (name, number_of_day) in enumerate(zip(rows.texts(names[0]), days.tolist(), strict=True)):
        when = _EPOCH + timedelta(days=number_of_day)
        if when > today + timedelta(days=1):
            raise FutureDate(f"{rows.where(row)}: the date lies in the future")
        if name in empty:
            raise table.BadCell(f"{rows.where(row)}: {name} was said to be without incidents")
        data.setdefault(name, []).append(when)
    return _of_result(study_of.study(held, held.plan, data, read_on=today), held, published=published)


def _of_result(found: study_of.StudyResult, held: Lock, *, published: bool) -> Study:
    estimate = found.estimate
    name, value = _value(estimate)
    p = None if found.rank is None else found.rank.p
    if p is None and isinstance(estimate, (WeightedDifference, RateRatio)):
        p = estimate.p
    return Study(
        title=f"{held.plan.outcome} and {held.plan.intervention}, by the plan of {held.locked_on}",
        finding=found.verdict.text,
        answer={
            "digest": found.digest,
            "specification": held.plan.specification.value,
            "estimate": value,
            "interval": estimate.interval,
            "rank": None if found.rank is None else found.rank.rank,
            "of": None if found.rank is None else found.rank.of,
            "p": p,
            "dispersion": None if found.dispersion is None else found.dispersion.estimate,
            "expected_drop": found.expected_drop,
            "detectable_percent": found.detectable.percent,
            "deviations": found.deviations,
            "unused": found.unused,
            "finding": found.verdict.finding.value,
            "verdict": found.verdict.text,
        },
        full=found,
        tables=(
            _seen(estimate),
            Shown(
                title="As the plan asked",
                head=("", "estimate", "from", "to", "p"),
                rows=(
                    (
                        name,
                        number(value),
                        number(estimate.interval.low),
                        number(estimate.interval.high),
                        "–" if p is None else chance(p),
                    ),
                ),
            ),
        ),
        plots=(
            plots.of_one(
                "As the plan asked",
                name,
                value,
                estimate.interval,
                neutral=1.0 if isinstance(estimate, RateRatio) else 0.0,
                words="The broken line is no change at all.",
            ),
        ),
        beware=(
            f"{found.unused:,} incidents lie in neither window and were not used.",
            *(
                ()
                if published
                else (
                    f"The digest {found.digest} was read from the file itself. Hold it against the one "
                    "that was "
                    "published, with --digest.",
                )
            ),
        ),
    )


def _value(estimate: Estimate) -> tuple[str, float]:
    match estimate:
        case WeightedDifference():
            return "difference", estimate.wdd
        case RateRatio():
            return "ratio", estimate.ratio
        case DifferenceInDifferences():
            return "difference for each span", estimate.estimate
        case SyntheticGap():
            return "gap for each span", estimate.gap


def _seen(estimate: Estimate) -> Shown:
    """What was counted; of a panel, what was measured and what was expected from the donors."""
    match estimate:
        case WeightedDifference() | RateRatio():
            return Shown(
                title="Incidents",
                head=("", "before", "after"),
                rows=tuple(
                    (name, number(change.before), number(change.after))
                    for name, change in (("treated", estimate.treated), ("control", estimate.control))
                ),
            )
        case DifferenceInDifferences():
            return Shown(
                title="Incidents for each span, after the start",
                head=("measured", "expected"),
                rows=((number(estimate.measured), number(estimate.expected)),),
            )
        case SyntheticGap():
            return Shown(
                title="Incidents by span",
                head=("span", "measured", "expected"),
                rows=tuple(
                    (str(span), number(measured), number(expected))
                    for span, (measured, expected) in enumerate(
                        zip(estimate.measured, estimate.expected, strict=True), start=1
                    )
                ),
            )


def _json(path: Path) -> dict[str, Any]:
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise NoPlan(f"there is no file {path}") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as e:
        where = f" (line {e.lineno})" if isinstance(e, json.JSONDecodeError) else ""
        raise NoPlan(f"{path.name} is not JSON{where}") from None
    if not isinstance(given, dict):
        raise NoPlan
    return given
