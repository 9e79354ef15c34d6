"""Maps of hexagons: what is told, what is held back, and how sure."""

from __future__ import annotations

import json
from itertools import pairwise

import h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from latchstring.analysis.guard import noise
from latchstring.studies import answer, cells
from latchstring.studies.cell_table import CellColumns, CellTwice, read_dwellings, read_events
from latchstring.studies.cells import OtherCells, cell_map
from latchstring.studies.table import BadCell, NoColumn

DISK = sorted(h3.grid_disk("89283082837ffff", 5))  # 91 cells
HOMES = dict.fromkeys(DISK, 40)


def counts(*hot: tuple[int, int], rest: int = 6) -> dict[str, int]:
    return dict.fromkeys(DISK, rest) | {DISK[i]: n for i, n in hot}


def test_a_cell_tells_its_count_rate_interval_certainty_and_range():
    """60 in 40 dwellings are 1,500 per 1,000, with Garwood's interval: half chi-square quantiles."""
    found = cell_map(counts((0, 60)), HOMES, resolution=9, enough=True, reported=(0.5, 0.8))
    cell = next(c for c in found.cells if c.cell == DISK[0])
    low, high = chi2.ppf(0.025, 120) / 2, chi2.ppf(0.975, 122) / 2

    assert (cell.events, cell.rate) == (60, 1500)
    assert cell.rate_interval.low == pytest.approx(low * 25)
    assert cell.rate_interval.high == pytest.approx(high * 25)
    assert cell.likely.low == pytest.approx(low * 25 / 0.8)
    assert cell.likely.high == pytest.approx(high * 25 / 0.5)
    assert cell.certainty == 1


def test_certainty_adds_up_to_the_top_share():
    """Of 91 cells five are the top 5 %; where all are alike no cell is surely among them."""
    found = cell_map(counts(), HOMES, resolution=9, enough=True)

    assert sum(c.certainty for c in found.cells) == pytest.approx(5)
    assert max(c.certainty for c in found.cells) < 0.3


def test_more_homes_are_not_more_risk():
    """A cell with twice the homes and twice the incidents is no hotspot; the plain count says it is one."""
    homes = HOMES | {DISK[0]: 400}
    found = cell_map(counts((0, 60)), homes, resolution=9, enough=True)

    assert next(c for c in found.cells if c.cell == DISK[0]).certainty < 0.05


def test_few_events_and_few_homes_are_held_back():
    """Four events, or seven homes: nothing but the dwellings is told. Five events and eight homes are told."""
    events = counts((0, 4), (1, 5), (2, 50), (3, 50))
    found = cell_map(events, HOMES | {DISK[2]: 7, DISK[3]: 8}, resolution=9, enough=True)
    told = {c.cell: c for c in found.cells}

    assert [told[DISK[i]].held_back for i in range(4)] == ["few-events", "", "few-homes", ""]
    assert told[DISK[0]].events is None
    assert told[DISK[2]].events is None
    assert "events" not in cells.cell_json(told[DISK[0]])


def test_below_400_the_total_is_all():
    """No cell is told, and the words say why; with 400 they are."""
    few = cells.of_cells(cell_map({DISK[0]: 399}, HOMES, resolution=9, enough=False))
    enough = cells.of_cells(cell_map({DISK[0]: 400}, HOMES, resolution=9, enough=True))

    assert few.answer["cells"] == []
    assert few.answer["events"] == 399
    assert "all that can be said" in few.finding
    assert len(enough.answer["cells"]) == 91


@given(
    st.lists(st.integers(-8, 40), min_size=91, max_size=91),
    st.lists(st.integers(0, 60), min_size=91, max_size=91),
    st.sampled_from([None, 0.25, 1.0]),
)
def test_nothing_below_the_minimum_is_ever_told(events, homes, epsilon):
    """In the object and in GeoJSON, with noise and without."""
    found = cell_map(
        dict(zip(DISK, events, strict=True)), dict(zip(DISK, homes, strict=True)),
        resolution=9, enough=True, epsilon=epsilon, maps=5,
    )  # fmt: skip

    for told in [*cells.map_json(found)["cells"], *properties(found)]:
        if not told["held_back"]:
            assert told["events"] >= 5
            assert told["dwellings"] >= 8
        else:
            assert set(told) == {"cell", "dwellings", "held_back"}


def properties(found: cells.CellMap) -> list[dict[str, object]]:
    return [feature["properties"] for feature in cells.feature_collection(found)["features"]]


