"""Plans that are locked before outcomes are read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from latchstring.analysis.impact.plan import (
    BadPlan,
    Choice,
    Criterion,
    NotLocked,
    PlanChanged,
    ReadTooEarly,
    Specification,
    Window,
    changes,
    check_may_read,
    check_unchanged,
    digest,
    lock,
    of_json,
    to_json,
)
from latchstring.analysis.impact.power import BadPower

TODAY = date(2026, 1, 10)


def test_a_plan_has_one_digest(plan):
    """It survives being written and read, and every field enters it."""
    again = of_json(json.loads(json.dumps(to_json(plan))))
    assert again == plan
    assert digest(again) == digest(plan)
    assert len(digest(plan)) == 64
    assert digest(replace(plan, outcome="thefts")) != digest(plan)


def test_the_smallest_detectable_reduction_is_part_of_it(plan):
    """What the study can show is said before it starts."""
    assert to_json(plan)["detectable_reduction_percent"] == 51
    assert to_json(replace(plan, expected_before=12.0))["detectable_reduction_percent"] is None


def test_a_changed_plan_is_refused_by_the_names_of_what_changed(plan):
    held = lock(plan, today=TODAY)
    check_unchanged(held, plan)
    other = replace(plan, outcome="thefts", level=0.9)
    assert changes(plan, other) == ("outcome", "level")
    with pytest.raises(PlanChanged, match="after it was locked: outcome, level"):
        check_unchanged(held, other)
    with pytest.raises(PlanChanged, match="the locked plan has the digest 00"):
        check_unchanged(replace(held, digest="00"), plan)


def test_outcomes_are_not_read_before_the_lock_or_before_their_time(plan):
    held = lock(plan, today=TODAY)
    assert check_may_read(held, read_on=date(2027, 2, 1)) is held
    with pytest.raises(NotLocked):
        check_may_read(None, read_on=date(2027, 2, 1))
    with pytest.raises(ReadTooEarly, match="before the lock of 2026-01-10"):
        check_may_read(held, read_on=date(2026, 1, 9))
    with pytest.raises(ReadTooEarly, match="ends on 2027-02-01; wait"):
        check_may_read(held, read_on=date(2027, 1, 31))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"treated": ()}, "at least one treated area"),
        ({"control": ("Wilshire Park",)}, "areas overlap: Wilshire Park is both treated and control"),
        ({"donors": ("Windsor Square",)}, "areas overlap: Windsor Square is both control and donors"),
        ({"treated": ("a", "a")}, "an area stands twice among the treated areas"),
        ({"displacement_treated": ("next door",)}, "need displacement controls"),
        ({"after": Window(date(2025, 12, 1), date(2026, 12, 1))}, "overlap"),
        ({"after": Window(date(2023, 1, 1), date(2024, 1, 1))}, "lies before the window before"),
        ({"choice": Choice.FOR_ITS_COUNTS}, "needs the window of those counts"),
        ({"donors": ()}, "a rank needs donors"),
        ({"span_days": 300}, "two or more of the spans"),
        ({"span_days": 0}, "two or more of the spans"),
    ],
)
def test_plans_that_cannot_be_carried_out(plan, changed, message):
    with pytest.raises(BadPlan, match=message):
        replace(plan, **changed)


@pytest.fixture
def of_panel(plan):
    """A year of thirteen spans before, and one after."""
    return replace(
        plan,
        specification=Specification.SYNTHETIC,
        control=(),
        before=Window(date(2025, 1, 11), TODAY),
        after=Window(TODAY, date(2027, 1, 9)),
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"control": ("Windsor Square",)}, "compared with its donors; it has no other areas"),
        ({"test": Criterion.VARIATION}, "tested by its rank among the donors"),
        ({"treated": ("Wilshire Park", "next door")}, "one treated area, not 2"),
        ({"donors": ("area 1",)}, "two donors or more"),
        ({"span_days": 30}, "whole spans of 30 days"),
        ({"predictors": (Window(date(2025, 1, 11), date(2025, 2, 1)),)}, "not made of whole spans"),
        ({"predictors": (Window(TODAY, date(2026, 2, 7)),)}, "not made of whole spans"),
        ({"predictors": (Window(date(2025, 1, 11), TODAY),) * 2}, "stands twice"),
        (
            {
                "specification": Specification.CHANGES,
                "predictors": (Window(date(2025, 1, 11), TODAY),),
            },
            "predictors are those of a synthetic control",
        ),
        (
            {
                "specification": Specification.CHANGES,
                "treated": ("a", "b"),
                "donors": ("c", "d"),
            },
            "more than treated areas",
        ),
    ],
)
def test_panels_that_cannot_be_carried_out(of_panel, changed, message):
    """Each is refused before the lock, not when the outcome is read."""
    with pytest.raises(BadPlan, match=message):
        replace(of_panel, **changed)


def test_the_predictors_of_a_synthetic_control_are_locked(of_panel):
    """They enter the digest and are named where they were changed; a plan without them is written as ever."""
    half = date(2025, 7, 26)
    planned = replace(of_panel, predictors=(Window(of_panel.before.start, half), Window(half, TODAY)))
    assert of_json(json.loads(json.dumps(to_json(planned)))) == planned
    with pytest.raises(PlanChanged, match="predictors"):
        check_unchanged(lock(planned, today=TODAY), of_panel)
    assert "predictors" not in to_json(of_panel)


@pytest.mark.parametrize("specification", [Specification.SYNTHETIC, Specification.CHANGES])
def test_what_a_panel_can_show_is_part_of_it(of_panel, specification):
    """Eighteen donors cannot make any rank rare; nineteen can, where counts are large."""
    large = {"specification": specification, "expected_before": 520.0, "expected_control": 19 * 520.0}
    enough = replace(of_panel, donors=tuple(f"area {n}" for n in range(19)), **large)
    assert 10 < to_json(enough)["detectable_reduction_percent"] < 70
    few = replace(enough, donors=enough.donors[1:])
    assert to_json(few)["detectable_reduction_percent"] is None
    with pytest.raises(BadPower, match="above 0, not 520 and 0"):
        replace(enough, expected_control=0.0)


def test_counts_that_cannot_be_expected(plan):
    with pytest.raises(BadPower, match="above 0, not nan"):
        replace(plan, expected_before=float("nan"))


def test_windows_hold_days(plan):
    """A window without a day, and a window before that is not yet past, are refused."""
    with pytest.raises(BadPlan, match="holds no day"):
        Window(TODAY, TODAY)
    with pytest.raises(BadPlan, match="not yet past on 2025-12-31"):
        lock(plan, today=date(2025, 12, 31))


def test_what_is_no_plan(plan):
    """Unknown and missing names, and values of the wrong kind."""
    written = to_json(plan)
    with pytest.raises(BadPlan, match="a plan has no colour"):
        of_json({**written, "colour": "red"})
    with pytest.raises(BadPlan, match="the plan lacks outcome"):
        of_json({name: value for name, value in written.items() if name != "outcome"})
    for name, value in (
        ("test", "by eye"),
        ("before", {"start": "soon"}),
        ("treated", None),
        ("before", "2025"),
    ):
        with pytest.raises(BadPlan, match="the plan cannot be read"):
            of_json({**written, name: value})
