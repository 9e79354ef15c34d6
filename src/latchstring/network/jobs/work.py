"""What the worker does. Each piece may be cut off anywhere and run again."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from latchstring.base.clock import Clock
from latchstring.network.database.pools import Database
from latchstring.network.database.roles import Role
from latchstring.network.disclosures.service import Intake
from latchstring.network.incidents import service as incidents
from latchstring.network.ledger.service import Writer
from latchstring.network.requests import service as requests
from latchstring.network.requests.bundles import Publisher

_CHANGES_BUNDLES = {"request-approved", "request-expired"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Work:
    """The parts that the worker needs."""

    database: Database
    writer: Writer
    publisher: Publisher
    intake: Intake
    clock: Clock

    def integrate(self) -> None:
        """Everything entered comes under a checkpoint; bundles follow what was decided."""
        kinds = self.writer.integrate()
        if kinds & _CHANGES_BUNDLES:
            self.publish_bundles()

    def publish_bundles(self) -> None:
        self.publisher.publish_due(now=self.clock.now())

    def sweep(self) -> None:
        """What no transaction woke us for: expiry, old bundles, anything that a crash left behind."""
        with self.database.transaction(Role.JOBS) as db:
            if closed := requests.expire(now=self.clock.now(), db=db):
                _log.info("%d requests have expired", closed)
            if ended := incidents.expire(now=self.clock.now(), db=db):
                _log.info("the time of %d given maps is over", ended)
        self.writer.integrate()
        self.publish_bundles()
        self.intake.clean(now=self.clock.now())
