"""Plan, lock, wait, read: each refusal beside the way that is allowed."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from latchstring.analysis.impact import plan as plans
from latchstring.analysis.impact.plan import (
    BadPlan,
    Choice,
    NotLocked,
    PlanChanged,
    ReadTooEarly,
    Specification,
    Window,
)
from latchstring.base import canonical
from latchstring.ledger.entry import PlanLocked, StudyRead, decode
from latchstring.network.database.roles import Role
from latchstring.network.evaluations import service, store
from latchstring.network.evaluations.models import BadStudy
from latchstring.network.evaluations.outcome import BadOutcome
from latchstring.network.evaluations.service import AlreadyRead, CannotLock
from latchstring.network.evaluations.store import PlanKnown, UnknownStudy
from latchstring.network.ledger import store as ledger
from latchstring.network.ledger.service import Writer
from latchstring.testing.plans import outcome_table, plan_json


def test_a_plan_is_locked_waited_for_and_read(desk, plan, writer: Writer):
    """The digest in the ledger is the plan's, the result's is that of the published bytes."""
    locked = desk.lock(plan)
    desk.wait(plan)
    read = desk.read(locked.id, plan)

    writer.integrate()
    with desk.database.transaction(Role.PUBLIC) as db:
        entries = [decode(e.body) for e in ledger.entries_from(0, 10, db=db)]
        kept = store.get(locked.id, db=db)
    lock, end = entries
    assert isinstance(lock, PlanLocked)
    assert isinstance(end, StudyRead)
    assert lock.plan_sha256 == plans.digest(plan) == canonical.sha256_hex(kept.plan) == end.plan_sha256
    assert lock.readable_on == plan.after.end.isoformat()
    assert end.result_sha256 == canonical.sha256_hex(kept.result or b"")
    assert end.finding == "fewer"
    result = canonical.decode(read.result or b"")
    assert result["verdict"]["text"].startswith("Break-ins here went from 120 to 36.")
    assert result["rank"] == {"rank": 1, "of": 20}
    assert result["locked_days_late"] == 0


def test_the_outcome_stays_shut_until_the_wait_is_over(desk, plan):
    """A day early is refused, whatever the table; on the day itself it is read."""
    locked = desk.lock(plan)
    desk.wait(plan)
    desk.clock.advance(-86_400)
    with pytest.raises(ReadTooEarly, match=f"ends on {plan.after.end}"):
        desk.read(locked.id, plan, "no table at all")
    desk.clock.advance(86_400)
    assert desk.read(locked.id, plan).result_sha256


def test_what_was_never_locked_is_not_read(desk, plan):
    """There is no study to read; in the library, no lock."""
    desk.wait(plan)
    with pytest.raises(UnknownStudy):
        desk.read("st_none", plan)
    with pytest.raises(NotLocked):
        plans.check_may_read(None, read_on=plan.after.end)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"outcome": "thefts"}, "outcome"),
        ({"treated": ("Ford Lane",), "control": ("Mill Street",)}, "treated, control"),
        ({"donors": ("area 1", "area 2")}, "donors"),
        ({"level": 0.9}, "level"),
        ({"choice": Choice.OTHERWISE, "expected_before": 121.0}, "choice, expected_before"),
    ],
)
def test_a_changed_plan_is_refused_by_what_was_changed(desk, plan, changed, named):
    """The fields are named, and the locked plan can still be read."""
    locked = desk.lock(plan)
    desk.wait(plan)
    with pytest.raises(PlanChanged, match=f"locked: {named}$"):
        desk.read(locked.id, replace(plan, **changed))
    assert desk.read(locked.id, plan).result is not None


@pytest.mark.parametrize("specification", [Specification.SYNTHETIC, Specification.CHANGES])
def test_a_panel_is_locked_waited_for_and_read(desk, plan, specification):
    """The same gate: shut until its day, by no other plan, once; then gap and rank are published."""
    panel = replace(
        plan, specification=specification, control=(), expected_before=1200, expected_control=19 * 1200
    )
    locked = desk.lock(panel)
    with pytest.raises(ReadTooEarly):
        desk.read(locked.id, panel)
    desk.wait(panel)
    with pytest.raises(PlanChanged, match=r"locked: donors$"):
        desk.read(locked.id, replace(panel, donors=panel.donors[1:]))
    draw = random.Random(3)
    rows = [
        line.rsplit(",", 1) for line in outcome_table(panel, {"Mill Street": 20}, usual=90).splitlines()[1:]
    ]
    uneven = [f"{where},{int(count) + draw.randrange(20)}" for where, count in rows]
    result = canonical.decode(
        desk.read(locked.id, panel, "\n".join(["area,day,count", *uneven])).result or b""
    )
    estimate = result["estimate"]
    assert estimate.get("gap", estimate.get("estimate")) == pytest.approx(-70, abs=5)
    assert result["rank"] == {"rank": 1, "of": 20}
    assert result["verdict"]["finding"] == "fewer"
    with pytest.raises(AlreadyRead):
        desk.read(locked.id, panel)


def test_a_study_is_read_once(desk, plan):
    """A second outcome cannot replace the first, nor the database's owner of the door a plan."""
    locked = desk.lock(plan)
    desk.wait(plan)
    first = desk.read(locked.id, plan)
    with pytest.raises(AlreadyRead):
        desk.read(locked.id, plan, outcome_table(plan, {"Mill Street": 20}))
    with desk.database.transaction(Role.PUBLIC) as db:
        assert store.get(locked.id, db=db) == first
    for change in ("result = '\\x7b7d'", "read_at = now()"):
        with (
            pytest.raises(psycopg.Error, match="stays as it is"),
            desk.database.transaction(Role.DOOR) as db,
        ):
            db.execute(f"update evaluations.studies set {change}")


