"""The theft map over HTTP: reported, imported, published, asked for."""

from __future__ import annotations

from datetime import timedelta

import h3
import pytest

from latchstring.base import canonical, geo
from latchstring.testing.network import TOWN, square
from latchstring.testing.people import Refused

HOMES = sorted(square(TOWN, metres=2000).cells(geo.FINE_RESOLUTION))
AREA = sorted({geo.parent(cell, geo.COARSE_RESOLUTION) for cell in HOMES})


def table(network, count: int, prefix: str, *, columns: str = "kind,day,lon,lat,source,household") -> str:
    day = (network.now - timedelta(days=20)).date()
    rows = []
    for n in range(count):
        latitude, longitude = h3.cell_to_latlng(HOMES[n % 25])
        rows.append(f"parcel-theft,{day},{longitude},{latitude},resident,{prefix}-{n}")
    return "\n".join([columns, *rows])


def publish(network, staff, **changes):
    days = {"start": str((network.now - timedelta(days=30)).date()), "end": str(network.now.date())}
    return staff.operator.post(
        "/api/maps", {"area": AREA, "kinds": ["parcel-theft"], "epsilon_thousandths": 250} | days | changes
    )


def ask(network, staff, sha256, purpose="prevention-advice"):
    until = str((network.now + timedelta(days=30)).date())
    return staff.officer.post(
        "/api/releases", {"map_sha256": sha256, "purpose": purpose, "expires_on": until}
    )


def test_from_a_report_to_an_agency_with_the_same_bytes(network, staff):
    """A report waits and is counted, 390 rows are too few, 210 more are enough; the agency gets what all see."""
    report = {
        "kind": "parcel-theft", "day": str((network.now - timedelta(days=1)).date()), "cell": HOMES[0],
        "household": "a" * 32,
    }  # fmt: skip
    assert network.http.post("/api/incidents", json=report).status_code == 200
    [waits] = staff.operator.get("/api/incidents/waiting")
    assert set(waits) == {"id", "kind", "day", "cell"}
    assert staff.operator.post("/api/incidents/waiting", {"ids": [waits["id"]], "count": True}) == {
        "reports": 1
    }

    assert staff.operator.import_incidents(table(network, 390, "a"))["new"] == 390
    few = publish(network, staff)
    refused = ask(network, staff, few["sha256"])
    assert (refused["granted"], [r["rule"] for r in refused["reasons"]]) == (False, ["M2"])

    staff.operator.import_incidents(table(network, 210, "b"))
    enough = publish(network, staff)
    granted = ask(network, staff, enough["sha256"])
    assert granted["granted"]
    seen = network.http.get(f"/maps/{enough['sha256']}.json").content
    got = staff.officer.http.get(f"/api/releases/{granted['release']['id']}/map.json").content
    assert got == seen
    assert canonical.sha256_hex(seen) == enough["sha256"]
    assert network.http.get("/api/maps").json()[0]["sha256"] == enough["sha256"]
    assert [r["reasons"] for r in network.http.get("/api/releases").json()] == [[], ["M2"]]

    index = network.wait_for_size(1).size
    assert index
    network.verify_ledger()


def test_nothing_is_taken_from_a_table_with_a_bad_line(network, staff):
    """The line is named, and the lines before it are not kept."""
    before = staff.operator.get("/api/maps/grounds")
    bad = table(network, 3, "c").replace("resident,c-2", "police,c-2")

    with pytest.raises(Refused, match=r"line 4 of incidents\.csv"):
        staff.operator.import_incidents(bad)
    assert staff.operator.get("/api/maps/grounds") == before


def test_columns_can_be_named(network, staff):
    """Whatever a council calls them."""
    odd = table(network, 2, "d", columns="kind,day,x,y,source,who")

    taken = staff.operator.import_incidents(odd, longitude="x", latitude="y", household="who")
    assert taken == {"new": 2, "known": 0, "without_homes": 0}


@pytest.mark.parametrize(("path", "body"), [
    ("/api/incidents/waiting", {"ids": [], "count": True}),
    ("/api/maps", {}),
])  # fmt: skip
def test_only_the_operator_counts_and_publishes(network, staff, path, body):
    """An agency that could publish could choose what it gets."""
    with pytest.raises(Refused, match="for the operator"):
        staff.officer.post(path, body)
    with pytest.raises(Refused, match="for the officer"):
        staff.operator.post(
            "/api/releases", {"map_sha256": "0" * 64, "purpose": "x", "expires_on": "2026-01-01"}
        )


def test_a_report_that_is_finer_than_a_cell_is_refused(network):
    """No field takes a coordinate, and a finer cell is no cell here."""
    day = str(network.now.date())
    finer = {"kind": "parcel-theft", "day": day, "cell": TOWN.cell(10), "household": "a" * 32}

    assert network.http.post("/api/incidents", json=finer).status_code == 422
    assert network.http.post("/api/incidents", json=finer | {"latitude": 1}).status_code == 422
    assert network.http.post("/api/incidents", json=finer | {"cell": HOMES[1]}).status_code == 200


def test_no_answer_tells_a_household_or_a_coordinate(network, staff):
    """What everybody may read holds cells and counts."""
    for path in ("/api/maps", "/api/releases"):
        text = network.http.get(path).text
        assert "household" not in text
    for each in network.http.get("/api/maps").json():
        body = canonical.decode(network.http.get(f"/maps/{each['sha256']}.json").content)
        assert all(not ({"lat", "lon", "geometry"} & set(cell)) for cell in body["cells"])
