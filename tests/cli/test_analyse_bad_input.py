"""What cannot be used, at the command line: one sentence, exit code 2, nothing on standard output, no file."""

from __future__ import annotations

import json
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from latchstring.cli.main import main
from studies.drafts import DRAFT

TABLES = {
    "two.csv": ["x,y,date,id", "100,200,2024-01-01,a", "300,250,2024-01-05,b"],
    "one.csv": ["x,y,date", "100,200,2024-01-01"],
    "same.csv": ["x,y,date", *["100,200,2024-01-01"] * 20],
    "degrees.csv": ["x,y,date", "-87.63,41.88,2024-01-01", "-87.62,41.89,2024-01-02"],
    "twice.csv": ["x,y,date,id", "100,200,2024-01-01,a", "300,250,2024-01-05,a"],
    "missing.csv": ["x,y,date", "100,200,2024-01-01", "300,250,"],
    "future.csv": ["x,y,date", "100,200,2024-01-01", "300,250,2199-01-01"],
    "zones.csv": ["x,y,date", "100,200,2024-01-01T10:00Z", "300,250,2024-01-02T10:00+01:00"],
    "nan.csv": ["x,y,date", "100,200,2024-01-01", "nan,250,2024-01-05"],
    "infinite.csv": ["x,y,date", "100,200,2024-01-01", "inf,250,2024-01-05"],
    "far.csv": ["x,y,date", "100,200,2024-01-01", "1e9,250,2024-01-05"],
    "ambiguous.csv": ["x,y,date", "100,200,01/02/2024", "300,250,03/04/2024"],
    "no-homes.csv": ["x,y,homes", "100,200,0", "300,250,0"],
    "huge.csv": ["events,homes", "3,100", "1e300,100"],
    "cells.csv": ["x,y,treated,before,after", "0,0,1,2,3", "50,0,0,2,3", "50,0,0,2,3"],
    "homes.csv": ["events,homes", "3,1e-300", "2,1e-300"],
    "alike.csv": ["unit,time,y", *(f"u{n},{t},5" for n in range(4) for t in range(6))],
    "panel.csv": ["unit,time,y", *(f"u{n},{t},{n + t}" for n in range(4) for t in range(6)), "u1,3,9"],
}


