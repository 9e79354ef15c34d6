"""`latchstring analyse hotspots`, as it is typed."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from latchstring.cli.main import main


@pytest.fixture
def analyse():
    def run(*words):
        return CliRunner().invoke(main, ["analyse", "hotspots", *map(str, words)])

    return run


@pytest.fixture
def town(file):
    """Six hundred incidents on 2 by 2 km, a third of them around one corner."""
    rng = np.random.default_rng(3)
    xy = rng.uniform(0, 2000, (600, 2))
    xy[:200] = rng.normal((600, 1400), 80, (200, 2))
    days = rng.integers(0, 300, 600).tolist()
    return file(
        "x,y,date",
        *(
            f"{x:.1f},{y:.1f},{dt.date(2023, 1, 1) + dt.timedelta(day)}"
            for (x, y), day in zip(xy.clip(1, 1999), days, strict=True)
        ),
        name="town.csv",
    )


@pytest.fixture
def homes(file):
    return file(
        "x,y,homes",
        *(f"{x},{y},10" for x in range(50, 2000, 100) for y in range(50, 2000, 100)),
        name="homes.csv",
    )


def test_a_map_without_a_denominator_names_no_hotspot(analyse, answer, town):
    """The densest cells come with how sure that is; not one of them is called hot."""
    found = answer("map", town)
    assert found["exposure"] is None
    assert {cell["verdict"] for cell in found["cells"]} == {"cannot tell"}
    assert "no cell is called a hotspot" in analyse("map", town).stdout


def test_a_map_over_homes_finds_the_corner(answer, town, homes, tmp_path):
    """Hot cells lie around it; GeoJSON is in degrees, closed and counterclockwise; two runs give the same."""
    out, page = tmp_path / "map.geojson", tmp_path / "map.html"
    given = ("map", town, "--exposure", homes, "--exposure-column", "homes", "--origin", "-87.63,41.88")
    found = answer(*given, "--geojson", out, "--html", page)
    hot = [cell for cell in found["cells"] if cell["verdict"] == "hot"]
    assert hot
    assert all(abs(cell["x"] - 600) < 300 and abs(cell["y"] - 1400) < 300 for cell in hot)
    assert all(cell["interval"][0] <= cell["density"] <= cell["interval"][1] for cell in hot)
    first = json.loads(out.read_text())["features"][0]["geometry"]["coordinates"][0]
    assert first[0] == first[-1]
    ring = np.array(first)
    assert (ring[:-1, 0] * ring[1:, 1] - ring[1:, 0] * ring[:-1, 1]).sum() > 0
    assert np.abs(ring - (-87.63, 41.88)).max() < 0.03
    assert page.read_text().count("<svg") == 3
    assert answer(*given) == found


def test_degrees_are_laid_on_a_plane_and_come_back(answer, analyse, town, file, tmp_path):
    """Named as longitude and latitude they give the map of their metres; as x and y they are refused."""
    rows = [line.split(",") for line in town.read_text().splitlines()[1:]]
    lines = [f"{-87.63 + float(x) / 82_791},{41.88 + float(y) / 111_194.93}" for x, y, _ in rows]
    degrees, out = file("lon,lat", *lines, name="degrees.csv"), tmp_path / "out.geojson"
    found = answer("map", degrees, "--lon", "lon", "--lat", "lat", "--bandwidth", "150", "--geojson", out)
    assert found["events"] == 600
    corners = [
        corner
        for feature in json.loads(out.read_text())["features"]
        for corner in feature["geometry"]["coordinates"][0]
    ]
    assert min(lon for lon, _ in corners) == pytest.approx(-87.63, abs=0.002)
    assert max(lat for _, lat in corners) == pytest.approx(41.88 + 2000 / 111_194.93, abs=0.002)
    refused = analyse("map", degrees)
    assert refused.exit_code == 2
    assert "--lon and --lat" in refused.stderr


def test_a_streamed_map_is_the_same_map(answer, town, tmp_path):
    """From Parquet by groups of rows, whatever their size."""
    xy = np.loadtxt(town, delimiter=",", skiprows=1, usecols=(0, 1))
    parquet = tmp_path / "town.parquet"
    pq.write_table(pa.table({"x": xy[:, 0], "y": xy[:, 1]}), parquet, row_group_size=97)
    whole = answer("map", town)
    assert answer("map", parquet, "--stream") == whole
    assert answer("map", parquet) == whole


def test_cells_risk_clusters_and_bandwidths(answer, town, homes):
    """Each finds the corner at 600, 1,400, or says how far to smooth."""
    for name in ("gi", "moran"):
        found = answer(name, town)
        assert 0 < found["notable"] < found["of"] / 5
        assert abs(found["cells"][0]["x"] - 600) < 250
        assert found["cells"][0]["q"] <= 0.05
    risk = answer("risk", town, "--exposure", homes, "--exposure-column", "homes", "--draws", "199")
    assert abs(risk["cells"][0]["y"] - 1400) < 250
    assert risk["overall"] == pytest.approx(600 / 4000)
    near = answer("clusters", town, "--distance", "40", "--exposure", homes, "--exposure-column", "homes")
    assert near["clusters"][0]["p"] <= 0.05
    assert near["clusters"][0]["of"] == 600
    assert set(answer("bandwidth", town)) == {"prediction", "neighbours", "extent"}


def test_a_back_test_compares_with_the_simple_count(answer, town):
    found = answer("back-test", town, "--split", "2023-08-01", "--bandwidth", "150")
    assert found["before"] + found["after"] == 600
    assert found["kernel_interval"][0] > 1
    assert found["better"] in ("kernel", "count", "cannot tell")


def test_rates_compared_with_both_readings_of_the_e_test(answer, analyse):
    """Research page 2-B: equal exposures agree, unequal ones need not."""
    assert answer("compare", "3,1", "0,1")["e_test_score_p"] == pytest.approx(0.08837901, abs=5e-9)
    unequal = answer("compare", "100,10", "25,5")
    assert unequal["e_test_score_p"] == pytest.approx(0.001538066, abs=5e-10)
    assert unequal["e_test_wald_p"] == pytest.approx(0.000574719, abs=5e-10)
    assert "We cannot tell" in analyse("compare", "3,1", "0,1").stdout
    assert "22.42 times the second or more." in analyse("compare", "10,100", "0,1000").stdout


def test_rates_of_areas(answer, file):
    """An area without exposure has no rate, and its interval no upper end."""
    path = file("area,thefts,homes", "north,12,400", "south,60,380", "east,4,0", "west,7,600")
    found = answer("rates", path, "--area", "area", "--events", "thefts", "--exposure", "homes")
    by_name = {each["area"]: each for each in found["areas"]}
    assert by_name["south"]["ratio_interval"][0] > 1
    assert (by_name["east"]["rate"], by_name["east"]["interval"]) == (None, [0, None])
    assert found["without_exposure"] == 1


def test_a_reporting_rate_makes_ranges(answer, file):
    """Twelve reports where 20 to 80 % are reported are 15 to 60 thefts, before chance."""
    path = file("area,reports", "north,12", "south,300", "west,1")
    found = answer(
        "reporting", path, "--area", "area", "--reports", "reports", "--reporting", "0.2,0.8", "--worst", "1"
    )
    assert found["areas"][0]["among_worst"] == "certain"
    assert (found["areas"][1]["least"], found["areas"][1]["most"]) == pytest.approx((15, 60))


def test_scores_of_a_forecast(answer, file):
    """ptools' test: PAI 2, 1.5, 1; PEI 1, 1, 1; RRI 0.5, 0.5556, 0.6667."""
    path = file("seen,told", "6,3", "3,2", "0,1")
    found = answer("score", path, "--observed", "seen", "--forecast", "told")
    assert found["pai"] == pytest.approx([2, 1.5, 1])
    assert found["pei"] == pytest.approx([1, 1, 1])
    assert found["rri"] == pytest.approx([0.5, 0.5556, 0.6667], abs=5e-5)