def test_a_bad_table_spends_nothing(desk, plan):
    """A table that cannot be used leaves the study unread."""
    locked = desk.lock(plan)
    desk.wait(plan)
    with pytest.raises(BadOutcome):
        desk.read(locked.id, plan, "area,day,count\nMill Street,2026-01-01,many")
    assert desk.read(locked.id, plan).result is not None


def test_an_outcome_that_may_be_known_is_not_planned(desk, plan, clock):
    """A window that is over cannot be locked; one that has begun can, and it is said how late."""
    begun = replace(
        plan,
        before=Window(plan.before.start, plan.before.end - timedelta(days=30)),
        after=Window(plan.after.start - timedelta(days=30), plan.after.end),
    )
    over = replace(
        plan,
        before=Window(plan.before.start - timedelta(days=400), plan.before.start),
        after=Window(plan.before.start, plan.before.end),
    )
    with pytest.raises(CannotLock, match="still to come"):
        desk.lock(over)
    locked = desk.lock(begun)
    desk.wait(begun)
    result = canonical.decode(desk.read(locked.id, begun).result or b"")
    assert result["locked_days_late"] == 30


def test_a_window_before_that_is_not_past_is_not_locked(desk, plan):
    """Its counts are part of the plan."""
    shifted = replace(
        plan,
        before=Window(plan.before.start, plan.before.end + timedelta(days=1)),
        after=Window(plan.after.start + timedelta(days=1), plan.after.end),
    )
    with pytest.raises(BadPlan, match="not yet past"):
        desk.lock(shifted)


def test_the_same_plan_is_locked_once_and_its_words_can_be_shown(desk, plan):
    """The digest names one study; a text that no page could show is refused."""
    desk.lock(plan)
    with pytest.raises(PlanKnown):
        desk.lock(plan)
    with pytest.raises(BadStudy):
        desk.lock(replace(plan, outcome="x" * 81))
    with pytest.raises(BadPlan, match="no colour"):
        service.check({**plan_json(plan), "colour": "red"}, now=desk.clock.now())
