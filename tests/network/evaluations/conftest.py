"""An operator, and a plan around the clock's today."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from latchstring.analysis.impact.plan import Plan
from latchstring.network.accounts import service as accounts
from latchstring.network.accounts.models import OPERATOR, Account
from latchstring.network.database.pools import Database
from latchstring.network.database.roles import Role
from latchstring.network.evaluations import service
from latchstring.network.evaluations.models import Locked
from latchstring.testing.clock import FakeClock
from latchstring.testing.plans import outcome_table, plan_around, plan_json

DAY = 86_400


@dataclass
class Desk:
    """Where studies are locked and read."""

    database: Database
    operator: Account
    clock: FakeClock

    def lock(self, plan: Plan) -> Locked:
        with self.database.transaction(Role.DOOR) as db:
            return service.lock(plan_json(plan), self.operator, now=self.clock.now(), db=db)

    def read(self, study: str, plan: Plan, table: str | None = None) -> Locked:
        with self.database.transaction(Role.DOOR) as db:
            given = outcome_table(plan, {"Mill Street": 3}) if table is None else table
            return service.read(study, plan_json(plan), given, self.operator, now=self.clock.now(), db=db)

    def wait(self, plan: Plan) -> None:
        self.clock.advance((plan.after.end - self.clock.now().date()).days * DAY)


@pytest.fixture
def desk(database: Database, clock: FakeClock) -> Desk:
    with database.transaction(Role.DOOR) as db:
        operator, _ = accounts.create("Kim", OPERATOR, None, now=clock.now(), db=db)
    return Desk(database, operator, clock)


@pytest.fixture
def plan(clock: FakeClock) -> Plan:
    return plan_around(clock.now().date())
