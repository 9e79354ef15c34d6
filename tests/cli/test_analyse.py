"""`latchstring analyse`, as it is typed."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from conftest import ROOT
from latchstring.cli.main import main

CHICAGO = ROOT.parent / "shared" / "data" / "analysis" / "chicago_burglary.csv"
PAPER = "impact wdd --control 308,318 --treated 207,110 --displacement-control 150,140 --displacement-treated 178,157"


@pytest.fixture
def analyse():
    def run(line):
        return CliRunner().invoke(main, ["analyse", *line.split()])

    return run


def test_wdd_answers_with_the_numbers_of_the_paper(analyse):
    """Wheeler and Ratcliffe 2018, table 2; one JSON object on standard output and nothing else."""
    answer = json.loads(analyse(f"{PAPER} --json").stdout)
    assert list(answer) == ["wdd", "se", "z", "interval", "verdict"]
    assert answer["wdd"] == -118
    assert answer["se"] == pytest.approx(39.59798, abs=1e-5)
    assert answer["z"] == pytest.approx(-2.98, abs=1e-4)
    assert answer["interval"] == pytest.approx([-195.61, -40.39], abs=0.01)
    assert "We cannot tell" in answer["verdict"]


def test_near_repeat_answers_with_tables(analyse, tmp_path):
    """Rows are bands of distance, columns bands of days."""
    if not CHICAGO.exists():
        pytest.skip("the Chicago burglaries lie beside the checkout, not in it")
    head, *rows = CHICAGO.read_text().splitlines()
    file = tmp_path / "2016.csv"
    file.write_text("\n".join([head, *(row for row in rows if row.endswith("/2016"))]))
    result = analyse(
        f"hotspots near-repeat {file} --x x --y y --date date_single "
        "--distances 0.1,200,400,600 --days 7,14,21 --json"
    )
    answer = json.loads(result.stdout)
    assert list(answer) == ["observed", "expected", "ratio", "variance"]
    assert answer["observed"] == [
        [342, 97, 62],
        [1892, 1514, 1362],
        [4145, 3643, 3592],
        [5805, 5143, 4919],
    ]
    assert answer["ratio"][0] == pytest.approx([6.417, 2.006, 1.308], abs=5e-4)


def test_knox_answers_for_two_incidents(analyse, tmp_path):
    """The smallest question that can be asked; the tables of the guide are honest at their limits."""
    file = tmp_path / "two.csv"
    file.write_text("x,y,date\n0,0,2019-01-01\n0,100,2019-01-04\n")
    answer = json.loads(analyse(f"hotspots knox {file} --distance 100 --days 3 --json").stdout)
    assert list(answer) == ["observed", "expected", "variance", "z", "p"]
    assert answer["observed"] == 1


def test_a_report_stands_alone(analyse, tmp_path):
    """It loads nothing from anywhere, and holds the sentence and the numbers."""
    page = tmp_path / "report.html"
    assert analyse(f"{PAPER} --html {page}").exit_code == 0
    text = page.read_text()
    assert "We cannot tell" in text
    assert "-195.61" in text
    assert "http" not in text.replace("http-equiv", "")


@pytest.mark.parametrize(
    "line",
    [
        "impact wdd --control 1,2 --treated x,y",
        "impact wdd --control 1,2 --treated 1.5,2",
        "impact wdd --control 0,0 --treated 0,0",
        "impact wdd --control 1,2 --treated 3,4 --displacement-control 1,2",
        "hotspots knox nothing.csv --distance 10 --days 1",
        "hotspots knox {degrees} --distance 10 --days 1",
        "impact wdd --control 30,31 --treated 20,11 --geojson {out}",
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(analyse, tmp_path, line):
    """Exit code 2, nothing on standard output, no file left."""
    degrees, out = tmp_path / "degrees.csv", tmp_path / "out"
    degrees.write_text("x,y,date\n-87.6,41.8,2020-01-01\n-87.7,41.9,2020-01-02\n")
    result = analyse(line.format(degrees=degrees, out=out))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Error: " in result.stderr
    assert not out.exists()