@pytest.fixture
def refused(tmp_path, monkeypatch):
    """Runs a line that must be refused, and gives what was said; a page of before stays as it was."""
    monkeypatch.chdir(tmp_path)
    for name, lines in TABLES.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n")

    def run(line):
        (tmp_path / "page.html").write_text("before")
        result = CliRunner().invoke(main, ["analyse", *line.split(), "--json", "--html", "page.html"])
        assert result.exit_code == 2, result.output
        assert result.stdout == ""
        assert "Traceback" not in result.stderr
        assert (tmp_path / "page.html").read_text() == "before"
        return result.stderr

    return run


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("hotspots map degrees.csv", "--lon and --lat"),
        ("hotspots knox degrees.csv --distance 9 --days 1", "--lon and --lat"),
        ("hotspots knox twice.csv --id id --distance 9 --days 1", "line 3 of twice.csv"),
        ("hotspots knox missing.csv --distance 9 --days 1", "line 3 of missing.csv"),
        ("hotspots knox future.csv --distance 9 --days 1", "line 3 of future.csv"),
        ("hotspots knox zones.csv --distance 9 --days 1", "another time zone"),
        ("hotspots knox ambiguous.csv --distance 9 --days 1", "--date-order"),
        ("hotspots map nan.csv", "line 3 of nan.csv"),
        ("hotspots rates huge.csv --events events --exposure homes", "line 3 of huge.csv: 1e+300"),
        ("hotspots compare 1e300,1 3,1", "1e+300 is no count"),
        ("hotspots map infinite.csv", "line 3 of infinite.csv"),
        ("hotspots map far.csv --bandwidth 150", "line 3 of far.csv"),
        ("hotspots map one.csv", "bandwidth cannot be suggested"),
        ("hotspots map same.csv", "bandwidth cannot be suggested"),
        ("hotspots gi same.csv", "not all the same"),
        ("hotspots knox one.csv --distance 9 --days 1", "two"),
        ("hotspots risk two.csv --exposure no-homes.csv --exposure-column homes --bandwidth 150", "not 0 everywhere"),
        ("hotspots map two.csv --bandwidth nan", "metres"),
        ("hotspots map two.csv --cell inf --bandwidth 9", "cell"),
        ("hotspots map two.csv --bandwidth 150 --maps 900000000", "too long"),
        ("hotspots map two.csv --bandwidth 150 --geojson out.geojson", "--origin"),
        ("hotspots map two.csv --stream", "Only Parquet"),
        ("impact did panel.csv --unit-column unit --time-column time --outcome y --treated u0 --start 4", "two rows"),
        ("impact synthetic alike.csv --unit-column unit --time-column time --outcome y --treated u0 --start 4", "no gap"),
        ("impact ratio --control 0,0 --treated 3,1", "control"),
        ("impact displacement --control 0,5 --treated 3,1 --buffer 1,1", "control"),
        ("impact wdd --control nan,2 --treated 3,4", "whole number"),
        ("bias share 0,0", "no cases at all"),
        ("hotspots map .", "is a folder"),
        ("hotspots map two.csv --bandwidth 1e9", "from the side of a cell to that of 100,000"),
        ("hotspots map two.csv --bandwidth 150 --seed -1", "-1 is not in the range x>=0"),
        ("hotspots risk two.csv --exposure two.csv --bandwidth 150 --draws -1", "from 19 to 1,000,000"),
        ("hotspots risk two.csv --exposure two.csv --bandwidth 150 --draws 99999999999", "too long"),
        ("hotspots clusters two.csv --exposure two.csv --distance 9 --draws 0", "from 19 to 1,000,000"),
        ("hotspots knox two.csv --distance 9 --days 1 --permutations 99999999999", "from 99 to 1,000,000"),
        ("hotspots knox two.csv --distance 1e300 --days 1", "too large or too small"),
        ("hotspots near-repeat two.csv --distances 1,1e308 --days 1", "too large or too small"),
        ("hotspots rates homes.csv --events events --exposure homes", "too large or too small"),
        ("hotspots naus --periods 52 --mean 1e300 --observed 5", "too large or too small"),
        ("impact power --before 1e300", "at most 1,000,000,000"),
        ("impact power --before 20 --power 1e-9", "ask for more"),
        ("impact drop --mean 1e12", "at most 1,000,000,000"),
        ("impact selection --areas 10 --mean 1e300", "more than 100,000 incidents"),
        ("impact selection --areas 10 --mean 20 --variance-between 1e9", "more than 100,000 incidents"),
        ("impact dispersion two.csv --series ,", "empty"),
        ("impact ratio --control 20,18 --treated 20,9 --dispersion 1e9", "too large or too small"),
        ("impact displacement --control 1,1 --treated 1e300,1 --buffer 1,1", "too large or too small"),
        ("impact catchment cells.csv --reach 60", "line 4 of cells.csv: the cell stands in line 3"),
        ("guard urn --balls nan,nan", "two whole numbers of balls"),
        ("guard urn --rates 1e300,1", "lie above 0 and up to 10^9"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_in_one_sentence(refused, line, said):
    """Degrees, duplicates, holes, the future, zones, one event, one place, no denominator, no number."""
    assert said in refused(line)


def test_a_file_that_promises_more_rows_than_it_has(refused, tmp_path):
    """Its head says a thousand million; nobody waits for them. Nor is a file read that was cut off."""
    path = tmp_path / "promise.parquet"
    pq.write_table(pa.table({"x": pa.array([1.0, 2.0]), "y": pa.array([1.0, 2.0])}), path)
    whole = path.read_bytes()
    size = int.from_bytes(whole[-8:-4], "little")
    body, foot = whole[: -8 - size], whole[-8 - size : -8]
    two_rows, promised = b"\x16\x04\x19", b"\x16" + varint(2 * 10**9) + b"\x19"
    assert foot.count(two_rows) == 1
    foot = foot.replace(two_rows, promised)
    path.write_bytes(body + foot + len(foot).to_bytes(4, "little") + b"PAR1")
    assert pq.read_metadata(path).num_rows == 10**9
    assert "promises 1,000,000,000 rows" in refused("hotspots map promise.parquet --bandwidth 150")
    assert "promises 1,000,000,000 rows" in refused("hotspots map promise.parquet --bandwidth 150 --stream")
    path.write_bytes(whole[: len(whole) // 2])
    assert "promise.parquet" in refused("hotspots map promise.parquet --bandwidth 150")


def varint(number):
    """As thrift's compact protocol writes it."""
    found = b""
    while number > 127:
        found, number = found + bytes([number % 128 + 128]), number // 128
    return found + bytes([number])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--html file/page.html", "file/page.html cannot be written"),
        ("--html pipe", "pipe is no file and cannot be written over"),
        ("--html .", "is no file and cannot be written over"),
        ("--html cells.csv", "cells.csv is what the answer is made of"),
        ("--html ./page --geojson ./page", "page is named twice"),
        ("--html page --geojson map", "There is no GeoJSON"),
    ],
)
def test_a_page_that_cannot_be_written_is_said(tmp_path, monkeypatch, options, said):
    """Nothing is written then, nothing is written over, and there is no answer."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "cells.csv").write_text("x,y,treated,before,after\n0,0,1,2,3\n50,0,0,2,3\n")
    before = sorted(tmp_path.iterdir())
    line = f"analyse impact catchment cells.csv --reach 60 --json {options}"
    result = CliRunner().invoke(main, line.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "cells.csv").read_text().startswith("x,y")


def test_a_plan_is_not_locked_by_a_command_that_is_refused(tmp_path, monkeypatch):
    """Else it would be in the way of the next try."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "draft.json").write_text(json.dumps(DRAFT))
    lock = ["analyse", "impact", "plan", "lock", "draft.json"]
    assert CliRunner().invoke(main, [*lock, "--geojson", "map.geojson"]).exit_code == 2
    assert CliRunner().invoke(main, [*lock, "--html", "draft.json/page.html"]).exit_code == 2
    assert list(tmp_path.iterdir()) == [tmp_path / "draft.json"]
    assert CliRunner().invoke(main, lock).exit_code == 0
    assert (tmp_path / "plan.json").is_file()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("hotspots knox", "Missing argument 'FILE'"),
        ("hotspots knox two.csv --days 1", "Missing option '--distance'"),
        ("hotspots knox two.csv --distance far --days 1", "'far' is not a valid float"),
        ("hotspots knox two.csv --closest 1", "No such option '--closest'"),
        ("impact rate-difference two.csv --link cubic", "'cubic' is not one of 'log', 'identity'"),
        ("bias compare 1,2 3", "'3' is not so many of so many"),
        ("guard urns", "No such command 'urns'"),
        ("--closest", "No such option '--closest'"),
    ],
)
def test_what_is_typed_wrong_is_said_in_one_sentence(line, said):
    """At every depth of the commands, and without lines of usage around it."""
    result = CliRunner().invoke(main, ["analyse", *line.split()])

    assert (result.exit_code, result.stdout) == (2, "")
    [sentence] = result.stderr.splitlines()
    assert sentence.startswith("Error: ")
    assert said in sentence
