"""Expiry, and many officers at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import psycopg
import pytest
from psycopg.rows import DictRow, dict_row

from latchstring.base.signing import Envelope
from latchstring.base.time import to_text
from latchstring.network.database.roles import Role
from latchstring.network.requests import service, store
from latchstring.network.requests.service import RulesBroken
from latchstring.protocol.statements import sign_request
from latchstring.testing.network import TOWN, case_key, square
from network.conftest import NOW

NETWORK = "latchstring.test/ledger"


def draft(case: str = "A-1") -> dict[str, object]:
    return {
        "case_reference": case,
        "offence": "burglary",
        "incident_cell": TOWN.cell(9),
        "area": square(TOWN).to_geojson(),
        "window": {"start": to_text(NOW - timedelta(hours=2)), "end": to_text(NOW - timedelta(hours=1))},
        "template": "footage",
        "recipient": case_key()[1],
        "expires_at": to_text(NOW + timedelta(days=3)),
    }


def prepare(database, officer, signers, case: str = "A-1") -> Envelope:
    with database.transaction(Role.AGENCY) as db:
        request = service.prepare(draft(case), officer=officer, network=NETWORK, now=NOW, db=db)
    return sign_request(request, signers.keys[officer.holder])


def submit(database, officer, envelope: Envelope):
    with database.transaction(Role.AGENCY) as db:
        return service.submit(envelope, officer=officer, network=NETWORK, now=NOW, db=db)


def entries(database) -> list[str]:
    with database.transaction(Role.PUBLIC) as db:
        return [row["kind"] for row in db.execute("select kind from ledger.entries order by id")]


def test_a_refused_request_leaves_no_entry(database, officer, signers):
    """Checks come before writing, and a rollback takes the entry with it."""
    envelope = prepare(database, officer, signers)
    before = entries(database)
    broken = sign_request(
        service.statements.peek_request(envelope).__class__(
            **{**service.statements.peek_request(envelope).__dict__, "text": "own words"}
        ),
        signers.keys[officer.holder],
    )

    with pytest.raises(RulesBroken, match="R14"):
        submit(database, officer, broken)

    assert entries(database) == before
    submit(database, officer, envelope)
    assert entries(database) == [*before, "request-submitted"]


def test_a_request_expires_once(database, officer, signers):
    """At its hour, neither before nor twice, and the log says so without saying how many answered."""
    asked = submit(database, officer, prepare(database, officer, signers))
    close = NOW + timedelta(days=3)

    with database.transaction(Role.JOBS) as db:
        assert service.expire(now=close - timedelta(seconds=1), db=db) == 0
        assert service.expire(now=close, db=db) == 1
        assert service.expire(now=close, db=db) == 0

    with database.transaction(Role.AGENCY) as db:
        assert store.get_for(officer, asked.id, db=db).state == "expired"
    assert entries(database)[-2:] == ["request-submitted", "request-expired"]


@pytest.mark.slow
def test_fifty_officers_at_once_get_exactly_the_allowed_posts_of_a_case(database, officer, signers):
    """One post is made; of fifty signed for the second and last, one is taken and entered."""
    submit(database, officer, prepare(database, officer, signers))
    second = [prepare(database, officer, signers) for _ in range(50)]
    everybody_is_connected = Barrier(50)

    def attempt(envelope: Envelope) -> bool:
        url = database.url(Role.AGENCY)
        with psycopg.Connection[DictRow].connect(url, row_factory=dict_row) as db:
            everybody_is_connected.wait()
            try:
                service.submit(envelope, officer=officer, network=NETWORK, now=NOW, db=db)
            except RulesBroken:
                return False
            return True

    with ThreadPoolExecutor(50) as pool:
        taken = list(pool.map(attempt, second))

    assert sum(taken) == 1
    assert entries(database).count("request-submitted") == 2
