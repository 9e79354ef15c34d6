"""A locked plan is carried out to the letter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from latchstring.analysis.impact.panel import Panel
from latchstring.analysis.impact.placebo import Rank
from latchstring.analysis.impact.plan import (
    Choice,
    Criterion,
    NotLocked,
    PlanChanged,
    Specification,
    Window,
    lock,
)
from latchstring.analysis.impact.study import MissingArea, study
from latchstring.analysis.impact.synthetic import Design, Predictor
from latchstring.analysis.impact.synthetic_placebo import placebo_test
from latchstring.analysis.impact.verdict import Finding, Lack

TODAY, READ_ON = date(2026, 1, 10), date(2027, 3, 1)


def incidents(rng, before, after):
    """As many incidents in each year, on days by lot."""
    return [
        start + timedelta(int(day))
        for start, count in ((date(2025, 1, 1), before), (date(2026, 2, 1), after))
        for day in rng.integers(0, 365, count)
    ]


@pytest.fixture
def data():
    """The treated area falls from 120 to 50; nothing else changes but by chance."""
    rng = np.random.default_rng(12)
    return {
        "Wilshire Park": incidents(rng, 120, 50),
        "Windsor Square": incidents(rng, 150, 150),
        **{f"area {n}": incidents(rng, *rng.poisson(100, 2)) for n in range(19)},
    }


def carried_out(plan, data, **changed):
    plan = replace(plan, **changed)
    return study(lock(plan, today=TODAY), plan, data, read_on=READ_ON)


def test_a_large_effect_that_was_planned_for_is_told(plan, data):
    """Counts are taken from the days, ranked among 20 areas, and judged."""
    result = carried_out(plan, data)
    assert result.estimate.wdd == -70
    assert result.rank == Rank(rank=1, of=20)
    assert result.deviations == ()
    assert result.unused == 0
    assert result.verdict.finding is Finding.FEWER
    assert result.verdict.text.startswith(
        "Break-ins here went from 120 to 50. In like areas they went from 150"
    )


def test_nothing_done_is_not_told_as_an_effect(plan, data):
    data["Wilshire Park"] = data["area 3"]
    assert carried_out(plan, data).verdict.finding is Finding.CANNOT_TELL


def test_a_donor_without_data_is_a_deviation(plan, data):
    """It is left out, it is said, and the verdict is that we cannot tell."""
    del data["area 7"]
    result = carried_out(plan, data)
    assert result.deviations == ("there are no data of the donor area 7",)
    assert Lack.DEVIATED in result.verdict.lacks


def test_a_part_of_the_plan_without_data_is_refused(plan, data):
    """Nobody knows whether a missing area had no incidents."""
    del data["Windsor Square"]
    with pytest.raises(MissingArea, match="the data lack Windsor Square"):
        carried_out(plan, data)


def test_only_the_locked_plan_is_carried_out(plan, data):
    with pytest.raises(PlanChanged, match="outcome"):
        study(lock(plan, today=TODAY), replace(plan, outcome="thefts"), data, read_on=READ_ON)
    with pytest.raises(NotLocked):
        study(None, plan, data, read_on=READ_ON)


def test_an_area_chosen_for_the_counts_of_its_baseline_cannot_tell(plan, data):
    """The baseline is what was high by chance; with an earlier window of choice it may speak."""
    chosen = carried_out(plan, data, choice=Choice.FOR_ITS_COUNTS, selected=plan.before)
    assert chosen.expected_drop > 0
    assert Lack.CHOSEN in chosen.verdict.lacks
    earlier = Window(date(2024, 1, 1), date(2025, 1, 1))
    assert (
        carried_out(plan, data, choice=Choice.FOR_ITS_COUNTS, selected=earlier).verdict.finding
        is Finding.FEWER
    )


def test_the_other_specification_and_the_other_test(plan, data):
    """A ratio, judged by the dispersion of four-week counts; nothing but the plan decides which."""
    result = carried_out(plan, data, specification=Specification.RATIO, test=Criterion.VARIATION, donors=())
    assert result.rank is None
    assert result.dispersion.freedom == 4 * 12
    assert result.estimate.change == pytest.approx(50 / 120 - 1)
    assert "no ranks among like areas stand behind it" in result.verdict.text


def spans(level, after, donors=19):
    """Counts of 26 spans on their first days: the treated area goes to `after` in the last 13."""
    rng = np.random.default_rng(5)
    firsts = [date(2025, 1, 13) + timedelta(days=28 * n) for n in range(26)]
    usual = [level] * 13
    return {
        area: [day for day, n in zip(firsts, counts, strict=True) for _ in range(n)]
        for area, counts in {
            "Wilshire Park": [*rng.poisson(usual), *rng.poisson([after] * 13)],
            **{f"area {n}": rng.poisson(usual * 2) for n in range(donors)},
        }.items()
    }


@pytest.fixture
def of_panel(plan):
    """Thirteen spans before and thirteen after, beside nineteen donors."""
    return replace(
        plan,
        control=(),
        before=Window(date(2025, 1, 13), date(2026, 1, 12)),
        after=Window(date(2026, 1, 12), date(2027, 1, 11)),
        specification=Specification.SYNTHETIC,
        expected_before=520.0,
        expected_control=19 * 520.0,
    )


LOCKED_ON = date(2026, 1, 12)


def read_panel(plan, data):
    return study(lock(plan, today=LOCKED_ON), plan, data, read_on=READ_ON)


def test_a_synthetic_control_is_carried_out_as_planned(of_panel):
    """The gap, its mix and its rank are those of the library on the same counts, span by span."""
    data = spans(40, 15)
    few = of_panel.donors[:2]
    half = of_panel.before.start + timedelta(days=28 * 6)
    planned = replace(
        of_panel,
        donors=few,
        predictors=(Window(of_panel.before.start, half), Window(half, of_panel.before.end)),
    )
    counts = {area: [days.count(day) for day in planned.starts] for area, days in data.items()}
    panel = Panel(tuple(counts), tuple(range(26)), {"y": np.array(list(counts.values()), dtype=float)})
    for given, predictors in ((of_panel, ()), (planned, (Predictor.of("y:0-5"), Predictor.of("y:6-12")))):
        result = read_panel(given, data)
        by_hand = placebo_test(
            panel,
            Design(
                outcome="y", treated="Wilshire Park", start=13, predictors=predictors, donors=given.donors
            ),
        )
        assert result.estimate.gap == pytest.approx(by_hand.treated.mean_gap)
        assert result.estimate.weights == pytest.approx(by_hand.treated.weights)
        assert result.estimate.interval == by_hand.interval
        assert result.rank == by_hand.rank
        assert result.estimate.measured == pytest.approx(counts["Wilshire Park"])
        assert "A mix of other areas that was like it until then averaged" in result.verdict.text
    result = read_panel(of_panel, data)
    assert result.rank == Rank(rank=1, of=20)
    assert result.verdict.finding is Finding.FEWER


def test_difference_in_differences_is_carried_out_as_planned(of_panel):
    """The mean change less that of the donors, and the rank among them."""
    data = spans(40, 15)
    planned = replace(of_panel, specification=Specification.CHANGES)
    result = read_panel(planned, data)
    changes = {
        area: (
            sum(day in planned.after for day in days) - sum(day in planned.before for day in days)
        ) / 13
        for area, days in data.items()
    }  # fmt: skip
    own = changes.pop("Wilshire Park")
    assert result.estimate.estimate == pytest.approx(own - sum(changes.values()) / 19)
    assert result.rank == Rank(rank=1, of=20)
    assert result.verdict.finding is Finding.FEWER
    assert "With the mean change of the other areas it would have been" in result.verdict.text


@pytest.mark.parametrize("specification", [Specification.SYNTHETIC, Specification.CHANGES])
def test_a_panel_without_any_change_cannot_tell(of_panel, specification):
    """Nothing was done; nor is anything claimed, or refused, where no incident happened anywhere."""
    planned = replace(of_panel, specification=specification)
    assert read_panel(planned, spans(40, 40)).verdict.finding is Finding.CANNOT_TELL
    empty = {area: [] for area in (*planned.treated, *planned.donors)}
    assert read_panel(planned, empty).verdict.finding is Finding.CANNOT_TELL


def test_a_panel_says_what_was_not_as_planned(of_panel):
    """A donor without data and a predictor that tells nothing apart are said; too few donors are refused."""
    planned = replace(of_panel, predictors=(of_panel.before,))
    data = spans(40, 15)
    with pytest.raises(MissingArea, match="1 of the donors; it takes 2"):
        read_panel(planned, {area: data[area] for area in ("Wilshire Park", "area 1")})
    del data["area 7"]
    same = {area: [*planned.starts] for area in data}
    assert read_panel(planned, same).deviations == (
        "there are no data of the donor area 7",
        "the predictor 2025-01-13 to 2026-01-12 is the same in all areas",
    )


def test_displacement_enters_only_where_it_was_planned(plan, data):
    rng = np.random.default_rng(13)
    data |= {"next door": incidents(rng, 100, 130), "beside": incidents(rng, 100, 100)}
    planned = carried_out(plan, data, displacement_treated=("next door",), displacement_control=("beside",))
    assert planned.estimate.wdd == -40
    assert carried_out(plan, data).estimate.wdd == -70


def test_incidents_outside_the_windows_are_counted_as_such(plan, data):
    data["Wilshire Park"].append(date(2026, 1, 15))
    assert carried_out(plan, data).unused == 1
