"""`docs/reference/analyse.md` names every command of `latchstring analyse`, its options and its JSON keys."""

from __future__ import annotations

import datetime as dt
import json
import re

import click
import numpy as np
import pytest
from click.testing import CliRunner

from conftest import ROOT
from latchstring.cli.analyse import analyse
from latchstring.cli.main import main
from studies.drafts import DRAFT, outcome

REFERENCE = (ROOT / "docs" / "reference" / "analyse.md").read_text("utf-8")
EVERYWHERE = {"--json", "--full", "--html", "--geojson"}
EXAMPLES = {
    "hotspots map": "thefts.csv",
    "hotspots bandwidth": "thefts.csv",
    "hotspots gi": "thefts.csv",
    "hotspots moran": "thefts.csv",
    "hotspots risk": "thefts.csv --exposure homes.csv --bandwidth 200 --draws 99",
    "hotspots clusters": "thefts.csv --distance 50",
    "hotspots back-test": "thefts.csv --split 2024-06-01 --bandwidth 200",
    "hotspots rates": "areas.csv --area area --events after --exposure homes",
    "hotspots compare": "3,1 0,1",
    "hotspots reporting": "areas.csv --area area --reports after --reporting 0.2,0.8",
    "hotspots score": "areas.csv --area area --observed after --forecast before",
    "hotspots knox": "thefts.csv --distance 200 --days 7",
    "hotspots near-repeat": "thefts.csv --distances 100,200 --days 7,14",
    "hotspots mantel": "thefts.csv",
    "hotspots jacquez": "thefts.csv --neighbours 3",
    "hotspots naus": "--periods 52 --mean 1 --observed 5",
    "hotspots busiest": "thefts.csv --window 7 --draws 99",
    "hotspots space-time": "thefts.csv --radii 100,200 --longest 2 --draws 99",
    "hotspots aoristic": "away.csv --from left --to back",
    "impact power": "--before 60",
    "impact drop": "--mean 20",
    "impact selection": "--areas 10 --mean 20",
    "impact chosen": "areas.csv --area area --count before --chosen a3",
    "impact dispersion": "months.csv",
    "impact placebo": "changes.csv --area area --change change --treated a3",
    "impact plan lock": "draft.json",
    "impact plan run": "locked.json outcome.csv",
    "impact wdd": "--control 308,318 --treated 207,110",
    "impact ratio": "--control 20,18 --treated 20,9",
    "impact displacement": "--control 308,318 --treated 207,110 --buffer 178,157",
    "impact catchment": "cells.csv --reach 150",
    "impact rate-difference": (
        "panel.csv --area-column area --time-column month --count count --treated a0,a1 --start 6"
    ),
    "impact did": "panel.csv --unit-column area --time-column month --outcome count --treated a0 --start 6",
    "impact synthetic": (
        "panel.csv --unit-column area --time-column month --outcome count --treated a0 --start 6"
    ),
    "bias share": "11,28",
    "bias compare": "56,70 48,80",
    "bias strata": "cases.csv --group group --outcome used --stratum area",
    "bias agreement": "labels.csv --unit post --coder coder --label label",
    "bias clusters": "cases.csv --hit used --group first --cluster area",
    "bias funnel": "cases.csv --group group --stages asked,used",
    "bias detector": "missed.csv --group who --missed missed --of shown",
    "bias outcome": "20,200 60,200",
    "bias veil": "cases.csv --clock clock --light light --group first",
    "guard weights": "sources.csv --source how --visit-probability chance",
    "guard urn": "--runs 20 --days 50",
}


