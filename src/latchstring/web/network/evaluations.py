"""Impact studies: check and lock a plan, read its outcome after the wait; everybody reads the rest."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from latchstring.analysis.impact import plan as plans
from latchstring.base import canonical
from latchstring.base.errors import NotFound
from latchstring.base.time import to_text
from latchstring.network.database.pools import Transaction
from latchstring.network.database.roles import Role
from latchstring.network.evaluations import outcome, policy, service, store
from latchstring.network.evaluations.models import Locked
from latchstring.network.ledger import store as log
from latchstring.web.network.access import Network, Operator

router = APIRouter(prefix="/api/studies")

_MAX_CHARACTERS = 4_000_000
_SHORTLY = {"Cache-Control": "no-cache"}


class NotRead(NotFound):
    """This study has not been read, so it has no result yet."""


class StudyPlan(BaseModel):
    """A plan as JSON, as `analysis.impact.plan.to_json` writes it."""

    plan: dict[str, Any]


class StudyOutcome(StudyPlan):
    """The plan that was locked, unchanged, and the outcome as CSV with the columns area, day and count."""

    table: Annotated[str, Field(max_length=_MAX_CHARACTERS)]


class PlanChecked(BaseModel):
    """What the plan could show, and its digest: what would stand in the log."""

    sha256: str
    detectable_percent: int | None
    power_at_all: float
    readable_on: date
    days_late: int


class StudySummary(BaseModel):
    id: str
    outcome: str
    intervention: str
    treated: list[str]
    locked_at: str
    readable_on: date
    readable: bool
    finding: str | None


class StudyDetail(StudySummary):
    """`lock_index` and `read_index` are null until a checkpoint covers the entry."""

    holder: str
    plan: dict[str, Any]
    plan_sha256: str
    detectable_percent: int | None
    days_late: int
    lock_index: int | None
    result: dict[str, Any] | None
    result_sha256: str | None
    read_at: str | None
    read_index: int | None


@router.post("/check", tags=["operator"])
def check_plan(given: StudyPlan, operator: Operator, network: Network) -> PlanChecked:  # noqa: ARG001
    """What the plan could show, and its digest; nothing is kept."""
    checked = service.check(given.plan, now=network.clock.now())
    detectable = checked.plan.detectable()
    return PlanChecked(
        sha256=checked.digest,
        detectable_percent=detectable.percent,
        power_at_all=detectable.power_at_all,
        readable_on=checked.plan.after.end,
        days_late=policy.days_late(checked.plan, locked_on=checked.locked_on),
    )


@router.post("", tags=["operator"], status_code=201)
def lock_plan(given: StudyPlan, operator: Operator, network: Network) -> StudyDetail:
    """Lock the plan: its digest enters the public log, and it never changes."""
    with network.database.transaction(Role.DOOR) as db:
        locked = service.lock(given.plan, operator, now=network.clock.now(), db=db)
        return _detail(locked, network, db)


@router.get("", tags=["anyone"])
def list_studies(network: Network) -> list[StudySummary]:
    """Every locked plan, newest first, with what was found."""
    with network.database.transaction(Role.PUBLIC) as db:
        return [_summary(each, network) for each in store.everything(db=db)]


@router.get("/{study_id}", tags=["anyone"])
def read_study(study_id: str, network: Network) -> StudyDetail:
    """One study: its plan, and its result once it is read."""
    with network.database.transaction(Role.PUBLIC) as db:
        return _detail(store.get(study_id, db=db), network, db)


@router.get("/{study_id}/plan.json", tags=["anyone"], response_class=Response)
def plan_file(study_id: str, network: Network) -> Response:
    """The plan's bytes, whose SHA-256 stands in the log."""
    with network.database.transaction(Role.PUBLIC) as db:
        body = store.get(study_id, db=db).plan
    return Response(body, media_type="application/json", headers=_SHORTLY)


@router.get("/{study_id}/result.json", tags=["anyone"], response_class=Response)
def result_file(study_id: str, network: Network) -> Response:
    """The result's bytes, whose SHA-256 stands in the log."""
    with network.database.transaction(Role.PUBLIC) as db:
        body = store.get(study_id, db=db).result
    if body is None:
        raise NotRead
    return Response(body, media_type="application/json", headers=_SHORTLY)


@router.get("/{study_id}/outcome.csv", tags=["anyone"], response_class=Response)
def outcome_template(study_id: str, network: Network) -> Response:
    """The table to fill in: a row for each area and span of the plan."""
    with network.database.transaction(Role.PUBLIC) as db:
        locked = store.get(study_id, db=db)
    return Response(outcome.template(locked.lock.plan), media_type="text/csv", headers=_SHORTLY)


@router.post("/{study_id}/outcome", tags=["operator"])
def enter_study_outcome(
    study_id: str, given: StudyOutcome, operator: Operator, network: Network
) -> StudyDetail:
    """Read the outcome, once, after the wait: the plan is carried out and its result published."""
    with network.database.transaction(Role.DOOR) as db:
        now = network.clock.now()
        finished = service.read(study_id, given.plan, given.table, operator, now=now, db=db)
        return _detail(finished, network, db)


def _summary(locked: Locked, network: Network) -> StudySummary:
    plan = locked.lock.plan
    result = None if locked.result is None else canonical.decode(locked.result)
    return StudySummary(
        id=locked.id,
        outcome=plan.outcome,
        intervention=plan.intervention,
        treated=list(plan.treated),
        locked_at=to_text(locked.locked_at.replace(microsecond=0)),
        readable_on=locked.readable_on,
        readable=network.clock.now().date() >= locked.readable_on,
        finding=None if result is None else result["verdict"]["finding"],
    )


def _detail(locked: Locked, network: Network, db: Transaction) -> StudyDetail:
    plan = locked.lock.plan
    entered = [entry for entry in (locked.lock_entry, locked.read_entry) if entry is not None]
    index = {entry: found.position for entry, found in log.entered(entered, db=db).items()}
    return StudyDetail(
        **_summary(locked, network).model_dump(),
        holder=locked.holder,
        plan=plans.to_json(plan),
        plan_sha256=locked.plan_sha256,
        detectable_percent=plan.detectable().percent,
        days_late=policy.days_late(plan, locked_on=locked.locked_at.date()),
        lock_index=index.get(locked.lock_entry),
        result=None if locked.result is None else canonical.decode(locked.result),
        result_sha256=locked.result_sha256,
        read_at=None if locked.read_at is None else to_text(locked.read_at.replace(microsecond=0)),
        read_index=None if locked.read_entry is None else index.get(locked.read_entry),
    )
