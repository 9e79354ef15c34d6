"""What an answer leaves out of its file is told, by every command that leaves something out."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from latchstring.cli.main import main

BY_LOT = "incidents were left out by lot"
VISITS = "--source how --visit-probability chance"
PLACES = {
    "hotspots map": "--bandwidth 150 --maps 20",
    "hotspots bandwidth": "",
    "hotspots gi": "",
    "hotspots moran": "",
    "hotspots risk": "--exposure homes.csv --bandwidth 150 --draws 19",
    "hotspots clusters": "--distance 90",
    "hotspots back-test": "--split 60 --bandwidth 150",
    "hotspots knox": "--distance 90 --days 5",
    "hotspots near-repeat": "--distances 90,180 --days 5",
    "hotspots mantel": "--permutations 0",
    "hotspots jacquez": "--neighbours 2",
    "hotspots space-time": "--radii 200 --longest 2 --draws 99",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A hundred incidents, half of them found on visits that were likely; four cases that stand alone."""
    folder = tmp_path_factory.mktemp("left-out")
    rng = np.random.default_rng(7)
    rows = [
        f"{x},{y},{day},{'visit,0.9' if n % 2 else 'resident,'},h{n % 9}"
        for n, (x, y, day) in enumerate(rng.integers((0, 0, 0), (900, 900, 120), (100, 3)).tolist())
    ]
    homes = [f"{x},{y},h{n % 81},5" for n, (x, y) in enumerate(np.ndindex(9, 9))]
    cases = [
        f"{'ab'[n % 2]},{n % 3 == 0:d},{'c9' if n > 79 and n % 2 else 'c1'},{n % 2},18:00" for n in range(83)
    ]
    labels = [f"{n},{who},{n % 2}" for n in range(9) for who in ("ann", "ben")]
    tables = {
        "visits.csv": ["x,y,date,how,chance,home", *rows],
        "homes.csv": [
            "x,y,home,homes",
            *(line.replace(",", "00,", 1).replace(",h", "00,h") for line in homes),
        ],
        "twice.csv": ["x,y,date", "10,10,1", "10,10,1", "10,10,1", "500,40,9", "800,90,30", "90,900,60"],
        "cases.csv": ["group,used,area,light,clock", *cases, "a,1,c7,1,06:00", "a,0,c7,1,06:00"],
        "months.csv": ["area,period,count", "mill,a,5", "mill,a,9", "mill,b,7", "park,a,0", "park,a,0"],
        "labels.csv": ["post,coder,label", *labels, "90,ann,1", "91,ben,0"],
    }
    for name, lines in tables.items():
        (folder / name).write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def beware(folder, monkeypatch):
    """What a command says to beware of: the same in its text, in its report and in all that is known."""
    monkeypatch.chdir(folder)

    def run(line):
        told = CliRunner().invoke(main, ["analyse", *line.split(), "--html", "page.html"])
        assert told.exit_code == 0, told.stderr
        known = CliRunner().invoke(main, ["analyse", *line.split(), "--json", "--full"])
        sentences = json.loads(known.stdout)["beware"]
        assert told.stdout.rstrip().endswith("\n".join(sentences))
        page = (folder / "page.html").read_text().replace("&#x27;", "'")
        assert all(each in page for each in sentences)
        return sentences

    return run


@pytest.mark.parametrize("name", PLACES)
def test_who_drops_what_visits_found_says_how_many(name, beware):
    """Ensign's correction takes incidents out; a count that does not say so is read as all of them."""
    line = f"{name} visits.csv {PLACES[name]} {VISITS}"
    [said] = [each for each in beware(line) if BY_LOT in each]
    left_out = int(said.split()[0])
    assert 0 < left_out < 100


def test_a_scan_of_sites_corrects_for_visits_too(beware):
    """And refuses an incident or a site that stands twice."""
    line = (
        "hotspots space-time visits.csv --sites homes.csv --site-column home --exposure-column homes "
        f"--radii 200 --longest 2 --draws 99 {VISITS}"
    )
    assert any(BY_LOT in each for each in beware(line))
    twice = CliRunner().invoke(main, ["analyse", *line.split(), "--id", "home"])
    assert (twice.exit_code, "stands in line" in twice.stderr) == (2, True)


def test_without_visits_nothing_is_left_out(beware):
    assert not any(BY_LOT in each for each in beware("hotspots gi visits.csv"))


@pytest.mark.parametrize(
    "name",
    ["knox --distance 9 --days 1", "near-repeat --distances 9 --days 1", "mantel", "jacquez --neighbours 1"],
)
def test_pairs_at_one_place_on_one_day_are_told(name, beware):
    """One incident entered three times is three pairs, and looks like a bunch."""
    command, _, options = name.partition(" ")
    assert any(
        each.startswith("3 pairs lie at the very same place on the same day")
        for each in beware(f"hotspots {command} twice.csv {options}")
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "bias strata cases.csv --group group --outcome used --stratum area",
            "3 cases were left out: their strata hold one of the two groups alone.",
        ),
        (
            "bias veil cases.csv --clock clock --light light --group used",
            "2 decisions were left out: at their time of the clock it was always light, or never.",
        ),
        (
            "bias agreement labels.csv --unit post --coder coder --label label",
            "2 labels were left out: nobody else has labelled the same.",
        ),
        *(
            (line, "2 series were left out: one count, or none but 0, does not vary.")
            for line in (
                "impact dispersion months.csv",
                "impact wdd --control 9,9 --treated 9,3 --months months.csv",
                "impact ratio --control 9,9 --treated 9,3 --months months.csv",
                "impact displacement --control 9,9 --treated 9,3 --buffer 9,9 --months months.csv",
            )
        ),
    ],
)
def test_rows_that_say_nothing_are_told(line, said, beware):
    assert said in beware(line)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("hotspots gi visits.csv --visit-probability chance", "needs --source too"),
        ("hotspots space-time visits.csv --radii 9 --longest 2 --first 3", "go with --sites"),
    ],
)
def test_what_would_be_passed_over_is_refused(line, said, folder, monkeypatch):
    """An option without the one that it belongs to."""
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(main, ["analyse", *line.split()])
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
