"""Whoever takes a network's disk and tables after an import finds no place and no household in them."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import h3
import pytest

from latchstring.base import geo
from latchstring.network.database.roles import Role
from latchstring.testing.network import TOWN, TestNetwork, square
from latchstring.testing.seized import search

HOUSEHOLD = "Wisteria Cottage"
CELLS = sorted(square(TOWN, metres=1000).cells(geo.FINE_RESOLUTION))
TABLES = ("incidents", "maps", "budget")


def reported(network: TestNetwork) -> tuple[str, list[tuple[float, float]]]:
    """A table of 420 thefts, each at a point of its own, and the points."""
    day = (network.now - timedelta(days=3)).date()
    rows, points = ["kind,day,lat,lon,source,household"], []
    for n in range(420):
        latitude, longitude = h3.cell_to_latlng(CELLS[n % 9])
        point = (round(latitude + n * 1.3e-6, 6), round(longitude - n * 1.7e-6, 6))
        points.append(point)
        rows.append(f"parcel-theft,{day},{point[0]},{point[1]},resident,{HOUSEHOLD} {n}")
    return "\n".join(rows), points


@pytest.mark.slow
def test_neither_places_nor_households_are_kept(data: Path) -> None:
    """Not on the disk, in no table, in no answer; the same search finds both in what was imported."""
    with TestNetwork(data) as network:
        staff = network.enrol(dwellings=dict.fromkeys(CELLS, 40))
        text, points = reported(network)
        before = time.time()
        assert staff.operator.import_incidents(text)["new"] == 420
        area = sorted({geo.parent(cell, geo.COARSE_RESOLUTION) for cell in CELLS})
        days = {"start": str((network.now - timedelta(days=9)).date()), "end": str(network.now.date())}
        made = staff.operator.post("/api/maps", {"area": area, "kinds": ["parcel-theft"]} | days)
        taken = [("answer", network.http.get(f"/maps/{made['sha256']}.json").content)]
        with network.daemon.database.transaction(Role.DOOR) as db:
            for table in TABLES:
                rows = db.execute(f"select * from incidents.{table}").fetchall()
                taken.append((table, str(rows).encode()))
        staff.close()
    files = [(str(p), p) for p in sorted(data.rglob("*")) if p.is_file() and p.stat().st_mtime > before]
    files = [(name, p) for name, p in files if p.stat().st_size]

    assert len(files) > 10
    assert found([*taken, *files], points) == set()
    assert found([("what was imported", text.encode())], points) == {"coordinate", "name"}


def found(blobs: list[tuple[str, bytes | Path]], points: list[tuple[float, float]]) -> set[str]:
    """The kinds of trace of a place or a household."""
    hits = search(blobs, secrets={}, coordinates=points[:4], names=[HOUSEHOLD])
    return {hit.kind for hit in hits} & {"coordinate", "name"}
