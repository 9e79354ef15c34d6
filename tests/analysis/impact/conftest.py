"""Data that others published."""

from __future__ import annotations

import csv
import math

import pytest

from conftest import ROOT
from latchstring.analysis.impact.panel import Panel

SALES = ("cigsale", "lnincome", "beer", "age15to24", "retprice")


@pytest.fixture(scope="session")
def smoking() -> Panel:
    """Cigarette sales of 39 states, 1970 to 2000 (Abadie, Diamond and Hainmueller 2010), where they are here."""
    file = ROOT.parent / "shared" / "data" / "analysis" / "prop99_smoking.csv"
    if not file.is_file():
        pytest.skip("the data of Proposition 99 (../shared/data/analysis) are not on this machine")
    with file.open() as lines:
        rows = list(csv.DictReader(lines))
    columns = {name: [float(row[name]) if row[name] else math.nan for row in rows] for name in SALES}
    return Panel.of_rows([row["state"] for row in rows], [float(row["year"]) for row in rows], columns)
