"""Reports become one map; the gate gives it, or does not; the ledger tells."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.errors import CheckViolation, InsufficientPrivilege

from latchstring.ledger import entry as entries
from latchstring.network.database.roles import Role
from latchstring.network.incidents import service, store
from latchstring.network.incidents.models import (
    Asked,
    BadIncident,
    BadPlan,
    check_day,
    household_of,
)
from latchstring.network.incidents.service import ManyWait, MapIsOver, MayNotPublish, NoHomesThere
from latchstring.network.incidents.store import UnknownMap, UnknownRelease
from network.conftest import NOW
from network.incidents.conftest import AREA, CELLS, KEY, incident, plan

SILENT = lambda: 0.0  # noqa: E731 - no noise: both draws are 0


def publish(database, uniform=SILENT, **changes):
    with database.transaction(Role.DOOR) as db:
        return service.publish(plan(**changes), now=NOW, db=db, uniform=uniform)


def ask(database, officer, sha256, **changes):
    given = {
        "agency": officer.agency, "officer": officer.holder, "map_sha256": sha256,
        "purpose": "prevention-advice", "expires_on": NOW.date() + timedelta(days=30),
    } | changes  # fmt: skip
    with database.transaction(Role.AGENCY) as db:
        return service.ask(Asked(**given), officer=officer, now=NOW, db=db)


def last_entry(database) -> entries.Entry:
    with database.transaction(Role.PUBLIC) as db:
        row = db.execute("select body from ledger.entries order by id desc limit 1").fetchone()
    return entries.decode(bytes(row["body"]))


def told(published) -> dict[str, int]:
    return {c["cell"]: c["events"] for c in published.content["cells"] if not c["held_back"]}


def test_a_map_counts_what_was_taken_in(database, town):
    """600 incidents in 40 cells, 15 each; known ones change nothing, those without homes are told."""
    elsewhere = incident(1, cell="8928308280fffff")
    taken = town.take_in([incident(n) for n in range(600)] + [elsewhere], NOW)
    again = town.take_in([incident(n) for n in range(600)], NOW)

    assert (taken.new, taken.known, taken.without_homes) == (600, 0, 1)
    assert (again.new, again.known) == (0, 600)
    assert told(publish(database)) == dict.fromkeys(CELLS[:40], 15)


def test_below_400_incidents_only_the_total_is_published(database, town):
    """399: no cell. One more: the cells."""
    town.take_in([incident(n) for n in range(399)], NOW)
    few = publish(database)
    town.take_in([incident(399)], NOW)
    enough = publish(database)

    assert (few.content["enough"], few.content["cells"], few.content["events"]) == (False, [], 399)
    assert few.events_bucket == "under 400"
    assert enough.content["enough"]
    assert enough.events_bucket == "400-999"
    assert sum(told(enough).values()) == 400


def test_a_household_counts_once_in_a_map(database, town):
    """Whoever had 30 parcels stolen adds no more than a neighbour who lost one."""
    town.take_in([incident(n) for n in range(400)], NOW)
    town.take_in(
        [incident(n, cell=CELLS[50], household="unlucky", day=date(2026, 10, 1 + n)) for n in range(30)], NOW
    )
    town.take_in([incident(n, cell=CELLS[51], household=f"other {n}") for n in range(6)], NOW)
    shown = told(publish(database))

    assert CELLS[50] not in shown
    assert shown[CELLS[51]] == 6


def test_the_cap_is_applied_before_400_are_counted(database, town):
    """500 incidents of 399 households are not enough."""
    town.take_in([incident(n) for n in range(399)], NOW)
    town.take_in([incident(0, household="house 0", day=date(2026, 10, d)) for d in range(2, 31)], NOW)

    assert not publish(database).content["enough"]


def test_other_days_kinds_and_areas_are_left_out(database, town):
    """A map says what it covers, and covers that."""
    town.take_in([incident(n) for n in range(400)], NOW)
    town.take_in([incident(n, household=f"b{n}", kind="break-in") for n in range(50)], NOW)
    town.take_in([incident(n, household=f"d{n}", day=date(2026, 9, 30)) for n in range(50)], NOW)

    assert publish(database).content["events"] == 400
    assert publish(database, kinds=("break-in", "parcel-theft")).content["events"] == 450
    assert publish(database, start=date(2026, 9, 1)).content["events"] == 450


def test_noise_is_drawn_in_every_cell_with_homes(database, town):
    """Also where nothing happened: otherwise its lack would tell. Two maps of the same days differ."""
    town.take_in([incident(n) for n in range(600)], NOW)
    draws: list[float] = []

    def noted() -> float:
        draws.append(0.0)
        return 0.0

    publish(database, noted)
    first, second = publish(database, uniform=service._uniform), publish(database, uniform=service._uniform)

    assert len(draws) == 2 * len(CELLS)
    assert first.content["cells"] != second.content["cells"]


def test_the_budget_of_an_area_and_a_year_runs_out(database, town):
    """Four maps of epsilon 1; the fifth is refused and costs nothing; a new year begins anew."""
    for _ in range(4):
        publish(database)
    with pytest.raises(MayNotPublish, match="privacy budget") as refused:
        publish(database, epsilon_thousandths=250)

    assert refused.value.details["broken"][0]["rule"] == "P3"
    with database.transaction(Role.DOOR) as db:
        assert store.spent(AREA, 2026, db=db) == dict.fromkeys(AREA, 4000)
        later = NOW.replace(year=2027)
        assert service.publish(plan(), now=later, db=db).content["at"].startswith("2027")


def test_the_database_itself_refuses_more_than_the_budget(database, town):
    """Whatever the code would spend."""
    with pytest.raises(CheckViolation), database.transaction(Role.DOOR) as db:
        store.spend(AREA, 2026, 4001, db=db)


def test_an_agency_gets_the_bytes_that_residents_see(database, town, officer):
    """One map, one hash; the ledger says who, what for, and until when."""
    town.take_in([incident(n) for n in range(600)], NOW)
    published = publish(database)
    answered = ask(database, officer, published.sha256)

    assert answered.reasons == ()
    with database.transaction(Role.AGENCY) as db:
        got = service.given(answered.release.id, officer=officer, now=NOW, db=db)
    with database.transaction(Role.PUBLIC) as db:
        [seen] = store.shown(db=db)
    assert got.body == seen.body
    assert last_entry(database) == entries.MapReleased(
        at="2026-11-23T08:00:00Z", release=answered.release.id, agency=officer.agency, officer=officer.holder,
        cells=list(AREA), purpose="prevention-advice", expires_on="2026-12-23", epsilon_thousandths=1000,
        events="400-999", map_sha256=published.sha256,
    )  # fmt: skip


def test_a_refusal_is_entered_with_its_rules(database, town, officer):
    """Below 400, for a purpose that nobody may have: both reasons, no map, and no word of the purpose."""
    town.take_in([incident(n) for n in range(399)], NOW)
    published = publish(database)
    answered = ask(database, officer, published.sha256, purpose="catch John Doe")

    assert [r.rule for r in answered.reasons] == ["M2", "M7"]
    assert last_entry(database).reasons == ["M2", "M7"]
    assert answered.release.purpose == ""
    with pytest.raises(MapIsOver), database.transaction(Role.AGENCY) as db:
        service.given(answered.release.id, officer=officer, now=NOW, db=db)


def test_a_map_that_was_replaced_is_not_given(database, town, officer):
    """Residents see a newer one; the agency gets that or none."""
    town.take_in([incident(n) for n in range(600)], NOW)
    old = publish(database)
    new = publish(database, start=date(2026, 10, 2))

    assert [r.rule for r in ask(database, officer, old.sha256).reasons] == ["M1"]
    assert ask(database, officer, new.sha256).reasons == ()
    with pytest.raises(UnknownMap):
        ask(database, officer, "0" * 64)


def test_a_release_ends_after_its_last_day(database, town, officer):
    """On the day it still holds; the next morning it is over, once, and the ledger says so."""
    town.take_in([incident(n) for n in range(600)], NOW)
    release = ask(
        database, officer, publish(database).sha256, expires_on=NOW.date() + timedelta(days=1)
    ).release
    last, after = NOW + timedelta(days=1), NOW + timedelta(days=2)

    with database.transaction(Role.JOBS) as db:
        assert service.expire(now=last, db=db) == 0
    with database.transaction(Role.AGENCY) as db:
        assert service.given(release.id, officer=officer, now=last, db=db)
    with database.transaction(Role.JOBS) as db:
        assert service.expire(now=after, db=db) == 1
        assert service.expire(now=after, db=db) == 0
    assert last_entry(database).kind == "map-expired"
    with pytest.raises(MapIsOver), database.transaction(Role.AGENCY) as db:
        service.given(release.id, officer=officer, now=after, db=db)
    with pytest.raises(UnknownRelease), database.transaction(Role.AGENCY) as db:
        service.given("rl_other", officer=officer, now=NOW, db=db)


def test_a_report_waits_until_the_operator_counts_it(database, town):
    """Nobody fills a map by sending reports; what is dropped is gone."""
    with database.transaction(Role.INTAKE) as db:
        for n in range(3):
            service.report(incident(n), now=NOW, db=db)
        service.report(incident(0), now=NOW, db=db)
    assert publish(database).content["events"] == 0

    with database.transaction(Role.DOOR) as db:
        waits = store.waiting(db=db)
        assert len(waits) == 3
        assert store.count_waiting([waits[0].id, waits[1].id], db=db) == 2
        assert store.drop_waiting([w.id for w in waits], db=db) == 1
        assert store.waiting(db=db) == []
    assert publish(database).content["events"] == 2


def test_reports_need_homes_a_past_day_and_patience(database, town):
    """A cell without homes, tomorrow's theft, and the 51st report of a cell are refused; the 50th is not."""
    with database.transaction(Role.INTAKE) as db:
        with pytest.raises(NoHomesThere):
            service.report(incident(0, cell="8928308280fffff"), now=NOW, db=db)
        with pytest.raises(BadIncident, match="future"):
            service.report(incident(0, day=NOW.date() + timedelta(days=2)), now=NOW, db=db)
        for n in range(50):
            service.report(incident(n, cell=CELLS[0]), now=NOW, db=db)
        with pytest.raises(ManyWait):
            service.report(incident(50, cell=CELLS[0]), now=NOW, db=db)


