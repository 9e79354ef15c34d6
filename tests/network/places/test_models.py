"""Places: cells with counts, never a home."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base.errors import BadInput
from latchstring.base.geo import Point
from latchstring.network.places.models import BadCsv, PlaceCell, audience_bucket, read_csv
from latchstring.testing.network import TOWN

CELL = TOWN.cell(9)
OTHER = "8928308280fffff"


def test_a_table_is_read():
    """Columns may stand in any order and beside others; a mark that spreadsheets write is passed over."""
    read = read_csv(f"\ufeffname,dwellings,cell\nOak Street,12,{CELL}\n,0,{OTHER}\n")

    assert read == [PlaceCell(cell=CELL, dwellings=12), PlaceCell(cell=OTHER, dwellings=0)]


@pytest.mark.parametrize(("text", "says"), [
    ("", "first line"),
    ("cell,homes\n", "first line of the CSV must name the columns"),
    ("cell,dwellings\n", "no line below"),
    (f"cell,dwellings\n{CELL},many\n", "line 2: dwellings must be a whole number, not 'many'"),
    (f"cell,dwellings\n{CELL},1\n{OTHER}\n", "line 3: dwellings must be a whole number"),
    (f"cell,dwellings\n{CELL},-1\n", "line 2: a cell has from 0 to"),
    (f"cell,dwellings\n{CELL},1\n{TOWN.cell(8)},1\n", "line 3: .* is not an H3 cell of resolution 9"),
    (f"cell,dwellings\n{CELL},1\n{CELL},2\n", "line 3: the cell .* stands twice"),
])  # fmt: skip
def test_the_first_line_that_cannot_be_used_is_named(text, says):
    """Whoever sends a long table is told where to look."""
    with pytest.raises(BadCsv, match=says):
        read_csv(text)


@pytest.mark.parametrize(("counts", "bucket"), [
    ([], "under 20"), ([19], "under 20"), ([20], "20-49"), ([30, 19], "20-49"), ([50], "50-99"), ([99], "50-99"),
    ([100], "100-249"), ([200, 49], "100-249"), ([250], "250+"), ([99_999], "250+"),
])  # fmt: skip
def test_an_audience_is_said_only_as_a_bucket(counts, bucket):
    """An exact count of homes would help to single one out."""
    assert audience_bucket([PlaceCell(cell=CELL, dwellings=n) for n in counts]) == bucket


@given(st.floats(41.3, 41.7), st.floats(-82, -81.4))
def test_every_home_finds_its_bundle(latitude, longitude):
    """Cells are not nested at their borders; a home's own coarse cell is always among those of its small cell."""
    home = Point(latitude, longitude)

    assert home.cell(6) in PlaceCell(cell=home.cell(9), dwellings=1).coarse


def test_a_cell_has_a_bounded_count():
    """A typing error of some zeros does not make a street a city."""
    with pytest.raises(BadInput):
        PlaceCell(cell=CELL, dwellings=100_001)
