"""Lock a plan in the ledger; after the wait, read its outcome once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from latchstring.analysis.impact import plan as plans
from latchstring.analysis.impact.plan import Lock, Plan, check_may_read, check_unchanged
from latchstring.analysis.impact.study import StudyResult, study
from latchstring.base import canonical, ids
from latchstring.base.errors import Conflict
from latchstring.base.ids import StudyId
from latchstring.base.time import to_text
from latchstring.ledger.entry import PlanLocked, StudyRead
from latchstring.network.accounts.models import Account
from latchstring.network.database.pools import Transaction
from latchstring.network.evaluations import policy, store
from latchstring.network.evaluations.models import FINDINGS, Locked, check_words
from latchstring.network.evaluations.outcome import read_outcome
from latchstring.network.evaluations.policy import Refused
from latchstring.network.ledger import service as ledger
from latchstring.studies.answer import plain


class CannotLock(Conflict):
    """This plan cannot be locked."""


class AlreadyRead(Conflict):
    """This study has been read. A study is read once; lock a new plan for a new window."""


def check(given: Mapping[str, Any], *, now: datetime) -> Lock:
    """The plan as it would be locked now; nothing is kept."""
    locked = plans.lock(check_words(plans.of_json(given)), today=now.date())
    if isinstance(decision := policy.may_lock(locked.plan, today=now.date()), Refused):
        raise CannotLock(decision.reason)
    return locked


def lock(given: Mapping[str, Any], account: Account, *, now: datetime, db: Transaction) -> Locked:
    checked = check(given, now=now)
    name = StudyId(ids.new("st"))
    entry = ledger.enter(
        PlanLocked(
            at=to_text(now.replace(microsecond=0)),
            study=name,
            holder=account.holder,
            plan_sha256=checked.digest,
            readable_on=checked.plan.after.end.isoformat(),
        ),
        db=db,
    )
    locked = Locked(
        id=name,
        holder=account.holder,
        plan=canonical.encode(plans.to_json(checked.plan)),
        plan_sha256=checked.digest,
        locked_at=now,
        readable_on=checked.plan.after.end,
        lock_entry=entry,
    )
    store.add(locked, db=db)
    return locked


def read(
    study_id: str, given: Mapping[str, Any], table: str, account: Account, *, now: datetime, db: Transaction
) -> Locked:
    """Carry out the locked plan on the outcome; `given` is the plan that the reader believes in.

    The table is looked at only when the wait is over and the plan is the locked one.
    """
    locked = store.lock_row(study_id, db=db)
    if locked.result is not None:
        raise AlreadyRead
    lock = check_may_read(locked.lock, read_on=now.date())
    check_unchanged(lock, plan := plans.of_json(given))
    found = study(lock, plan, read_outcome(table, plan), read_on=now.date())
    result = canonical.encode(_written(found, plan, locked))
    entry = ledger.enter(
        StudyRead(
            at=to_text(now.replace(microsecond=0)),
            study=locked.id,
            holder=account.holder,
            plan_sha256=locked.plan_sha256,
            result_sha256=canonical.sha256_hex(result),
            finding=FINDINGS[found.verdict.finding],
        ),
        db=db,
    )
    finished = replace(
        locked,
        result=result,
        result_sha256=canonical.sha256_hex(result),
        read_at=now,
        read_entry=entry,
    )
    store.put_result(finished, db=db)
    return finished


def _written(found: StudyResult, plan: Plan, locked: Locked) -> dict[str, Any]:
    """What is published: all of the result, and how late the plan was locked."""
    late = policy.days_late(plan, locked_on=locked.locked_at.date())
    written: dict[str, Any] = plain(found)
    return {**written, "study": locked.id, "locked_days_late": late}
