"""Tables from files: what stands in them, and where what is wrong with them stands."""

from __future__ import annotations

import datetime as dt
import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.studies import dates, table
from latchstring.studies.incidents import Columns, read_incidents, read_placed, read_points

TODAY = dt.date(2026, 1, 1).toordinal() - dt.date(1970, 1, 1).toordinal()


@pytest.fixture
def csv(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "incidents.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def whole(path):
    layout = table.look(path)
    return table.read(layout, layout.names)


def test_columns_are_found_by_their_usual_names(csv):
    """Easting, northing and date need no flags, whatever their case and order."""
    found = read_incidents(csv("Date,id,Northing,EASTING\n2020-01-02,7,2000,1000\n"), Columns(), today=TODAY)
    assert found.points.xy.tolist() == [[1000, 2000]]
    assert found.days.tolist() == [18263]


def test_a_file_without_a_head_is_read_by_place(csv):
    """The first line is an incident when all of it is numbers and dates."""
    found = read_incidents(csv("1000.5,2000,2020-01-02\n1001,2001,2020-01-03\n"), Columns(), today=TODAY)
    assert len(found) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "x,y,date\n1000,2000,2020-01-01\n\n1000,abc,2020-01-01\n",
            "line 4 of incidents.csv: 'abc' in column 'y'",
        ),
        (
            "x,y,date\n1000,2000,2020-01-01\n1000,,2020-01-01\n",
            "line 3 of incidents.csv: column 'y' has no value",
        ),
        ("x,y,date\n1000,NaN,2020-01-01\n", "line 2 of incidents.csv: column 'y' has no value"),
        (
            "x,y,date\n1000,1e999,2020-01-01\n",
            "line 2 of incidents.csv: '1e999' in column 'y' is not a finite",
        ),
        ("x,y,date\n1000,2000,\n", "line 2 of incidents.csv: column 'date' has no value"),
        (
            "x,y,date\n1000,2000,2020-02-30\n",
            "line 2 of incidents.csv: '2020-02-30' is a day that no calendar has",
        ),
        ("x,y,date\n1000,2000,yesterday\n", "line 2 of incidents.csv: 'yesterday' is not a date"),
        (
            "x,y,date\n1000,2000,2020-01-01\n1,2,01/01/2020\n",
            "line 3 of incidents.csv: '01/01/2020' is not written",
        ),
        ("x,y,date\n1000,2000\n", "line 2 of incidents.csv has 2 columns instead of 3"),
        ("x,y,date\n1000,2000,3,4\n", "line 2 of incidents.csv has 4 columns instead of 3"),
        ("x,y,when?\n1000,2000,3\n", "which column of incidents.csv holds the day"),
        ("x,x\n1,2\n", "two columns named 'x'"),
        ("x,y,date\n", "no rows"),
        ("", "empty"),
        (
            "x,y,date\n1000,2000,2030-01-01\n",
            "line 2 of incidents.csv: the date in column 'date' lies in the future",
        ),
        ("lon,lat,date\n-87.6,41.8,2020-01-01\n", "degrees"),
        ("x,y,date\n-87.6,41.8,2020-01-01\n-87.7,41.9,2020-01-01\n", "degrees"),
        ('x,y,date\n"1,2,3\n', "line 2 of incidents.csv has 1 columns instead of 3"),
        ("\n\nx,y,date\n1,2,3\nabc,4,5\n", "line 5 of incidents.csv: 'abc' in column 'x'"),
        ("x;y;date\n1,5;2,5;3\n", "'1,5' in column 'x' is not a number; write it with a point"),
        ('x,y,date\n"1,000.5",2,3\n', "'1,000.5' in column 'x' is not a number; write it with a point"),
        ("x,y,date\n１２,2,3\n", "line 2 of incidents.csv: '１２' in column 'x' is not a number"),
        ("x,y,date\n1,2,2023-366\n", "'2023-366' is a day that no calendar has"),
        ("x,y,date\n1,2,2024-000\n", "'2024-000' is a day that no calendar has"),
        ("x,y,date\n1,2,2024-01-01T25:00\n", "'2024-01-01T25:00' is not a date"),
        (f"x,y,date,note\nabc,2,3,{'z' * 200_000}\n", "line 2 of incidents.csv: 'abc' in column 'x'"),
    ],
)
def test_what_is_wrong_is_named_by_its_line(csv, text, said):
    """One sentence that finds the line in an editor, empty lines counted."""
    with pytest.raises(table.BadInput) as e:
        read_incidents(csv(text), Columns(), today=TODAY)
    assert said in e.value.message


def test_a_cell_of_several_lines_does_not_shift_the_numbers(csv):
    """The line is where the record begins, as an editor counts."""
    with pytest.raises(table.BadCell, match="line 5"):
        whole(csv('note,y\n"a\nb",1\nc,2\nd,zz\n')).numbers("y")