def test_the_database_itself_refuses_other_sources(database, town):
    """Whatever the code would write."""
    town.take_in([incident(0)], NOW)
    with pytest.raises(CheckViolation), database.transaction(Role.DOOR) as db:
        db.execute("update incidents.incidents set source = 'police'")


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.AGENCY, Role.REVIEW, Role.JOBS])
def test_agencies_and_the_public_cannot_read_incidents(database, town, role):
    """Maps alone leave; the operator's path reads what is behind them, and intake sees no household."""
    with pytest.raises(InsufficientPrivilege), database.transaction(role) as db:
        db.execute("select cell from incidents.incidents")
    with pytest.raises(InsufficientPrivilege), database.transaction(Role.INTAKE) as db:
        db.execute("select household from incidents.incidents")
    with database.transaction(Role.DOOR) as db:
        db.execute("select * from incidents.incidents")


def test_no_household_is_kept_by_name(database, town):
    """Who takes the database finds keyed hashes and cells of resolution 9, nothing finer."""
    town.take_in([incident(0, household="14 Oak Street")], NOW)
    with database.transaction(Role.DOOR) as db:
        [row] = db.execute("select * from incidents.incidents").fetchall()

    assert not any("Oak" in str(value) for value in row.values())
    assert row["household"] == household_of("14 Oak Street", KEY) != household_of("14 Oak Street", b"o" * 32)
    assert "household" not in str(publish(database).body.replace(b"household_cap", b""))


