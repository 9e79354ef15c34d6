"""`docs/guide/analyst.md`: each of its commands, in its order, on files of the shapes that it shows."""

from __future__ import annotations

import datetime as dt
import json
import re
import shlex

import numpy as np
from click.testing import CliRunner

from conftest import ROOT
from latchstring.cli.main import main

GUIDE = (ROOT / "docs" / "guide" / "analyst.md").read_text("utf-8")


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


def commands():
    lines = "".join(blocks("sh")).replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines]


def write_files(folder):
    rng = np.random.default_rng(6)
    at = np.concatenate([rng.normal(0, 60, (150, 2)), rng.uniform(-800, 800, (350, 2))])
    degrees = np.array([-87.63, 41.88]) + at / (82_791, 111_195)
    days = [dt.date(2024, 1, 1) + dt.timedelta(int(n)) for n in rng.integers(0, 270, 500)]
    head = blocks("csv")[0].splitlines()[0]
    homes = [(x, y) for x in range(-800, 801, 50) for y in range(-800, 801, 50)]
    tables = {
        "thefts.csv": [
            head,
            *(
                f"T-{n},{lon:.6f},{lat:.6f},{day},resident"
                for n, ((lon, lat), day) in enumerate(zip(degrees.tolist(), days, strict=True))
            ),
        ],
        "homes.csv": [
            "lon,lat,homes",
            *(f"{-87.63 + x / 82_791:.6f},{41.88 + y / 111_195:.6f},3" for x, y in homes),
        ],
        "areas.csv": ["area,thefts", *(f"a{n},{40 - 4 * n}" for n in range(10))],
        "break-ins.csv": [
            "area,date",
            *(
                f"{area},{dt.date(year, 1 + n % 12, 1 + n % 28)}"
                for area, counts in (("mill", (200, 90)), ("park", (200, 200)))
                for year, count in zip((2023, 2024), counts, strict=True)
                for n in range(count)
            ),
        ],
        "states.csv": [
            "state,year,sales",
            *(
                f"{state},{year},{100 + 5 * n + rng.normal():.2f}"
                for n, state in enumerate(("North", "South", "East", "West", "Mid"))
                for year in range(2000, 2016)
            ),
        ],
        "requests.csv": [
            "area,hour,asked,consented,used",
            *(f"{('north', 'south')[n % 2]},{n % 3},1,{int(n % 5 < 3)},{int(n % 5 < 2)}" for n in range(120)),
        ],
        "labels.csv": [
            "post,coder,label",
            *(f"{n},{who},{'theft' if n % 3 else 'noise'}" for n in range(20) for who in ("ann", "ben")),
        ],
        "draft.json": blocks("json"),
    }
    for name, lines in tables.items():
        (folder / name).write_text("\n".join(lines) + "\n")


def test_each_command_of_the_guide_answers(tmp_path, monkeypatch):
    """None ends with an error, and each writes the files that it names."""
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path)
    said = {}
    for words in commands():
        assert words[:2] == ["latchstring", "analyse"]
        result = CliRunner().invoke(main, words[1:])
        assert result.exit_code == 0, f"{' '.join(words)}\n{result.stderr}"
        said[" ".join(words[2:4])] = result.stdout
    for name in ("map.html", "effect.html", "verdict.html", "synthetic.html", "audit.html"):
        assert (tmp_path / name).read_text().startswith("<!doctype html>")
    assert json.loads((tmp_path / "map.geojson").read_text())["features"]
    assert "cells are hot" in said["hotspots map"]
    assert "it takes 90 incidents" in said["impact power"]
    assert "We cannot tell" in said["impact wdd"]
    assert "made break-ins fewer" in said["impact plan"]
