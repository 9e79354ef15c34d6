"""`latchstring analyse bias` and `guard`, as they are typed."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from latchstring.cli.main import main

BERKELEY = {
    "A": (512, 313, 89, 19),
    "B": (353, 207, 17, 8),
    "C": (120, 205, 202, 391),
    "D": (138, 279, 131, 244),
    "E": (53, 138, 94, 299),
    "F": (22, 351, 24, 317),
}


@pytest.fixture
def analyse():
    def run(*words):
        return CliRunner().invoke(main, ["analyse", *map(str, words)])

    return run


def test_berkeley_from_a_file_of_cases(analyse, file):
    """4,526 rows; the report says that the crude difference turns round."""
    rows = [
        f"{sex},{admitted},{department}"
        for department, counts in BERKELEY.items()
        for (sex, admitted), n in zip(
            [("men", "yes"), ("men", "no"), ("women", "yes"), ("women", "no")], counts, strict=True
        )
        for _ in range(n)
    ]
    path = file("sex,admitted,department", *rows)
    given = ("bias", "strata", path, "--group", "sex", "--outcome", "admitted", "--stratum", "department")
    answer = json.loads(analyse(*given, "--json").stdout)
    assert answer["crude_odds_ratio"] == pytest.approx(1.84108, abs=5e-6)
    assert answer["odds_ratio"] == pytest.approx(0.9046968, abs=5e-8)
    assert answer["reverses"] is True
    assert "points the other way" in analyse(*given).stdout


def test_a_funnel_by_counts_and_by_cases_is_the_same(analyse, file):
    """One row for each group with its counts, or one row a request with 1 and 0."""
    given = ("--group", "area", "--stages", "asked,consented,used", "--json")
    counted = analyse(
        "bias", "funnel", file("area,asked,consented,used", "north,60,30,20", "south,40,8,4"), *given
    )
    cases = [
        f"{area},1,{int(n < yes)},{int(n < used)}"
        for area, asked, yes, used in (("north", 60, 30, 20), ("south", 40, 8, 4))
        for n in range(asked)
    ]
    listed = analyse("bias", "funnel", file("area,asked,consented,used", *cases), *given)
    assert json.loads(counted.stdout) == json.loads(listed.stdout)
    [first, _] = json.loads(counted.stdout)["steps"]
    assert (first["group"], first["share"], first["finding"]) == ("south", 0.2, "lower")


def test_agreement_from_a_file_of_labels(analyse, file):
    """One row a label; who has labelled the same thing twice is found."""
    lines = [
        "post,coder,label",
        "1,ann,theft",
        "1,ben,theft",
        "2,ann,noise",
        "2,ben,theft",
        "3,ann,noise",
        "3,ben,noise",
    ]
    given = ("--unit", "post", "--coder", "coder", "--label", "label")
    answer = json.loads(analyse("bias", "agreement", file(*lines), *given, "--json").stdout)
    assert answer["alpha"] == pytest.approx(0.4444, abs=1e-4)
    assert answer["reading"] == "no conclusion"
    twice = analyse("bias", "agreement", file(*lines, "3,ben,theft"), *given)
    assert twice.exit_code == 2
    assert "line 8" in twice.stderr


def test_the_other_audits_answer(analyse, file):
    """Shares, comparisons, outcomes, detectors, daylight, clusters."""
    share = json.loads(analyse("bias", "share", "11,28", "--benchmark", "0.2", "--json").stdout)
    assert share["p"] == pytest.approx(0.0168, abs=5e-5)
    compared = json.loads(analyse("bias", "compare", "56,70", "48,80", "--json").stdout)
    assert compared["difference_interval"] == pytest.approx([0.0524, 0.3339], abs=5e-5)
    assert "Equal rates of hits" in analyse("bias", "outcome", "20,200", "60,200").stdout
    missed = file("who,missed,shown", "darker women,56,271", "lighter men,0,385")
    answer = json.loads(
        analyse(
            "bias", "detector", missed, "--group", "who", "--missed", "missed", "--of", "shown", "--json"
        ).stdout
    )
    assert answer["groups"]["lighter men"]["interval"][1] == pytest.approx(0.01, abs=0.001)
    hours = [f"18:00,{light},{n % 2}" for light in (0, 1) for n in range(40)]
    veil = analyse(
        "bias",
        "veil",
        file("at,light,group", *hours),
        "--clock",
        "at",
        "--light",
        "light",
        "--group",
        "group",
    )
    assert "We cannot tell whether daylight makes a difference" in veil.stdout
    few = [f"{n % 2},{n % 2},officer {n % 4}" for n in range(40)]
    clusters = analyse(
        "bias",
        "clusters",
        file("hit,group,who", *few),
        "--hit",
        "hit",
        "--group",
        "group",
        "--cluster",
        "who",
    )
    assert "We cannot tell: a group has 2 clusters" in clusters.stdout


def test_the_urn_is_a_lesson_for_everybody(analyse):
    answer = json.loads(analyse("guard", "urn", "--runs", "200", "--json").stdout)
    assert answer["naive"]["mean"] > 0.85
    assert answer["corrected"]["mean"] == pytest.approx(answer["true_share"], abs=0.03)


@pytest.mark.parametrize(
    "words",
    [
        ("bias", "share", "11,28"),
        ("bias", "compare", "56,70", "48,80"),
        ("bias", "outcome", "20,200", "60,200"),
        ("bias", "strata", "{file}", "--group", "group", "--outcome", "hit", "--stratum", "clock"),
        ("bias", "agreement", "{file}", "--unit", "clock", "--coder", "group", "--label", "hit"),
        ("bias", "clusters", "{file}", "--hit", "hit", "--group", "group", "--cluster", "clock"),
        ("bias", "funnel", "{file}", "--group", "group", "--stages", "shown,hit"),
        ("bias", "detector", "{file}", "--group", "group", "--missed", "hit", "--of", "shown"),
        ("bias", "veil", "{file}", "--clock", "dusk", "--light", "light", "--group", "group"),
        ("guard", "weights", "{file}", "--source", "source"),
        ("guard", "urn", "--runs", "20", "--days", "20"),
        ("hotspots", "compare", "3,1", "5,2"),
        ("hotspots", "jacquez", "{file}", "--neighbours", "3"),
        ("impact", "chosen", "{file}", "--area", "area", "--count", "count", "--chosen", "a23"),
        ("impact", "dispersion", "{file}", "--count", "count", "--series", "group"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_each_report_has_a_plot(analyse, file, tmp_path, words):
    """It draws an estimate or a bar, and says in words what it shows."""
    rows = [
        f"{n // 2:02}:00,{n % 2},{n // 2 % 2},1,{n // 4 % 2},resident,18:00,"
        f"a{n},{n},{n * 37 % 101},{n * 53 % 97},2024-01-{n + 1:02}"
        for n in range(24)
    ]
    path = file("clock,group,hit,shown,light,source,dusk,area,count,x,y,date", *rows)
    report = tmp_path / "report.html"
    given = (path if word == "{file}" else word for word in words)
    result = analyse(*given, "--html", report)
    assert result.exit_code == 0, result.stderr
    figures = re.findall(
        r"<figure><svg.*?(?:<circle|<rect).*?</svg><figcaption>(.+?)</figcaption>", report.read_text()
    )
    assert len(figures) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("share", "3,2"),
        ("share", "0,0"),
        ("funnel", "{file}", "--group", "nothing", "--stages", "a,b"),
        ("funnel", "{file}", "--group", "group", "--stages", "after,before"),
        ("strata", "{file}", "--group", "group", "--outcome", "before", "--stratum", "group"),
    ],
)
def test_bad_input_is_one_sentence(analyse, file, words):
    """Exit code 2 and nothing on standard output."""
    path = file("group,before,after", "a,5,2", "b,7,3", "c,1,1")
    result = analyse("bias", *(str(path) if word == "{file}" else word for word in words))
    assert result.exit_code == 2
    assert result.stdout == ""


def test_the_head_of_intervals_is_their_level(analyse, file):
    """An interval of 90 % below a head of 95 % would be read as surer than it is."""
    path = file("who,asked,used", "a,90,30", "b,80,20")
    funnel = analyse("bias", "funnel", path, "--group", "who", "--stages", "asked,used", "--level", 0.9)
    assert re.search(r"share +90 % +a +90 % +ratio", funnel.stdout)
    detector = analyse(
        "bias", "detector", path, "--group", "who", "--missed", "used", "--of", "asked", "--level", 0.9
    )
    assert re.search(r"share +90 %\n", detector.stdout)


def test_groups_of_an_outcome_test_have_names(analyse):
    """The second may be all the others; an empty one is refused."""
    told = analyse("bias", "outcome", "20,200", "60,200", "--names", "women")
    assert "of women led" in told.stdout
    assert "of the others" in told.stdout
    refused = analyse("bias", "outcome", "20,200", "60,200", "--names", ",")
    assert (refused.exit_code, "has a name that is empty" in refused.stderr) == (2, True)