def test_days_and_plans_that_mean_nothing_are_refused():
    """Six years ago, an area without cells, a kind that is not listed; the twin is every other test."""
    with pytest.raises(BadIncident, match="five years"):
        check_day(date(2020, 1, 1), today=date(2026, 11, 23))
    for changes in (
        {"area": ()}, {"area": (AREA[0], AREA[0])}, {"kinds": ()}, {"kinds": ("murder",)},
        {"epsilon_thousandths": 5000}, {"start": date(2026, 11, 1)},
    ):  # fmt: skip
        with pytest.raises(BadPlan):
            plan(**changes)
    with pytest.raises(BadIncident, match="no kind"):
        incident(0, kind="murder")


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 30)), min_size=1, max_size=60))
def test_the_cap_holds_whatever_is_reported(database, town, reported):
    """No household adds more than one to all cells together, and each adds that one."""
    with database.transaction(Role.DOOR) as db:
        db.execute("delete from incidents.incidents")
    town.take_in(
        [
            incident(day, cell=CELLS[day], household=f"h{who}", day=date(2026, 10, 1 + day))
            for who, day in reported
        ],
        NOW,
    )
    with database.transaction(Role.DOOR) as db:
        counted = Counter(store.count(plan(), db=db))

    assert counted.total() == len({who for who, _ in reported})