@pytest.mark.parametrize("closing", ["", '4,5,"2020-01-03\n1,2,2020-01-01\n'])
def test_a_quote_that_stands_alone_swallows_no_rows(csv, closing):
    """To the next quote or the end all would be one cell, and the answer one of half the incidents."""
    rows = "1000,2000,2020-01-01\n" * 50
    path = csv(f'x,y,date\n{rows}1,2,"2020-01-02\n{rows}{closing}')
    with pytest.raises(table.BadTable, match=r"line 52 of incidents\.csv has a quote that stands alone"):
        read_points(path, Columns())


def test_quotes_that_are_closed_and_marks_of_inches_are_no_fault(csv):
    """A cell may hold lines and doubled quotes; within a cell that has none around it, one is a letter."""
    path = csv('x,y,note\n1000,2000,"a\nsaid ""b"""\n1001,2001,5" pipe\n1002,2002,c\n')
    assert len(read_points(path, Columns())) == 3


def test_a_line_is_named_in_a_file_that_is_no_utf8_further_on(csv):
    """A column that nobody asked for may be broken; the line of what is wrong is found all the same."""
    rows = "1000,2000,a\n" * 9000
    with pytest.raises(table.BadCell, match="line 9003"):
        read_points(csv(f"x,y,note\n{rows}1,2,é\nabc,2,a\n", "latin-1"), Columns())


def test_a_long_head_is_read_whole(csv):
    """Twenty thousand columns, the last of which is asked for."""
    names = ",".join(f"column{n}" for n in range(20_000))
    path = csv(f"{names},x,y\n{'1,' * 20_000}1000,2000\n")
    assert read_points(path, Columns()).xy.tolist() == [[1000, 2000]]


def test_times_of_two_zones_are_refused(csv):
    """Whether 23:30 and 00:30 are one night depends on the zone."""
    path = csv("x,y,date\n1,2,2020-01-01T23:30:00+01:00\n1,2,2020-01-01T23:30:00Z\n")
    with pytest.raises(table.BadCell, match=r"line 3.*another time zone"):
        read_incidents(path, Columns(), today=TODAY)


def test_slashes_are_never_guessed(csv):
    """One day above 12 tells the order of the whole column; without one the reader must say it."""
    told = whole(csv("d\n02/01/2020\n13/01/2020\n"))
    assert told.days("d").tolist() == [18263, 18274]
    untold = whole(csv("d\n02/01/2020\n03/01/2020\n"))
    with pytest.raises(table.BadCell, match="--date-order"):
        untold.days("d")
    assert untold.days("d", "month-first").tolist() == [18293, 18322]
    with pytest.raises(table.BadCell, match="day first"):
        whole(csv("d\n13/01/2020\n01/13/2020\n")).days("d")


def test_every_iso_date_is_known(csv):
    """ISO 8601 writes the 14th of February 2016 in four ways, a time of day behind it in several."""
    for text in (
        *("2016-02-14", "20160214", "2016-045", "2016-W06-7", "2016W067", "2016/02/14", "20160214T230000Z"),
        *("2016-02-14T23", "2016-02-14 23:00+02", "2016-02-14T23:00:00,5+0200", "2016-W06-7T23:00Z"),
    ):
        assert whole(csv(f'd\n"{text}"\n"{text}"\n')).days("d").tolist() == [16845, 16845], text


def test_dates_without_hyphens_are_no_plain_numbers(csv, tmp_path):
    """From 20160131 to 20160201 it is a day, not 70; as text, and as the numbers that Parquet makes of them."""
    assert np.diff(whole(csv("d\n20160131\n20160201\n")).days("d")).tolist() == [1]
    with pytest.raises(table.BadCell, match=r"line 3.*'20160230' is a day that no calendar has"):
        whole(csv("d\n20160131\n20160230\n")).days("d")
    path = tmp_path / "days.parquet"
    pq.write_table(pa.table({"d": [20160131, 20160201, 20160131]}), path)
    assert whole(path).days("d").tolist() == [16831, 16832, 16831]
    pq.write_table(pa.table({"d": [20160131, 20160230]}), path)
    with pytest.raises(table.BadCell, match=r"row 2.*'20160230'"):
        whole(path).days("d")


def test_two_names_that_differ_by_case_are_two_columns(csv):
    """The one that is written as asked for; where there is one alone, case does not matter."""
    layout = table.look(csv("X,x,Y\n1,2,3\n"))
    assert [layout.column(name, (), "", "") for name in ("x", "X", "y")] == ["x", "X", "Y"]


def test_categories_and_whole_floats_of_parquet(tmp_path):
    """What pandas makes of a few names, and of whole numbers beside a gap."""
    path = tmp_path / "units.parquet"
    names = pa.array(["2016-02-14", "2016-02-15"]).dictionary_encode()
    pq.write_table(pa.table({"d": names, "unit": [17.0, 3.5]}), path)
    assert whole(path).days("d").tolist() == [16845, 16846]
    assert whole(path).texts("unit") == ["17", "3.5"]