def test_naus_in_both_readings(answer, town):
    found = answer("naus", "--periods", "208", "--mean", "0.6", "--observed", "6")
    assert found["scanw_p"] == pytest.approx(0.03902237549, abs=5e-12)
    assert found["p"] == pytest.approx(0.03902311, abs=5e-9)
    busiest = answer("busiest", town, "--window", "7", "--draws", "99")
    assert busiest["first"].startswith("2023-")
    assert 0 < busiest["drawn_p"] <= 1


def test_pairs_and_scans_answer(answer, town, file, analyse):
    """Nothing was put in between space and time, so none of them finds any."""
    for given in (
        ("mantel", town, "--permutations", "99"),
        ("jacquez", town, "--neighbours", "3"),
        ("space-time", town, "--radii", "100,200", "--longest", "3", "--draws", "99"),
    ):
        assert "We cannot tell" in answer(*given)["verdict"]
    sites = file("name,x,y,homes", "a,0,0,100", "b,500,0,100", "c,0,500,100", name="sites.csv")
    rows = [f"{'abc'[n % 3]},2023-0{1 + n % 6}-0{1 + n % 8}" for n in range(60)]
    events = file("name,date", *rows, *["b,2023-03-05"] * 25, name="events.csv")
    found = answer(
        "space-time", events, "--sites", sites, "--site-column", "name", "--exposure-column", "homes",
        "--radii", "100", "--longest", "3", "--draws", "99",
    )  # fmt: skip
    assert (found["model"], found["clusters"][0]["x"]) == ("poisson", 500)
    assert found["clusters"][0]["first_day"] <= "2023-03-05" <= found["clusters"][0]["last_day"]


def test_hours_between_two_times(answer, file, analyse):
    """Away from 8:00 to 10:00: half an incident in each hour."""
    path = file("left,back", "2024-03-01 08:00,2024-03-01 10:00", "2024-03-02 08:00,2024-03-02 10:00")
    found = answer("aoristic", path, "--from", "left", "--to", "back")
    assert [each["weight"] for each in found["hours"] if each["weight"]] == [1, 1]
    assert found["hours"][8]["interval"][1] <= 1
    backwards = file("left,back", "2024-03-01 08:00,2024-03-01 10:00", "2024-03-02 08:00,2024-03-02 07:00")
    refused = analyse("aoristic", backwards, "--from", "left", "--to", "back")
    assert (refused.exit_code, "line 3" in refused.stderr) == (2, True)


def test_police_found_incidents_are_refused_and_visits_corrected(analyse, answer, file):
    """The line is named; what was found on a frequent visit is dropped more often than what was reported."""
    lines = [f"{n % 40 * 50},{n // 40 * 50},resident," for n in range(400)]
    given = ("--source", "how", "--visit-probability", "chance", "--bandwidth", "200")
    police = file("x,y,how,chance", *lines, "5,5,police,", name="police.csv")
    refused = analyse("map", police, *given)
    assert refused.exit_code == 2
    assert "line 402 of police.csv" in refused.stderr
    visits = file("x,y,how,chance", *lines, *["5,5,visit,0.9"] * 300, "900,5,visit,0.45", name="visits.csv")
    found = answer("map", visits, *given)
    assert 220 < found["events"] < 480
    assert "left out by lot" in analyse("map", visits, *given).stdout
    missing = analyse("map", visits, "--source", "how")
    assert missing.exit_code == 2
    assert "--visit-probability" in missing.stderr
