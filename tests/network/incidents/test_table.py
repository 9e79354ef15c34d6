"""A council's table: columns found or named, coordinates and households gone at once, lines that are named."""

from __future__ import annotations

from datetime import date

import h3
import pytest

from latchstring.network.incidents.models import household_of
from latchstring.network.incidents.table import IncidentColumns, read_incidents
from latchstring.studies.cell_table import CellColumns
from latchstring.studies.table import BadCell, NoColumn
from network.incidents.conftest import CELLS, KEY

TODAY = date(2026, 11, 23)
HEAD = "kind,day,cell,source,household\n"


def read(tmp_path, text, columns=None):
    (tmp_path / "f.csv").write_text(text)
    return read_incidents(tmp_path / "f.csv", columns or IncidentColumns(), key=KEY, today=TODAY)


def test_columns_are_found_by_their_usual_names_or_named(tmp_path):
    """Coordinates become the cell; the household its hash; the kind is read however it is written."""
    latitude, longitude = h3.cell_to_latlng(CELLS[0])
    [usual] = read(tmp_path, f"{HEAD}Parcel theft,2026-10-01,{CELLS[0]},resident,h1\n")
    [named] = read(
        tmp_path,
        f"what,date,x,y,source,who\nparcel_theft,01/10/2026,{longitude},{latitude},Resident,h1\n",
        IncidentColumns(
            kind="what", household="who", date_order="day-first",
            place=CellColumns(longitude="x", latitude="y"),
        ),
    )  # fmt: skip

    assert usual == named
    assert (usual.kind, usual.day, usual.cell) == ("parcel-theft", date(2026, 10, 1), CELLS[0])
    assert usual.household == household_of("h1", KEY)


@pytest.mark.parametrize(("row", "says"), [
    (f"arson,2026-10-01,{CELLS[0]},resident,h", "'arson' is no kind"),
    (f"break-in,2026-12-24,{CELLS[0]},resident,h", "2026-12-24 lies in the future"),
    (f"break-in,2010-01-01,{CELLS[0]},resident,h", "more than five years ago"),
    ("break-in,2026-10-01,here,resident,h", "'here' is not an H3 cell"),
    (f"break-in,2026-10-01,{CELLS[0]},police,h", "that police discovered"),
    (f"break-in,2026-10-01,{CELLS[0]},visit,h", "found on visits"),
    (f"break-in,2026-10-01,{CELLS[0]},neighbour,h", "'neighbour' is no source"),
    (f"break-in,2026-10-01,{CELLS[0]},resident,", "column 'household' has no value"),
])  # fmt: skip
def test_the_line_that_cannot_be_used_is_named(tmp_path, row, says):
    """Nothing of the table is taken then."""
    with pytest.raises(BadCell, match=f"line 3 of f.csv: .*{says}"):
        read(tmp_path, f"{HEAD}break-in,2026-10-01,{CELLS[1]},resident,g\n{row}\n")


def test_a_table_without_a_source_is_not_guessed_at(tmp_path):
    """Who found an incident decides whether it may be mapped; it has to stand there."""
    with pytest.raises(NoColumn, match="resident, visit or police"):
        read(tmp_path, f"kind,day,cell,household\nbreak-in,2026-10-01,{CELLS[0]},h\n")
