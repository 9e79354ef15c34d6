"""`latchstring analyse impact` and `guard weights`, as they are typed."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pytest
from click.testing import CliRunner

from latchstring.analysis.impact import power
from latchstring.cli.main import main
from studies.drafts import DRAFT

PLAN = DRAFT | {"specification": "weighted displacement difference"}
WDD = ("wdd", "--control", "400,400", "--treated", "400,200")


@pytest.fixture
def analyse():
    def run(*words, subject="impact"):
        return CliRunner().invoke(main, ["analyse", subject, *map(str, words)])

    return run


@pytest.fixture
def draft(file):
    def write(**changed):
        return file(json.dumps({**PLAN, **changed}), name="draft.json")

    return write


@pytest.fixture
def break_ins(file):
    """In the mill they fell to less than half; in the park they stayed."""
    rng = np.random.default_rng(4)
    rows = [
        f"{area},{dt.date(year, 1, 1) + dt.timedelta(int(day))}"
        for area, counts in (("mill", (200, 90)), ("park", (200, 200)))
        for year, count in zip((2023, 2024), counts, strict=True)
        for day in rng.integers(0, 365, count)
    ]
    return file("area,date", *rows, name="break-ins.csv")


def test_weights_for_areas_times_and_harm(answer):
    """Research page 2-A, all digits."""
    paper = ("--control", "308,318", "--treated", "207,110")
    moved = ("--displacement-control", "150,140", "--displacement-treated", "178,157")
    by_area = answer("wdd", *paper, *moved, "--area-weights", "0.9,1.2,1.6,1.5")
    assert (by_area["wdd"], by_area["se"]) == pytest.approx((-99.69444444, 35.4280755), abs=1e-7)
    by_time = answer("wdd", "--control", "100,50", "--treated", "80,20", "--time-weights", "2,1")
    assert (by_time["wdd"], by_time["se"]) == pytest.approx((-20, 10.72381), abs=5e-6)
    control = ("133,91", "388,305", "148,97", "86,64", "94,67")
    treated = ("130,74", "327,202", "398,190", "144,92", "183,96")
    kinds = [word for each in control for word in ("--control", each)]
    kinds += [word for each in treated for word in ("--treated", each)]
    by_harm = answer("wdd", *kinds, "--harm", "3,2,5,7,10")
    assert (by_harm["wdd"], by_harm["z"]) == pytest.approx((-1721, -5.659255581), abs=1e-8)


def test_wdd_reaches_a_verdict_only_with_variation_and_a_plan(answer, analyse, file, draft, tmp_path):
    """Either alone is not enough; ranks among like areas do as well as monthly counts."""
    locked = tmp_path / "plan.json"
    assert analyse("plan", "lock", draft(), "--out", locked).exit_code == 0
    rng = np.random.default_rng(2)
    means = {("mill", "before"): 33, ("mill", "after"): 17, ("park", "before"): 33, ("park", "after"): 33}
    months = file(
        "area,period,count",
        *(f"{area},{when},{n}" for (area, when), mean in means.items() for n in rng.poisson(mean, 12)),
        name="months.csv",
    )
    placebos = file("area,before,after", *(f"a{n},400,{395 + n}" for n in range(20)), name="placebos.csv")
    for evidence in (("--months", months), ("--placebos", placebos)):
        assert "We cannot tell" in answer(*WDD, *evidence)["verdict"]
        assert "made incidents fewer" in answer(*WDD, *evidence, "--plan", locked)["verdict"]
    assert "We cannot tell" in answer(*WDD, "--plan", locked)["verdict"]
    assert "We cannot tell" in answer(*WDD, "--dispersion", "1", "--plan", locked)["verdict"]


def test_what_could_be_seen_at_all(answer):
    """Research page, section 0: 55 % takes about a hundred; of twenty not even a fall to none is shown."""
    few = answer("power", "--before", "20")
    assert (few["reachable"], few["detectable_percent"]) == (False, None)
    assert 80 < few["incidents_needed"] <= 100
    assert (
        power.wdd_power(few["incidents_needed"], 0.55)
        >= 0.8
        > power.wdd_power(few["incidents_needed"] - 1, 0.55)
    )
    assert answer("power", "--before", "100")["detectable_percent"] == 53
    assert answer("drop", "--mean", "5", "--best-of", "10")["chance"] == pytest.approx(0.75, abs=0.01)


def test_the_worst_area_gets_better_by_itself(answer, file):
    assert 0.1 < answer("selection", "--areas", "10", "--mean", "20")["expected_drop"] < 0.4
    path = file("area,count", *(f"a{n},{18 + n % 5}" for n in range(29)), "b,34")
    found = answer("chosen", path, "--area", "area", "--count", "count", "--chosen", "b")
    assert (found["place"], found["areas"]) == (1, 30)
    assert 0.1 < found["expected_drop"] < 0.5


def test_dispersion_and_ranks(answer, file):
    path = file("area,period,count", *(f"a,before,{n}" for n in (4, 12, 1, 15, 2, 9, 20, 3, 7, 1, 14, 2)))
    found = answer("dispersion", path)
    assert found["interval"][0] > 1
    assert found["freedom"] == 11
    changes = file("area,change", "mill,-40", *(f"a{n},{n - 10}" for n in range(19)), name="changes.csv")
    ranked = answer("placebo", changes, "--area", "area", "--change", "change", "--treated", "mill")
    assert (ranked["rank"], ranked["of"], ranked["p"]) == (1, 20, 0.05)


def test_ratio_quotient_and_catchment(answer, file):
    """Research page 2-J and 2-A: 20 to 9 beside 20 to 18 is -50 %, from -82 to +38; WDQ 0.258186."""
    ratio = answer("ratio", "--control", "20,18", "--treated", "20,9")
    assert ratio["change_interval"] == pytest.approx([-0.82, 0.38], abs=0.005)
    moved = answer("displacement", "--control", "308,318", "--treated", "207,110", "--buffer", "178,157")
    assert (moved["wdq"], moved["net"]) == pytest.approx((0.258186, 130.5), abs=0.05)
    cells = file(
        "x,y,treated,before,after",
        *(f"{x},{y},{int(x == y == 200)},2,1" for x in range(0, 500, 100) for y in range(0, 500, 100)),
    )
    ring = answer("catchment", cells, "--reach", "150")
    assert (ring["treated"], ring["buffer"], ring["buffer_cells"]) == ([2, 1], [16, 8], 8)


def test_differences_in_differences(answer, file):
    """By regression of counts, and by ranks of a panel."""
    rng = np.random.default_rng(1)
    rows = [
        f"a{area},{time},{rng.poisson(20 if (area and area != 1) or time < 6 else 8)}"
        for area in range(8)
        for time in range(12)
    ]
    path = file("area,month,thefts", *rows)
    given = ("--treated", "a0,a1", "--start", "6")
    counts = answer(
        "rate-difference",
        path,
        "--area-column",
        "area",
        "--time-column",
        "month",
        "--count",
        "thefts",
        *given,
    )
    assert counts["interval"][1] < 1
    assert "We cannot tell" in counts["verdict"]
    panel = answer(
        "did", path, "--unit-column", "area", "--time-column", "month", "--outcome", "thefts", *given
    )
    assert (panel["rank"], panel["of"]) == (1, 16)
    assert panel["interval"] == [None, None] or panel["interval"][0] < panel["estimate"]


@pytest.fixture
def cross_roads(file):
    """`a, b` is as `north` is in x and until the fifth time, and as `south` in z and from then to the tenth."""
    rng = np.random.default_rng(3)
    north, south, west = rng.normal(50, 5, (3, 15))
    own = np.concatenate([north[:5], south[5:10], west[10:] - 9])
    lines = ["place;t;y;x;z"]
    for name, values, x, z in (
        ("a, b", own, 1, 1),
        ("north", north, 1, 0),
        ("south", south, 0, 1),
        ("west", west, 0, 0),
    ):
        lines += [f"{name};{t - 10};{y};{x};{z if t < 5 else ''}" for t, y in enumerate(values)]
    return file(*lines)


def test_what_a_synthetic_control_must_meet_can_be_said(answer, analyse, cross_roads):
    """Which times, how much each predictor counts, and who is left out; places with commas, times below 0."""
    asked = (
        "--unit-column",
        "place",
        "--time-column",
        "t",
        "--outcome",
        "y",
        "--treated",
        "a, b",
        "--start",
        0,
    )
    asked = ("synthetic", cross_roads, *asked, "--predictor", "x:-10--1", "--predictor", "z:-10,-9")

    def weights(*more):
        return {
            unit: round(share, 3) for unit, share in answer(*asked, *more)["weights"].items() if share > 0.01
        }

    assert weights("--importances", "1,0") == {"north": 1}
    assert weights("--importances", "0,1") == {"south": 1}
    assert weights("--fitted", "-10--6")["north"] > 0.9
    assert weights("--fitted", "-5--1")["south"] > 0.9
    assert "north" not in weights("--without", "north")
    assert weights("--donors", "south,west", "--importances", "1,1") == {"south": 1}
    unknown = analyse(*asked, "--without", '"a, c"')
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert "no unit a, c" in unknown.stderr
    assert analyse(*asked, "--fitted", "-5-1").exit_code == 2
    assert analyse(*asked, "--importances", "1").exit_code == 2


def test_a_locked_plan_is_carried_out(answer, analyse, draft, break_ins, tmp_path):
    """Lock, publish the digest, read, judge: the one road to an effect."""
    locked = tmp_path / "plan.json"
    held = answer("plan", "lock", draft(), "--out", locked)
    found = answer("plan", "run", locked, break_ins, "--digest", held["digest"])
    assert (found["finding"], found["digest"]) == ("fewer", held["digest"])
    assert found["interval"][1] < 0
    again = analyse("plan", "lock", draft(), "--out", locked)
    assert (again.exit_code, again.stdout) == (2, "")


def test_a_plan_changed_after_the_lock_is_refused(analyse, draft, break_ins, tmp_path):
    """In the file, or against the published digest, or in what the plan says of itself."""
    locked = tmp_path / "plan.json"
    analyse("plan", "lock", draft(), "--out", locked)
    whole = json.loads(locked.read_text())
    for change in ({"level": 0.5}, {"control": ["elsewhere"]}, {"detectable_reduction_percent": 1}):
        locked.write_text(json.dumps({**whole, "plan": {**whole["plan"], **change}}))
        refused = analyse("plan", "run", locked, break_ins)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert "was changed after it was locked" in refused.stderr
    locked.write_text(json.dumps(whole))
    other = analyse("plan", "run", locked, break_ins, "--digest", "0" * 64)
    assert (other.exit_code, other.stdout) == (2, "")


def test_an_outcome_is_not_read_early_or_without_a_lock(analyse, draft, break_ins, tmp_path):
    """A window that is not over, a lock of tomorrow, a draft."""
    locked = tmp_path / "plan.json"
    analyse("plan", "lock", draft(after={"start": "2024-01-01", "end": "2199-01-01"}), "--out", locked)
    early = analyse("plan", "run", locked, break_ins)
    assert early.exit_code == 2
    assert "wait, and read then" in early.stderr
    locked.write_text(json.dumps({**json.loads(locked.read_text()), "locked_on": "2199-01-01"}))
    before = analyse("plan", "run", locked, break_ins)
    assert before.exit_code == 2
    assert "before the lock" in before.stderr
    unlocked = analyse("plan", "run", draft(), break_ins)
    assert unlocked.exit_code == 2
    assert "lock it before outcomes are read" in unlocked.stderr


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"control": ["mill"]}, "areas overlap: mill"),
        ({"after": {"start": "2023-06-01", "end": "2025-01-01"}}, "overlap"),
        ({"test": "rank among areas where nothing is done"}, "needs donors"),
        ({"before": {"start": "2199-01-01", "end": "2199-12-01"}}, "before"),
        ({"colour": "blue"}, "no colour"),
        ({"expected_before": None}, "plan"),
    ],
)
def test_drafts_that_cannot_be_locked(analyse, draft, tmp_path, changed, said):
    """One sentence, and no plan is written."""
    out = tmp_path / "plan.json"
    refused = analyse("plan", "lock", draft(**changed), "--out", out)
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert not out.exists()


def test_weights_of_incidents_by_how_they_became_known(answer, analyse, file):
    """A visit that was made half of the time stands for two; what police found is refused by its line."""
    path = file("how,chance", "resident,", "visit,0.5")
    found = answer("weights", path, "--source", "how", "--visit-probability", "chance", subject="guard")
    assert (found["weights"], found["total"]) == ([1, 2], 3)
    refused = analyse("weights", file("how", "resident", "police"), "--source", "how", subject="guard")
    assert refused.exit_code == 2
    assert "line 3" in refused.stderr
