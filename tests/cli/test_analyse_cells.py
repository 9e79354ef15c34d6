"""`latchstring analyse hotspots cells`, as it is run."""

from __future__ import annotations

import json

import h3
import pytest
from click.testing import CliRunner

from latchstring.cli.main import main

DISK = sorted(h3.grid_disk("89283082837ffff", 3))


def run(*given: object):
    return CliRunner().invoke(main, ["analyse", "hotspots", "cells", *map(str, given)])


@pytest.fixture
def files(tmp_path):
    incidents, homes = tmp_path / "incidents.csv", tmp_path / "homes.csv"
    rows = [cell for n, cell in enumerate(DISK) for _ in range(60 if n == 0 else 12)]
    incidents.write_text("\n".join(["cell,source", *(f"{cell},resident" for cell in rows)]))
    homes.write_text("\n".join(["cell,dwellings", *(f"{cell},40" for cell in DISK)]))
    return incidents, homes


def test_json_has_the_numbers_of_each_cell(files, tmp_path):
    """One object; the map beside it is GeoJSON with the same cells."""
    incidents, homes = files
    ran = run(incidents, "--dwellings", homes, "--json", "--geojson", tmp_path / "map.geojson")

    answer = json.loads(ran.stdout)
    hot = next(cell for cell in answer["cells"] if cell["cell"] == DISK[0])
    assert (answer["events"], answer["enough"], hot["events"], hot["rate"]) == (492, True, 60, 1500.0)
    assert hot["certainty"] == 1
    drawn = json.loads((tmp_path / "map.geojson").read_text())
    assert [f["properties"] for f in drawn["features"]] == answer["cells"]


def test_without_dwellings_there_is_no_map_to_export(files, tmp_path):
    """Counts alone can be read, not drawn."""
    incidents, _ = files
    assert "cannot tell where the risk" in run(incidents).stdout
    refused = run(incidents, "--geojson", tmp_path / "map.geojson")
    assert refused.exit_code == 2
    assert not (tmp_path / "map.geojson").exists()


def test_what_police_found_is_refused_by_its_line(files, tmp_path):
    """Exit code 2 and nothing written."""
    incidents, homes = files
    lines = incidents.read_text().splitlines()
    incidents.write_text("\n".join([*lines[:5], lines[5].replace("resident", "police"), *lines[6:]]))
    refused = run(incidents, "--dwellings", homes, "--html", tmp_path / "map.html")

    assert refused.exit_code == 2
    assert "line 6 of incidents.csv" in refused.output
    assert not (tmp_path / "map.html").exists()