def write_tables(folder):
    """One small table of each kind that the examples name."""
    rng = np.random.default_rng(1)
    xy = rng.uniform(0, 2000, (300, 2))
    xy[:80] = rng.normal((600, 1400), 80, (80, 2))
    days = [dt.date(2024, 1, 1) + dt.timedelta(int(day)) for day in rng.integers(0, 300, 300)]
    park = zip(xy.clip(1, 1999), days, strict=True)
    tables = {
        "thefts.csv": ["x,y,date", *(f"{x:.1f},{y:.1f},{day}" for (x, y), day in park)],
        "homes.csv": ["x,y", *(f"{x},{y}" for x in range(50, 2000, 50) for y in range(50, 2000, 50))],
        "areas.csv": [
            "area,before,after,homes",
            *(f"a{n},{20 + n},{15 + n % 4},{300 + n}" for n in range(8)),
        ],
        "away.csv": ["left,back", *(f"2024-03-0{n} 08:00,2024-03-0{n} 1{n}:00" for n in range(1, 8))],
        "months.csv": ["area,period,count", *(f"mill,before,{n}" for n in (7, 2, 9, 4, 12, 6))],
        "changes.csv": ["area,change", *(f"a{n},{n - 9}" for n in range(8))],
        "cells.csv": [
            "x,y,treated,before,after",
            *(f"{x},200,{int(x == 200)},2,1" for x in range(0, 500, 100)),
        ],
        "panel.csv": [
            "area,month,count",
            *(f"a{n},{month},{rng.poisson(20 + 5 * n)}" for n in range(5) for month in range(12)),
        ],
        "cases.csv": [
            "group,first,asked,used,area,clock,light",
            *(f"{'ab'[n % 2]},{n % 2},1,{int(n % 3 == 0)},c{n % 7},18:00,{n // 2 % 2}" for n in range(84)),
        ],
        "labels.csv": [
            "post,coder,label",
            *(f"{n},{who},{'theft' if n % 3 else 'noise'}" for n in range(9) for who in ("ann", "ben")),
        ],
        "missed.csv": ["who,missed,shown", "darker women,56,271", "lighter men,1,385"],
        "sources.csv": ["how,chance", "resident,", "visit,0.5"],
        "draft.json": [json.dumps(DRAFT)],
        "outcome.csv": ["area,date", *outcome()],
    }
    for name, lines in tables.items():
        (folder / name).write_text("\n".join(lines) + "\n")
    CliRunner().invoke(main, ["analyse", "impact", "plan", "lock", "draft.json", "--out", "locked.json"])


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        write_tables(folder)
        yield folder


def commands(group=analyse, path=""):
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


COMMANDS = dict(commands())


def section(name):
    """The text under a command's heading."""
    found = re.search(rf"^### `{name}`\n(.*?)(?=^##)", REFERENCE + "\n## end", re.MULTILINE | re.DOTALL)
    assert found, name
    return found[1]


def test_every_command_has_its_section_and_no_other():
    assert re.findall(r"^### `([a-z -]+)`$", REFERENCE, re.MULTILINE) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_named(name):
    """As click knows them; those of all commands are told once."""
    known = {opt for each in COMMANDS[name].params if isinstance(each, click.Option) for opt in each.opts}
    told = set(re.findall(r"^- `(--[a-z-]+)", section(name), re.MULTILINE))
    if "Columns of places" in section(name):
        told |= set(
            re.findall(r"^- `(--[a-z-]+)", REFERENCE.split("## Columns of places")[1].split("\n## ")[0], re.M)
        )
        told -= {"--date", "--date-order"} - known
    assert told == known - EVERYWHERE


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_answer_has_the_keys_that_are_told(name, tables, monkeypatch):
    """One object on standard output, with these keys in this order; a page whose pictures are put in words."""
    monkeypatch.chdir(tables)
    (tables / "plan.json").unlink(missing_ok=True)
    line = ["analyse", *name.split(), *EXAMPLES[name].split(), "--json", "--html", "page.html"]
    result = CliRunner().invoke(main, line)
    assert result.exit_code == 0, result.stderr
    [answer] = result.stdout.splitlines()
    told = re.search(r"^JSON: (.*)$", section(name), re.MULTILINE)
    assert told
    assert re.findall(r"`([a-z0-9_]+)`", told[1]) == list(json.loads(answer))
    pictures = re.findall(
        r"<figure><svg .*?</svg><figcaption>(.+?)</figcaption>", (tables / "page.html").read_text()
    )
    assert pictures, f"{name} has no plot"


def test_every_command_is_tried():
    """Hexagons and the public log have tests of their own; their keys are told all the same."""
    assert set(COMMANDS) - set(EXAMPLES) == {"hotspots cells", "bias requests"}


def test_help_is_there_without_the_statistics():
    """`--help` of the groups imports neither numpy nor scipy, so that it answers at once."""
    import subprocess
    import sys

    program = (
        "import sys; from latchstring.cli.main import main\n"
        "for words in (['analyse', '--help'], ['analyse', 'hotspots', '--help'], ['analyse', 'impact', '--help']):\n"
        "    main(words, standalone_mode=False)\n"
        "assert not {'numpy', 'scipy', 'pyarrow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
