"""Data that others published."""

from __future__ import annotations

import csv
import math
from datetime import date

import pytest

from conftest import ROOT
from latchstring.analysis.impact.panel import Panel
from latchstring.analysis.impact.plan import Choice, Criterion, Plan, Specification, Window

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


@pytest.fixture
def plan() -> Plan:
    """A year before and a year after, 19 donors, an area chosen by lot."""
    return Plan(
        outcome="break-ins",
        intervention="the cameras",
        treated=("Wilshire Park",),
        control=("Windsor Square",),
        donors=tuple(f"area {n}" for n in range(19)),
        before=Window(date(2025, 1, 1), date(2026, 1, 1)),
        after=Window(date(2026, 2, 1), date(2027, 2, 1)),
        specification=Specification.DIFFERENCE,
        test=Criterion.RANK,
        choice=Choice.BY_LOT,
        expected_before=120.0,
        expected_control=150.0,
    )
