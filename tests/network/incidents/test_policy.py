"""The gate: each refusal beside what is allowed, with everything else the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base import canonical
from latchstring.network.incidents.models import Asked, PublishedMap
from latchstring.network.incidents.policy import Granted, Refused, may_publish, may_release
from network.incidents.conftest import AREA, CELLS, plan

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def published(**changes: Any) -> PublishedMap:
    cell = {"cell": CELLS[0], "dwellings": 8, "events": 5, "held_back": ""}
    content = {
        "area": list(AREA), "enough": True, "events": 400, "household_cap": 1, "epsilon": 1.0, "cells": [cell],
    } | changes  # fmt: skip
    return PublishedMap(body=canonical.encode(content), published_at=NOW)


def asked(shown: PublishedMap, **changes: Any) -> Asked:
    given = {
        "agency": "riverside-pd", "officer": "officer-x", "map_sha256": shown.sha256,
        "purpose": "prevention-advice", "expires_on": TODAY + timedelta(days=90),
    } | changes  # fmt: skip
    return Asked(**given)


def rules(shown: PublishedMap | None, wish: Asked, spent: int = 1000) -> list[str]:
    decision = may_release(shown, wish, spent=dict.fromkeys(AREA, spent), today=TODAY)
    return [reason.rule for reason in decision.reasons] if isinstance(decision, Refused) else []


def test_a_map_that_keeps_every_rule_is_given():
    """The twin of every refusal below."""
    shown = published()

    assert may_release(shown, asked(shown), spent=dict.fromkeys(AREA, 1000), today=TODAY) == Granted()


@pytest.mark.parametrize(("changes", "rule"), [
    ({"enough": False, "cells": []}, "M2"),
    ({"cells": [{"cell": CELLS[0], "dwellings": 8, "events": 4, "held_back": ""}]}, "M3"),
    ({"cells": [{"cell": CELLS[0], "dwellings": 7, "events": 5, "held_back": ""}]}, "M4"),
    ({"household_cap": 2}, "M5"),
])  # fmt: skip
def test_a_map_that_breaks_a_rule_is_refused(changes, rule):
    """For that rule and no other."""
    shown = published(**changes)

    assert rules(shown, asked(shown)) == [rule]


def test_what_is_held_back_is_no_reason():
    """A cell that tells nothing may hold anything."""
    shown = published(cells=[{"cell": CELLS[0], "dwellings": 3, "held_back": "few-homes"}])

    assert rules(shown, asked(shown)) == []


@pytest.mark.parametrize(("changes", "rule"), [
    ({"map_sha256": "0" * 64}, "M1"),
    ({"purpose": "decoy"}, "M7"),
    ({"expires_on": TODAY}, "M8"),
    ({"expires_on": TODAY + timedelta(days=91)}, "M8"),
])  # fmt: skip
def test_a_wish_that_breaks_a_rule_is_refused(changes, rule):
    """Another map than residents see, a purpose that is not listed, no end or a late one."""
    shown = published()

    assert rules(shown, asked(shown, **changes)) == [rule]
    assert rules(shown, asked(shown, expires_on=TODAY + timedelta(days=1))) == []


def test_a_map_that_residents_do_not_see_is_given_to_nobody():
    """Nothing is shown for the area: nothing is handed over."""
    assert rules(None, asked(published())) == ["M1"]


@pytest.mark.parametrize(("spent", "expected"), [(0, ["M6"]), (999, ["M6"]), (4000, []), (4001, ["M6"])])
def test_the_books_must_show_the_map_and_stay_within_the_budget(spent, expected):
    """A map that was not paid for, or an area that has spent too much."""
    shown = published()

    assert rules(shown, asked(shown), spent) == expected


def test_every_reason_is_told_at_once():
    """Nobody has to ask eight times."""
    shown = published(
        enough=False, household_cap=9,
        cells=[{"cell": CELLS[0], "dwellings": 1, "events": 1, "held_back": ""}],
    )  # fmt: skip
    wish = asked(shown, map_sha256="0" * 64, purpose="", expires_on=TODAY)

    assert rules(shown, wish, spent=0) == ["M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8"]


def test_publishing_needs_homes_and_days_that_have_been():
    """Rates need a denominator; tomorrow has no incidents yet."""

    def refused(homes: int, **changes: Any) -> list[str]:
        decision = may_publish(plan(**changes), homes=homes, spent={}, today=TODAY)
        return [r.rule for r in decision.reasons] if isinstance(decision, Refused) else []

    assert refused(0) == ["P1"]
    assert refused(1, end=TODAY + timedelta(days=1)) == ["P2"]
    assert refused(1, end=TODAY) == []


@given(st.lists(st.sampled_from([250, 500, 1000]), max_size=30))
def test_the_budget_is_never_exceeded(epsilons):
    """Whatever is published in which order; and a map is refused only when it would not fit."""
    spent = 0
    for epsilon in epsilons:
        decision = may_publish(
            plan(epsilon_thousandths=epsilon), homes=1, spent=dict.fromkeys(AREA, spent), today=TODAY
        )
        if isinstance(decision, Granted):
            spent += epsilon
        else:
            assert [r.rule for r in decision.reasons] == ["P3"]
            assert spent + epsilon > 4000
    assert spent <= 4000
