"""Events with an answer: published ones, and simulated ones in which something is or is not so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from latchstring.analysis.points import Incidents, Points

SHARED = Path(__file__).parents[4] / "shared/data/analysis"
VECTORS = Path(__file__).parents[2] / "vectors"


@pytest.fixture(scope="session")
def burkitt() -> Incidents:
    """188 cases of Burkitt's lymphoma (Williams et al. 1978)."""
    table = np.loadtxt(VECTORS / "burkitt.csv", delimiter=",", skiprows=4)
    return Incidents(Points(table[:, :2]), table[:, 2])


@pytest.fixture(scope="session")
def chicago_burglary() -> Incidents:
    """11,701 burglaries of 2016."""
    return _chicago("chicago_burglary.csv", header=True)


@pytest.fixture(scope="session")
def chicago_burglary_month() -> Incidents:
    """970 burglaries of January 2016."""
    return _chicago("chicago_burglary_month1.csv")


@pytest.fixture(scope="session")
def chicago_arson() -> Incidents:
    """522 arsons of 2016."""
    return _chicago("chicago_arson.csv")


def _chicago(name: str, *, header: bool = False) -> Incidents:
    """Chicago's open data, projected to metres, as in the data of github.com/tobydavies and
    wsteenbeek/NearRepeat.
    """
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path} is not there: it is too large to be kept here")
    rows = [line.split(",") for line in path.read_text().splitlines()[int(header) :]]
    if header:
        rows = [(x, y, "-".join(reversed(day.split("/")))) for x, y, day in rows if day.endswith("2016")]
    x, y, day = zip(*rows, strict=True)
    return Incidents(
        Points.of(np.array(x, dtype=float), np.array(y, dtype=float)), np.array(day, dtype="datetime64[D]")
    )