def test_plain_numbers_of_days_have_no_future(csv):
    """A study may count its days from anywhere."""
    assert read_incidents(csv("x,y,t\n10,20,999999\n"), Columns(), today=TODAY).days.tolist() == [999999]


def test_parquet_says_the_same(tmp_path):
    """Types of its own for numbers and days; errors name the row."""
    path = tmp_path / "incidents.parquet"
    days = pa.array([dt.date(2020, 1, 2), dt.date(2020, 1, 3)])
    pq.write_table(pa.table({"x": [1000.0, 1001.0], "y": [2000, 2001], "date": days}), path)
    assert read_incidents(path, Columns(), today=TODAY).days.tolist() == [18263, 18264]
    pq.write_table(pa.table({"x": [1000.0, None], "y": [2000, 2001]}), path)
    with pytest.raises(table.BadCell, match="row 2"):
        read_points(path, Columns())


def test_a_time_with_a_zone_is_the_day_of_its_clock(tmp_path):
    """Half past eleven in Chicago is not tomorrow."""
    path = tmp_path / "incidents.parquet"
    at = pa.array([dt.datetime(2020, 1, 3, 5, 30, tzinfo=dt.UTC)], pa.timestamp("us", "America/Chicago"))
    pq.write_table(pa.table({"x": [1000.0], "y": [2000.0], "date": at}), path)
    assert read_incidents(path, Columns(), today=TODAY).days.tolist() == [18263]


@pytest.mark.parametrize("damage", ["cut", "promise"])
def test_a_damaged_parquet_file_is_refused(tmp_path, damage, monkeypatch):
    """A file that was cut off, and one whose head promises more rows than anybody has."""
    path = tmp_path / "incidents.parquet"
    pq.write_table(pa.table({"x": np.arange(1000.0), "y": np.arange(1000.0)}), path)
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-100])
    else:
        monkeypatch.setattr(table, "MOST_ROWS", 999)
    with pytest.raises(table.BadTable):
        read_points(path, Columns())


def test_text_in_another_encoding_is_refused(csv):
    """Not shown as rubbish."""
    with pytest.raises(table.BadTable, match="UTF-8"):
        whole(csv("name,y\nMüller,1\n", "latin-1"))


def test_there_must_be_a_file(tmp_path):
    with pytest.raises(table.NoTable, match="there is no file"):
        table.look(tmp_path / "nothing.csv")
    with pytest.raises(table.NoTable, match="is a folder"):
        table.look(tmp_path)
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(table.NoTable, match="save it as a file first"):
        table.look(tmp_path / "pipe.csv")


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ("-87.6,41.8 -87.61,41.81 0,0", "furthest from the middle is line 4 of incidents.csv, at 0, 0"),
        ("10,89.9 11,89.9", "line 2 of incidents.csv: 10, 89.9 cannot be laid on a plane"),
        ("10,50 10.1,95", "line 3 of incidents.csv: 10.1, 95 cannot be laid on a plane"),
        ("41.8,-87.6", "line 2 of incidents.csv: 41.8, -87.6 cannot be laid on a plane"),
    ],
)
def test_degrees_that_lie_far_off_are_named_by_their_line(csv, places, said):
    """A place that was never found stands at 0, 0; others are swapped, or near a pole."""
    path = csv("lon,lat\n" + "\n".join(places.split()) + "\n")
    with pytest.raises(table.BadInput) as e:
        read_points(path, Columns(lon="lon", lat="lat"))
    assert said in e.value.message


def test_a_town_on_both_sides_of_180_degrees_is_one_town(csv):
    """Two kilometres apart, and not the whole way around the globe; cells to the east go on beyond 180."""
    path = csv("lon,lat\n179.99,-17\n-179.99,-17\n-179.97,-17\n")
    placed = read_placed(path, Columns(lon="lon", lat="lat"))
    assert np.diff(placed.points.xy[:, 0]) == pytest.approx([2127, 2127], abs=2)
    assert placed.plane is not None
    [*_, east] = placed.plane.to_degrees([tuple(each) for each in placed.points.xy.tolist()])
    assert (east[0] % 360, east[1]) == pytest.approx((180.03, -17))


def test_a_time_of_day_alone_is_no_day(tmp_path):
    """Parquet knows times without a date."""
    pq.write_table(pa.table({"x": [1.0], "y": [2.0], "date": [dt.time(8)]}), tmp_path / "t.parquet")
    with pytest.raises(table.BadCell, match="does not hold numbers"):
        read_incidents(tmp_path / "t.parquet", Columns(), today=TODAY)


@given(st.lists(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), min_size=1, max_size=20))
def test_dates_are_read_as_they_were_written(days):
    """ISO, and slashes with their order given."""
    expected = [(day - dt.date(1970, 1, 1)).days for day in days]
    assert dates.read([day.isoformat() for day in days]) == expected
    assert dates.read([f"{day:%d/%m/%Y}" for day in days], "day-first") == expected
    assert dates.read([f"{day:%m/%d/%Y}" for day in days], "month-first") == expected