def test_the_interval_allows_for_the_noise():
    """Over 300 noisy counts of a cell with a known mean, at least 95 % of the intervals hold it."""
    rng, mean, held = np.random.default_rng(3), 12.0, 0
    for _ in range(300):
        noisy = int(rng.poisson(mean) + noise.simulated(0.5, (1,), rng)[0])
        found = cell_map({DISK[0]: noisy}, {DISK[0]: 1000}, resolution=9, enough=True, epsilon=0.5, maps=1)
        cell = found.cells[0]
        held += cell.held_back != "" or mean in cell.rate_interval

    assert held >= 0.95 * 300


def test_the_same_input_gives_the_same_bytes():
    """Resampling is seeded, cells are sorted."""
    events = counts((0, 60), (5, 30))
    turned = dict(reversed(events.items()))

    first, second = (cells.of_cells(cell_map(e, HOMES, resolution=9, enough=True)) for e in (events, turned))

    assert answer.to_json(first.answer) == answer.to_json(second.answer)


def test_geojson_is_closed_counter_clockwise_hexagons():
    """RFC 7946: longitude first, the first corner again at the end, its own cell inside."""
    [feature, *_] = cells.feature_collection(cell_map(counts(), HOMES, resolution=9, enough=True))["features"]
    ring = feature["geometry"]["coordinates"][0]
    turning = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))

    assert ring[0] == ring[-1]
    assert turning > 0
    assert h3.latlng_to_cell(np.mean([y for _, y in ring]), np.mean([x for x, _ in ring]), 9) == feature["id"]


def test_events_without_homes_are_refused():
    """A rate over nothing is no rate; over all cells it is one."""
    with pytest.raises(OtherCells, match="dwellings of the whole area"):
        cell_map({DISK[0]: 5}, {DISK[1]: 40}, resolution=9, enough=True)
    assert cell_map({DISK[0]: 5}, None, resolution=9, enough=True).cells[0].rate is None


def test_no_geojson_without_a_denominator():
    """A map of counts alone would be read as a map of risk."""
    assert cells.of_cells(cell_map({DISK[0]: 500}, None, resolution=9, enough=True)).geojson is None
    assert cells.of_cells(cell_map({DISK[0]: 500}, HOMES, resolution=9, enough=True)).geojson is not None


def test_coordinates_and_finer_cells_become_the_same_cells(tmp_path):
    """Whichever column the file has."""
    latitude, longitude = h3.cell_to_latlng(DISK[0])
    (tmp_path / "a.csv").write_text(f"lon,lat\n{longitude},{latitude}\n")
    (tmp_path / "b.csv").write_text(f"h3\n{h3.latlng_to_cell(latitude, longitude, 12)}\n")

    for name in ("a.csv", "b.csv"):
        assert read_events(tmp_path / name, CellColumns(), resolution=9) == {DISK[0]: 1}


@pytest.mark.parametrize(("text", "says"), [
    ("cell\n89283082837ffff\nx\n", "line 3 of f.csv: 'x' is not an H3 cell"),
    ("cell\n8828308281fffff\n", "line 2 of f.csv: the cell 8828308281fffff is larger"),
    ("lon,lat\n1,2\n500000,4000000\n", "line 3 of f.csv: .* are no degrees"),
    ("lon,lat\n1,\n", "line 2 of f.csv: column 'lat' has no value"),
])  # fmt: skip
def test_a_bad_place_is_named_by_its_line(tmp_path, text, says):
    """Whoever sends a long table is told where to look."""
    (tmp_path / "f.csv").write_text(text)

    with pytest.raises(BadCell, match=says):
        read_events(tmp_path / "f.csv", CellColumns(), resolution=9)


def test_a_table_without_places_and_a_cell_that_stands_twice_are_refused(tmp_path):
    """The columns are asked for by name; dwellings are never added up by mistake."""
    (tmp_path / "f.csv").write_text("where\nx\n")
    with pytest.raises(NoColumn, match="--cell"):
        read_events(tmp_path / "f.csv", CellColumns(), resolution=9)
    (tmp_path / "d.csv").write_text(f"cell,dwellings\n{DISK[0]},4\n{DISK[0]},5\n")
    with pytest.raises(CellTwice, match="line 3"):
        read_dwellings(tmp_path / "d.csv", resolution=9)
    (tmp_path / "d.csv").write_text(f"cell,dwellings\n{DISK[0]},4\n{DISK[1]},5\n")
    assert read_dwellings(tmp_path / "d.csv", resolution=9) == {DISK[0]: 4, DISK[1]: 5}


def test_no_number_in_the_answer_is_infinite():
    """JSON has no Infinity."""
    found = cells.of_cells(cell_map(counts((0, 60)), HOMES, resolution=9, enough=True, epsilon=1.0))

    assert json.loads(answer.to_json(found.answer))["cells"]
